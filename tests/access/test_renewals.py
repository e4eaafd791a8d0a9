"""Who is let in again, who is told of it, and what is said to somebody who may not ask."""

from __future__ import annotations

import pytest

from amparo.access.actions import (
    Changed,
    Refused,
    RoleNotAssignable,
    ask_lift,
    ask_more_keys,
    invite_user,
    renew_access,
)
from amparo.access.actions.people import RENEWED_OTHER, RENEWED_OWN, awaits_second_person
from amparo.access.actions.role_acts import describe_change, describe_invitation, describe_lift
from amparo.access.models import DualAct, Notice
from amparo.access.rules import Permission, Viewer, system_viewer
from amparo.accounts.models import Membership
from amparo.accounts.queries import find_invitation
from tests.factories.accounts import (
    NOW,
    make_membership,
    make_organisation,
    make_viewer,
    organisation_of,
    user_of,
)

pytestmark = pytest.mark.django_db
COMMAND = system_viewer([Permission.PEOPLE_MANAGE, Permission.INSTALLATION_MANAGE])


def told(kind: str) -> set[int]:
    return set(Notice.objects.filter(kind=kind).values_list("user_id", flat=True))


def renew(viewer: Viewer) -> None:
    renew_access(email=user_of(viewer).email, by=COMMAND, now=NOW)


def test_p25_of_a_renewed_administrator_another_one_is_told_or_those_of_the_installation() -> None:
    keeper = make_viewer("installation_administrator")
    one = make_viewer("organisation_administrator")
    renew(one)
    assert told(RENEWED_OTHER) == {keeper.user_id}
    other = make_viewer("organisation_administrator", organisation=organisation_of(one))
    Notice.objects.all().delete()
    renew(one)
    assert (told(RENEWED_OWN), told(RENEWED_OTHER)) == ({one.user_id}, {other.user_id})


def test_p25_who_is_renewed_herself_is_not_told_as_another() -> None:
    keeper = make_viewer("installation_administrator")
    renew(keeper)
    assert (told(RENEWED_OWN), told(RENEWED_OTHER)) == ({keeper.user_id}, set())


def test_who_may_lift_nothing_is_not_told_who_is_suspended() -> None:
    worker = make_viewer()
    suspended, working = (make_membership(organisation=organisation_of(worker)).pk for _ in range(2))
    Membership.objects.filter(pk=suspended).update(suspended_at=NOW)
    answers = set()
    for membership in (suspended, working):
        with pytest.raises(Refused) as refused:
            ask_lift(membership_id=membership, by=worker, now=NOW)
        answers.add(str(refused.value))
    assert len(answers) == 1


def test_nobody_is_invited_into_an_organisation_that_is_not_there() -> None:
    with pytest.raises(RoleNotAssignable):
        invite_user(email="new@example.org", organisation_id=0, role="caseworker", by=COMMAND, now=NOW)


def test_a_command_that_manages_no_people_invites_nobody() -> None:
    house = make_organisation()
    for command in (system_viewer([]), system_viewer([], organisation_id=house.pk)):
        with pytest.raises(Refused):
            invite_user(
                email="new@example.org", organisation_id=house.pk, role="caseworker", by=command, now=NOW
            )


def test_an_act_about_what_is_no_more_is_told_as_changed() -> None:
    asker = make_viewer("organisation_administrator")
    payload = {
        "invitation": 0,
        "membership": 0,
        "held": "caseworker",
        "role": "supervisor",
        "organisation": 0,
        "team": None,
    }
    for describe in (describe_invitation, describe_change, describe_lift):
        with pytest.raises(Changed):
            describe(payload, asked_by=asker, now=NOW)


def test_what_the_machine_itself_invites_waits_for_nobody() -> None:
    house = make_organisation()
    make_membership(organisation=house)
    secret = invite_user(
        email="new@example.org", organisation_id=house.pk, role="supervisor", by=COMMAND, now=NOW
    )
    found = find_invitation(secret, NOW)
    assert found is not None
    assert not awaits_second_person(found)


def test_p17_keys_are_raised_for_the_hours_that_are_offered_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amparo.access.actions.key_acts.is_key_budget_bounded", lambda: True)
    for hours in (0, 3, 24):
        with pytest.raises(Refused):
            ask_more_keys(hours=hours, by=make_viewer("supervisor"), now=NOW)
    assert not DualAct.objects.exists()
