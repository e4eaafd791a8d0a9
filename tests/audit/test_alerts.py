"""Sealed readings raise alerts by the rules, once, and nobody takes back the reading that raised one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from amparo.audit.actions import end_canary, name_canary, raise_alerts, record
from amparo.audit.models import Alert, AlertMark, Epoch, Event
from amparo.audit.rules.alerts import RULES, Seen, raised_by, touched_by
from amparo.audit.rules.wording import SINGLE_READINGS
from amparo.vocab.reference import BadReference

DAY = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
CASES = ["XA-F8QY-40YG-N", "XA-FK6S-Y954-3"]
SEEN = Seen(
    id=1, at=DAY, user=5, organisation=3, action="cases.case.read", record=CASES[0], persons=(UUID(int=1),),
    fields=frozenset({"person:names"}), count=1, basis="own", outcome="done",
)  # fmt: skip
PLACE: dict[str, object] = {"action": "cases.place.read", "fields": frozenset({"person:whereabouts"})}


class TestRules:
    """The rules are data, and pure."""

    @pytest.mark.parametrize(
        ("code", "changes", "alone"),
        [
            ("outside_caseload", {"basis": "grant:12"}, 6),
            ("outside_caseload", {"basis": "organisation"}, 6),
            ("closed_cases", {"fields": frozenset({"state:closed"})}, 4),
            ("place_at_night", PLACE | {"at": DAY.replace(hour=23)}, 3),
            ("place_at_night", PLACE | {"at": DAY.replace(hour=5)}, 3),
            ("emergency", {"action": "access.emergency.open"}, 4),
            ("refused", {"outcome": "hidden"}, 21),
            ("no_ground", {"basis": "none"}, 1),
        ],
    )
    def test_one_too_many_raises_and_one_less_does_not(
        self, code: str, changes: dict[str, object], alone: int
    ) -> None:
        rule = RULES[code]
        events = [
            replace(SEEN, id=n, record=f"case:{n}", persons=(UUID(int=n),), **changes)  # type: ignore[arg-type]
            for n in range(1, alone + 1)
        ]
        assert all(code in touched_by(event, frozenset()) for event in events)
        if alone > 1:
            assert raised_by(rule, events[:-1], events[-2]) is None
        raised = raised_by(rule, events, events[-1])
        assert raised is not None
        assert (raised.rule, raised.count, raised.event, raised.user) == (code, alone, alone, 5)

    @pytest.mark.parametrize(
        ("code", "changes"),
        [
            ("outside_caseload", {"basis": "team"}),
            ("outside_caseload", {"basis": "grant:1", "record": ""}),  # a list is no choice of one
            ("closed_cases", {}),
            ("place_at_night", PLACE),
            ("place_at_night", {"at": DAY.replace(hour=23)}),
            ("canary", {"record": CASES[1]}),
            ("canary", {"action": "cases.case.list"}),
            ("no_ground", {"basis": ""}),  # from before grounds were logged
        ],
    )
    def test_daily_work_touches_nothing(self, code: str, changes: dict[str, object]) -> None:
        event = replace(SEEN, **changes)  # type: ignore[arg-type]
        assert code not in touched_by(event, frozenset({CASES[0]}))

    def test_five_readers_of_one_organisation_are_too_many_and_the_same_twice_is_one(self) -> None:
        events = [replace(SEEN, id=n, user=n) for n in (1, 2, 3, 4, 4)]
        assert raised_by(RULES["many_readers"], events, events[-1]) is None
        fifth = replace(SEEN, id=9, user=5)
        raised = raised_by(RULES["many_readers"], [*events, fifth], fifth)
        assert raised is not None
        assert (raised.user, raised.organisation, raised.count) == (None, 3, 5)

    def test_what_is_older_than_the_rule_looks_back_does_not_count(self) -> None:
        old = [replace(SEEN, id=n, user=n, at=DAY - timedelta(days=8)) for n in range(10, 20)]
        assert raised_by(RULES["many_readers"], [*old, SEEN], SEEN) is None

    def test_every_rule_says_what_it_counts(self) -> None:
        for rule in RULES.values():
            assert rule.label
            assert rule.meaning % {"most": rule.most}

    def test_single_readings_are_readings_of_ours(self) -> None:
        from amparo.audit.rules.wording import ACTIONS

        assert set(SINGLE_READINGS) <= set(ACTIONS)


@dataclass(frozen=True)
class Reader:
    """Somebody who reads."""

    user_id: int | None = 5
    membership_id: int | None = 6
    organisation_id: int | None = 3


def read(
    person: int, *, by: Reader | None = None, record_: str = CASES[0], basis: str = "own", **more: object
) -> None:
    record(
        "cases.case.read",
        by=by or Reader(),
        at=DAY,
        record=record_,
        persons=[UUID(int=person)],
        basis=basis,
        **more,  # type: ignore[arg-type]
    )


def seal() -> None:
    """Seal all that is written in this transaction, as the sealer would when it has settled."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(xid), 0) + 1 FROM audit_event")
        (hi,) = cursor.fetchone()
    last = Epoch.objects.order_by("-number").first()
    Epoch.objects.create(
        number=last.number + 1 if last else 1, generation=1, lo=last.hi if last else 0, hi=hi, events=0, root=b"", previous=b"",
        sealed_at=DAY, hash=b"", key="", signature=b"",
    )  # fmt: skip


def ask() -> int:
    return raise_alerts(zone=UTC, now=DAY)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
class TestEvaluating:
    """The job asks the rules about what is sealed, from its mark on."""

    def test_an_alert_is_raised_once_and_the_mark_moves(self) -> None:
        for person in range(1, 7):
            read(person, basis="grant:1")
        assert ask() == 0, "nothing is sealed yet"
        seal()
        assert ask() == 1
        alert = Alert.objects.get()
        assert (alert.rule, alert.user, alert.organisation, alert.count) == ("outside_caseload", 5, 3, 6)
        assert AlertMark.objects.get().epoch == 1
        assert ask() == 0
        read(99, basis="grant:1")
        seal()
        assert ask() == 0, "the same day is told once"
        assert Alert.objects.count() == 1

    def test_what_counts_together_may_lie_in_several_epochs(self) -> None:
        for user in range(1, 6):
            read(1, by=Reader(user_id=user))
            seal()
            assert ask() == (1 if user == 5 else 0)
        assert Alert.objects.get().rule == "many_readers"

    def test_what_is_not_sealed_counts_for_nothing_yet(self) -> None:
        for person in range(1, 6):
            read(person, basis="grant:1")
        seal()
        read(6, basis="grant:1")
        assert ask() == 0
        seal()
        assert ask() == 1

    def test_an_alert_can_neither_be_changed_nor_removed(self) -> None:
        read(1, basis="none")
        seal()
        ask()
        for statement in (
            "UPDATE audit_alert SET count = 0",
            "DELETE FROM audit_alert",
            "TRUNCATE audit_alert",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        assert Alert.objects.count() == 1

    def test_an_invented_person_raises_at_the_first_reading_and_in_no_list(self) -> None:
        name_canary(CASES[0].lower(), by=Reader(user_id=77), now=DAY)
        assert not Event.objects.filter(record=CASES[0]).exists(), "the lead of the case reads its log"
        record("cases.case.list", by=Reader(), at=DAY, persons=[UUID(int=1)], basis="organisation")
        seal()
        assert ask() == 0
        read(1)
        seal()
        assert ask() == 1
        assert Alert.objects.get().rule == "canary"
        end_canary(CASES[0], by=Reader(user_id=77), now=DAY)
        read(1, by=Reader(user_id=8))
        seal()
        assert ask() == 0

    def test_no_text_becomes_an_invented_person(self) -> None:
        with pytest.raises(BadReference):
            name_canary("Amina Haddad", by=Reader(), now=DAY)

    def test_a_large_export_raises_each_time(self) -> None:
        for count in (25, 26, 400):
            record("intake.workbook.export", by=Reader(), at=DAY, count=count)
        record(
            "intake.workbook.release", by=Reader(), at=DAY, count=900
        )  # two people agreed; it is told all the same
        seal()
        assert ask() == 3
        assert sorted(Alert.objects.values_list("count", flat=True)) == [26, 400, 900]

    def test_a_job_that_dies_is_asked_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        read(1, basis="none")
        seal()
        with monkeypatch.context() as patch:
            patch.setattr(Alert.objects, "bulk_create", _dies)
            with pytest.raises(KeyboardInterrupt):
                ask()
        assert not AlertMark.objects.filter(epoch__gt=0).exists()
        assert ask() == 1


def _dies(*_: object) -> None:
    raise KeyboardInterrupt
