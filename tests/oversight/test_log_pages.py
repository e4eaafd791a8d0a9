"""The auditor watches the log and its alerts, and sees no case; a supervisor sees alerts about the own people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from amparo.access.actions import Refused
from amparo.access.rules import ROLES, Scope, Viewer
from amparo.audit.models import Alert, Canary, Event
from amparo.oversight.actions import end_canary, name_canary
from amparo.oversight.queries import list_alerts, list_canaries, log_state
from tests.cases.pages import text_of
from tests.factories.accounts import make_organisation, make_viewer, sign_in

pytestmark = pytest.mark.django_db
REFERENCE = "XA-F8QY-40YG-N"


def raised(rule: str, viewer: Viewer, number: int = 1) -> None:
    for one in range(number):
        Alert.objects.create(
            rule=rule, key=f"{rule}:{viewer.user_id}:{one}", user=viewer.user_id, organisation=viewer.organisation_id,
            count=6, event=one, epoch=1, raised_at=timezone.now(),
        )  # fmt: skip


def page(viewer: Viewer, name: str, **query: Any) -> str:
    return text_of(sign_in(Client(), viewer).get(reverse(f"oversight:{name}"), query))


@pytest.fixture
def people() -> dict[str, Viewer]:
    organisation = make_organisation()
    return {
        "worker": make_viewer(organisation=organisation),
        "supervisor": make_viewer("supervisor", organisation=organisation),
        "stranger": make_viewer(),
        "auditor": make_viewer("auditor"),
    }


class TestAlerts:
    """Who sees which."""

    def test_a_supervisor_sees_the_own_people_by_name_but_not_herself(
        self, people: dict[str, Viewer]
    ) -> None:
        for who in ("worker", "supervisor", "stranger"):
            raised("outside_caseload", people[who])
        shown = page(people["supervisor"], "alerts")
        assert people["worker"].name in shown
        assert {line.user for line in list_alerts(people["supervisor"]).lines} == {people["worker"].user_id}

    def test_an_alert_on_an_invented_person_is_for_the_auditor_alone(self, people: dict[str, Viewer]) -> None:
        raised("canary", people["worker"])
        assert list_alerts(people["supervisor"]).lines == ()
        assert "An invented person was opened" in page(people["auditor"], "alerts")

    def test_the_auditor_sees_all_as_numbers_and_no_name(self, people: dict[str, Viewer]) -> None:
        for who in ("worker", "supervisor", "stranger"):
            raised("outside_caseload", people[who])
        shown = page(people["auditor"], "alerts")
        for who in ("worker", "supervisor", "stranger"):
            assert f"User {people[who].user_id}" in shown
            assert people[who].name not in shown

    def test_older_ones_are_on_the_next_page(self, people: dict[str, Viewer]) -> None:
        raised("refused", people["worker"], 120)
        seen, before = [], 0
        while True:
            found = list_alerts(people["auditor"], before=before)
            seen += [line.id for line in found.lines]
            before = found.next
            if not before:
                break
        assert seen == sorted(Alert.objects.values_list("id", flat=True), reverse=True)

    def test_who_neither_supervises_nor_watches_sees_none(self, people: dict[str, Viewer]) -> None:
        with pytest.raises(Refused):
            list_alerts(people["worker"])

    def test_the_rules_stand_on_the_page(self, people: dict[str, Viewer]) -> None:
        assert "more than 5 persons in a day" in page(people["supervisor"], "alerts")


class TestLog:
    """The state of the log."""

    def test_without_a_witness_it_says_so(self, people: dict[str, Viewer]) -> None:
        shown = page(people["auditor"], "log")
        assert "Nobody outside vouches for this log" in shown
        assert "Nothing is sealed yet" in shown
        assert "No head yet" in page(people["auditor"], "head")

    def test_a_supervisor_does_not_see_how_it_stands(self, people: dict[str, Viewer]) -> None:
        with pytest.raises(Refused):
            log_state(people["supervisor"], witnesses=())

    def test_a_witness_that_took_nothing_is_late(
        self, people: dict[str, Viewer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings, "AMPARO_WITNESSES", ("https://witness.example",))
        shown = page(people["auditor"], "log")
        assert "https://witness.example" in shown
        assert "Late" in shown

    def test_the_head_is_printed_with_its_digits(self, people: dict[str, Viewer], tmp_path: Path) -> None:
        from amparo.audit.models import LogHead
        from amparo.audit.rules.heads import Head

        digits = "0123456789abcdef" * 4
        head = Head(
            installation="0" * 8 + "-0000-0000-0000-" + "0" * 12, size=3, root=digits, last=digits, events=9, generation=1,
            waiting=0, lag=0, at="2026-11-22T09:30:00Z", schema=digits, key=digits, signature=digits * 2,
        )  # fmt: skip
        LogHead.objects.create(size=3, head=head.to_json(), imprint=b"", peaks=b"", made_at=timezone.now())
        shown = page(people["auditor"], "head")
        assert shown.count("0123 4567 89ab cdef") == 4
        assert "<path d=" in shown
        assert "0123 4567 89ab cdef" in page(people["auditor"], "log")


class TestInventedPersons:
    """Only the auditor names them and sees them; each look is written down."""

    def test_one_is_named_and_taken_off(self, people: dict[str, Viewer]) -> None:
        client = sign_in(Client(), people["auditor"])
        address = reverse("oversight:canaries")
        assert client.post(address, {"reference": REFERENCE.lower()}).status_code == 302
        assert REFERENCE in text_of(client.get(address))
        assert Event.objects.filter(action="audit.canary.list", user=people["auditor"].user_id).count() == 1
        assert client.post(reverse("oversight:canary-end"), {"reference": REFERENCE}).status_code == 302
        assert Canary.objects.get().ended_at is not None
        assert list_canaries(people["auditor"], now=timezone.now()).rows == ()

    def test_whether_there_is_such_a_case_is_not_told(self, people: dict[str, Viewer]) -> None:
        from tests.factories.cases import make_case

        client = sign_in(Client(), people["auditor"])
        real = make_case(people["worker"])
        answers = [
            client.post(reverse("oversight:canaries"), {"reference": one}) for one in (real, REFERENCE)
        ]
        assert len({(one.status_code, one["Location"]) for one in answers}) == 1

    def test_a_slip_is_said(self, people: dict[str, Viewer]) -> None:
        client = sign_in(Client(), people["auditor"])
        shown = text_of(client.post(reverse("oversight:canaries"), {"reference": "Amina"}))
        assert "This is no reference of a case" in shown
        assert client.post(reverse("oversight:canary-end"), {"reference": "Amina"}).status_code == 404

    @pytest.mark.parametrize("role", [role for role in ROLES if role != "auditor"])
    def test_no_other_role_names_or_lists_them(self, role: str) -> None:
        viewer, now = make_viewer(role), timezone.now()
        with pytest.raises(Refused):
            name_canary(reference=REFERENCE, by=viewer, now=now)
        with pytest.raises(Refused):
            end_canary(reference=REFERENCE, by=viewer, now=now)
        with pytest.raises(Refused):
            list_canaries(viewer, now=now)


def test_the_auditor_opens_no_case() -> None:
    role = ROLES["auditor"]
    assert role.scope is Scope.NONE
    assert not {"case.read", "note.read_sensitive", "document.read", "facts.export"} & set(role.permissions)
