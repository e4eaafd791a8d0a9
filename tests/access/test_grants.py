"""Opening one record to somebody else, beginning to read, and doing once what is sent twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from amparo.access.actions import (
    GrantTooLong,
    Refused,
    TokenTooLong,
    TooManyGrants,
    UnclearGrant,
    begin_reading,
    choose_membership,
    grant_access,
    make_token,
    note_token_use,
    once,
    revoke,
    revoke_token,
)
from amparo.access.models import Grant, Submission
from amparo.access.queries import (
    granted_organisations,
    running_grants,
    viewer_for_token,
    was_carried_out,
)
from amparo.access.rules import NOBODY, GrantReason, Permission, Purpose, Scope, Viewer, system_viewer
from amparo.accounts.models import ApiToken, Membership
from amparo.accounts.queries import tokens_of
from amparo.audit.models import Event
from amparo.vault.rules import Compartment
from tests.factories.accounts import NOW, make_organisation, make_user, make_viewer

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def give(by: Viewer, **changes: object) -> int:
    """Give a grant that is in order but for the changes."""
    named: dict[str, object] = {
        "record": uuid4(),
        "permissions": [Permission.CASE_READ],
        "reason": GrantReason.REFERRAL,
        "ends_at": NOW + DAY,
        **changes,
    }
    if not {"organisation_id", "user_id"} & set(changes):
        named["organisation_id"] = make_organisation().pk
    return grant_access(**named, by=by, now=NOW)  # type: ignore[arg-type]  # what is wrong is the point of some tests


class TestGrants:
    """Nobody gives what they do not have, and nothing is given for ever."""

    def test_a_grant_and_its_end_are_logged_with_the_persons(self) -> None:
        supervisor, person = make_viewer("supervisor"), uuid4()
        grant = give(supervisor, persons=[person])
        revoke(grant_id=grant, by=supervisor, now=NOW, persons=[person])
        revoke(grant_id=grant, by=supervisor, now=NOW, persons=[person])
        events = Event.objects.order_by("id").values_list("action", "record", "persons", "purpose")
        assert list(events) == [
            ("access.grant.give", f"grant:{grant}", [person], "referral"),
            ("access.grant.revoke", f"grant:{grant}", [person], ""),
        ]

    @pytest.mark.parametrize(
        "role", ["caseworker", "competent_authority", "statistician", "installation_administrator"]
    )
    def test_other_roles_cannot_give(self, role: str) -> None:
        with pytest.raises(Refused):
            give(make_viewer(role))

    def test_nobody_gives_more_than_they_have(self) -> None:
        with pytest.raises(Refused):
            give(make_viewer("supervisor"), permissions=[Permission.CASE_READ, Permission.TABLES_VIEW])

    def test_nobody_names_a_compartment_that_they_do_not_have_and_nobody_integrity(self) -> None:
        supervisor = make_viewer("supervisor")
        assert Compartment.JUSTICE not in supervisor.compartments
        everything = replace(supervisor, compartments=frozenset(Compartment))
        for by, named in ((supervisor, Compartment.JUSTICE), (everything, Compartment.INTEGRITY)):
            with pytest.raises(Refused):
                give(by, compartments=[named])
        give(everything, compartments=[Compartment.JUSTICE])

    @pytest.mark.parametrize("length", [timedelta(0), -DAY, 91 * DAY])
    def test_a_grant_ends_within_ninety_days(self, length: timedelta) -> None:
        with pytest.raises(GrantTooLong, match="90 days"):
            give(make_viewer("supervisor"), ends_at=NOW + length)

    def test_a_grant_goes_to_one_receiver_and_allows_something(self) -> None:
        supervisor = make_viewer("supervisor")
        wrongs: tuple[dict[str, object], ...] = (
            {"organisation_id": None},
            {"organisation_id": make_organisation().pk, "user_id": make_user().pk},
            {"permissions": []},
        )
        for wrong in wrongs:
            with pytest.raises(UnclearGrant):
                give(supervisor, **wrong)

    def test_the_table_itself_refuses_two_receivers_and_none(self) -> None:
        organisation, user = make_organisation(), make_user()
        for receiver in ({}, {"organisation": organisation, "user": user}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Grant.objects.create(
                    record=uuid4(),
                    permissions=[],
                    reason="cover",
                    starts_at=NOW,
                    ends_at=NOW + DAY,
                    **receiver,
                )

    def test_the_receiver_carries_only_so_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("amparo.access.actions.grants.MOST_GRANTS", 2)
        supervisor, organisation = make_viewer("supervisor"), make_organisation().pk
        give(supervisor, organisation_id=organisation)
        give(supervisor, organisation_id=organisation)
        with pytest.raises(TooManyGrants):
            give(supervisor, organisation_id=organisation)
        give(supervisor)

    def test_who_else_sees_a_record_is_told_of_that_record_alone(self) -> None:
        record, organisation = uuid4(), make_organisation()
        here = give(make_viewer("supervisor"), record=record, organisation_id=organisation.pk)
        give(make_viewer("supervisor"))
        assert [one.id for one in running_grants(record, now=NOW)] == [here]
        assert granted_organisations(record) == {organisation.pk}
        assert running_grants(uuid4(), now=NOW) == ()
        assert granted_organisations(uuid4()) == frozenset()

    def test_only_the_organisation_that_gave_it_ends_it(self) -> None:
        grant = give(make_viewer("supervisor"))
        for other in (
            make_viewer("supervisor"),
            make_viewer("caseworker"),
            system_viewer([Permission.GRANT_GIVE]),
        ):
            with pytest.raises(Refused):
                revoke(grant_id=grant, by=other, now=NOW)
        Grant.objects.update(granting_organisation=None)
        with pytest.raises(Refused):
            revoke(grant_id=grant, by=system_viewer([Permission.GRANT_GIVE]), now=NOW)
        assert Grant.objects.get().revoked_at is None

    def test_one_grant_is_ended_by_who_may_give_one_and_no_other_ends(self) -> None:
        supervisor = make_viewer("supervisor")
        kept, ended = give(supervisor), give(supervisor)
        with pytest.raises(Refused):
            revoke(grant_id=ended, by=replace(supervisor, permissions=frozenset()), now=NOW)
        revoke(grant_id=ended, by=supervisor, now=NOW)
        assert Grant.objects.get(revoked_at__isnull=True).pk == kept


class TestReading:
    """No key to what is sealed without a row in the log."""

    def test_the_reading_covers_the_persons_and_is_logged(self) -> None:
        viewer, persons = make_viewer("caseworker"), {uuid4(), uuid4()}
        reading = begin_reading(
            viewer,
            action="cases.case.open",
            persons=persons,
            record="XA-7Q4K-9X2M-C",
            purpose=Purpose.LEGAL,
            basis="own",
            fields=("person:names",),
            now=NOW,
        )
        assert (reading.user_id, set(reading.persons)) == (viewer.user_id, persons)
        event = Event.objects.get()
        assert (event.action, event.record, event.count) == ("cases.case.open", "XA-7Q4K-9X2M-C", 2)
        assert set(event.persons) == persons
        assert (event.purpose, event.basis, event.fields) == ("legal", "own", ["person:names"])
        assert (event.user, event.membership, event.organisation, event.at) == (
            viewer.user_id, viewer.membership_id, viewer.organisation_id, NOW,
        )  # fmt: skip

    @pytest.mark.parametrize(
        "role",
        ["statistician", "national_rapporteur", "organisation_administrator", "installation_administrator"],
    )
    def test_roles_without_identities_never_begin(self, role: str) -> None:
        with pytest.raises(Refused):
            begin_reading(
                make_viewer(role), action="cases.case.open", persons=[uuid4()], basis="own", now=NOW
            )
        assert not Event.objects.exists()


class TestOnce:
    """What is sent twice is done once."""

    def test_the_second_arrival_gets_the_first_result(self) -> None:
        viewer, submission = make_viewer(), uuid4()
        made: list[int] = []

        def make() -> str:
            made.append(len(made))
            return f"case {len(made)}"

        answers = [once(viewer, submission=submission, make=make, now=NOW) for _ in range(3)]
        assert (answers, len(made)) == (["case 1"] * 3, 1)

    def test_another_user_with_the_same_number_makes_an_own_one(self) -> None:
        submission = uuid4()
        for viewer in (make_viewer(), make_viewer(), system_viewer([])):
            assert once(viewer, submission=submission, make=partial(str, viewer.name), now=NOW) == viewer.name
        with pytest.raises(IntegrityError), transaction.atomic():
            Submission.objects.create(user=None, submission=submission, at=NOW)

    def test_each_number_of_each_user_has_its_own_result(self) -> None:
        viewers = (make_viewer(), make_viewer(), NOBODY)
        numbers = (uuid4(), uuid4())
        sent = [(viewer, number) for viewer in viewers for number in numbers]

        def results() -> list[str]:
            return [
                once(
                    viewer,
                    submission=number,
                    make=lambda: f"result {next(made)}",
                    now=NOW,
                    fingerprint="same",
                )
                for viewer, number in sent
            ]

        made = count()
        assert results() == results() == [f"result {number}" for number in range(6)]

    def test_only_who_sent_it_is_told_that_it_was_carried_out(self) -> None:
        viewer, submission = make_viewer(), uuid4()
        once(viewer, submission=submission, make=str, now=NOW)
        assert was_carried_out(viewer, submission)
        assert not was_carried_out(viewer, uuid4())
        for other in (make_viewer(), NOBODY):
            assert not was_carried_out(other, submission)
        once(
            NOBODY, submission=submission, make=str, now=NOW
        )  # from outside: nobody can say that it was theirs
        assert not was_carried_out(NOBODY, submission)

    def test_after_a_failure_the_next_may_try(self) -> None:
        viewer, submission = make_viewer(), uuid4()

        def fail() -> str:
            raise ValueError("the disk is full")

        with pytest.raises(ValueError, match="disk"):
            once(viewer, submission=submission, make=fail, now=NOW)
        assert once(viewer, submission=submission, make=lambda: "case 1", now=NOW) == "case 1"


@pytest.mark.django_db(transaction=True)
def test_two_arrivals_at_the_same_time_make_one() -> None:
    viewer, submission = make_viewer(), uuid4()
    made: list[str] = []
    answers: list[str] = []

    def make() -> str:
        made.append("x")
        return f"case {len(made)}"

    def send() -> None:
        try:
            answers.append(once(viewer, submission=submission, make=make, now=NOW))
        finally:
            connection.close()

    senders = [Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(timeout=20)
    assert (answers, made) == (["case 1"] * 4, ["x"])


class TestKeys:
    """A key is made by a person, for at most ninety days, and ended by its owner."""

    @pytest.mark.parametrize("role", ["caseworker", "first_responder", "national_rapporteur"])
    def test_other_roles_make_none(self, role: str) -> None:
        with pytest.raises(Refused):
            make_token(name="x", days=1, by=make_viewer(role), now=NOW)

    @pytest.mark.parametrize("days", [0, -1, 91])
    def test_not_for_longer(self, days: int) -> None:
        with pytest.raises(TokenTooLong):
            make_token(name="x", days=days, by=make_viewer("supervisor"), now=NOW)

    def test_a_key_is_made_by_somebody_in_a_role_and_by_no_key(self) -> None:
        viewer = make_viewer("supervisor")
        changes: tuple[dict[str, Any], ...] = ({"token_id": 7}, {"user_id": None}, {"membership_id": None})
        for change in changes:
            with pytest.raises(Refused):
                make_token(name="x", days=3, by=replace(viewer, **change), now=NOW)
        assert make_token(name="x", days=3, by=viewer, now=NOW)

    def test_a_key_tells_to_the_hour_when_it_was_last_used(self) -> None:
        owner = make_viewer("supervisor")
        program = viewer_for_token(make_token(name="x", days=1, by=owner, now=NOW), NOW)
        assert program is not None
        for minutes, expected in ((0, 0), (30, 0), (90, 90)):
            note_token_use(token_id=program.token_id or 0, now=NOW + timedelta(minutes=minutes))
            (row,) = tokens_of(owner.user_id or 0, NOW)
            assert row.last_used_at == NOW + timedelta(minutes=expected)

    def test_a_key_makes_no_key_and_chooses_no_role(self) -> None:
        secret = make_token(name="x", days=1, by=make_viewer("supervisor"), now=NOW)
        program = viewer_for_token(secret, NOW)
        assert program is not None
        assert program.scope is Scope.ORGANISATION
        with pytest.raises(Refused):
            make_token(name="y", days=1, by=program, now=NOW)
        with pytest.raises(Refused):
            choose_membership(membership_id=program.membership_id or 0, by=program, now=NOW)

    def test_a_key_ends_with_the_role_under_which_it_was_made(self) -> None:
        owner = make_viewer("supervisor")
        secret = make_token(name="x", days=1, by=owner, now=NOW)
        Membership.objects.filter(pk=owner.membership_id or 0).update(role="caseworker")
        assert viewer_for_token(secret, NOW) is None

    def test_nobody_ends_the_key_of_another(self) -> None:
        make_token(name="x", days=1, by=make_viewer("supervisor"), now=NOW)
        with pytest.raises(Refused):
            revoke_token(token_id=ApiToken.objects.get().pk, by=make_viewer("supervisor"), now=NOW)
        assert ApiToken.objects.get().revoked_at is None
