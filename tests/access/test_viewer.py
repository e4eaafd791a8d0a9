"""Who is looking: what a membership, a grant and a key give at one moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from amparo.access.actions import end_membership, grant_access, make_token, revoke, revoke_token
from amparo.access.actions.permission import NotYet, require
from amparo.access.models import Grant
from amparo.access.queries import viewer_for, viewer_for_membership, viewer_for_token
from amparo.access.rules import IN_PERSON, ROLES, GrantReason, Permission, Scope
from amparo.accounts.models import ApiToken, Membership, Organisation, User
from amparo.accounts.queries import find_membership, memberships_of
from tests.factories.accounts import (
    NOW,
    make_membership,
    make_organisation,
    make_team,
    make_viewer,
    organisation_of,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


def test_a_membership_gives_its_role() -> None:
    team = make_team()
    membership = make_membership(role="caseworker", team=team)
    viewer = viewer_for_membership(membership.pk, NOW)
    assert viewer is not None
    assert (viewer.user_id, viewer.membership_id) == (membership.user_id, membership.pk)
    assert (viewer.organisation_id, viewer.team_id) == (team.organisation_id, team.pk)
    assert (viewer.role, viewer.scope, viewer.name) == ("caseworker", Scope.TEAM, membership.user.name)
    assert viewer.organisation_name == team.organisation.name
    assert viewer.may(Permission.CASE_READ)
    assert not viewer.may(Permission.CASE_ASSIGN)
    assert viewer.grants == ()


@pytest.mark.parametrize(
    ("since", "until"),
    [(TODAY + timedelta(days=1), None), (TODAY - timedelta(days=9), TODAY), (TODAY, TODAY)],
    ids=["not begun", "ended today", "begun and ended today"],
)
def test_a_membership_counts_only_while_it_runs(since: date, until: date | None) -> None:
    assert viewer_for_membership(make_membership(since=since, until=until).pk, NOW) is None


def test_a_membership_runs_on_its_first_and_its_last_day() -> None:
    assert viewer_for_membership(make_membership(since=TODAY).pk, NOW)
    assert viewer_for_membership(make_membership(until=TODAY + timedelta(days=1)).pk, NOW)


def test_sleeping_users_and_organisations_give_nothing() -> None:
    membership = make_membership()
    User.objects.filter(pk=membership.user_id).update(is_active=False)
    assert viewer_for_membership(membership.pk, NOW) is None
    other = make_membership()
    Organisation.objects.filter(pk=other.organisation_id).update(is_active=False)
    assert viewer_for_membership(other.pk, NOW) is None


def test_a_role_that_is_not_known_gives_nothing() -> None:
    assert viewer_for_membership(make_membership(role="king").pk, NOW) is None


def test_grants_count_from_start_to_end_and_for_what_they_name() -> None:
    giver, taker = make_viewer("supervisor"), make_membership(role="competent_authority")
    record = uuid4()
    grant_access(
        record=record,
        organisation_id=taker.organisation_id,
        permissions=[Permission.CASE_READ],
        reason=GrantReason.IDENTIFICATION,
        ends_at=NOW + timedelta(days=3),
        by=giver,
        now=NOW,
    )
    seen = [
        viewer.granted
        for days in (-1, 0, 2, 3)
        if (viewer := viewer_for_membership(taker.pk, NOW + timedelta(days=days)))
    ]
    assert seen == [frozenset(), {record}, {record}, frozenset()]
    viewer = viewer_for_membership(taker.pk, NOW)
    assert viewer is not None
    assert viewer.granted_for(Permission.CASE_MOVE) == frozenset()


def test_a_grant_gives_no_more_than_the_role() -> None:
    giver, taker = make_viewer("supervisor"), make_membership(role="first_responder")
    record = uuid4()
    grant_access(
        record=record,
        user_id=taker.user_id,
        permissions=[Permission.CASE_READ, Permission.CASE_CLOSE],
        reason=GrantReason.COVER,
        ends_at=NOW + timedelta(days=3),
        by=giver,
        now=NOW,
    )
    viewer = viewer_for_membership(taker.pk, NOW)
    assert viewer is not None
    assert viewer.granted == {record}
    assert viewer.granted_for(Permission.CASE_CLOSE) == frozenset()


def test_grants_to_others_revoked_ones_and_roles_without_cases_see_nothing() -> None:
    giver = make_viewer("supervisor")
    organisation = make_organisation(kind="ministry")
    taker = make_membership(role="caseworker", organisation=organisation)
    statistician = make_membership(role="statistician", organisation=organisation)
    stranger = make_membership(role="caseworker")
    grant = grant_access(
        record=uuid4(),
        organisation_id=organisation.pk,
        permissions=[Permission.CASE_READ],
        reason=GrantReason.JOINT_WORK,
        ends_at=NOW + timedelta(days=3),
        by=giver,
        now=NOW,
    )

    def granted(membership: Membership) -> int:
        viewer = viewer_for_membership(membership.pk, NOW)
        assert viewer is not None
        return len(viewer.grants)

    assert [granted(one) for one in (taker, statistician, stranger)] == [1, 0, 0]
    revoke(grant_id=grant, by=giver, now=NOW)
    assert granted(taker) == 0


def test_who_looks_is_asked_in_two_statements(django_assert_num_queries: Any) -> None:
    viewer = make_viewer("caseworker")
    for _turn in range(2):
        with django_assert_num_queries(2):
            (membership,) = memberships_of(viewer.known_user_id, NOW)
            assert (
                replace(viewer_for(membership, NOW), via=viewer.via, stated_purpose=viewer.stated_purpose)
                == viewer
            )


def test_what_an_earlier_version_granted_and_this_one_does_not_know_opens_nothing() -> None:
    giver, taker = make_viewer("supervisor"), make_membership(role="competent_authority")
    grant_access(
        record=uuid4(), organisation_id=taker.organisation_id, permissions=[Permission.CASE_READ],
        reason=GrantReason.IDENTIFICATION, ends_at=NOW + timedelta(days=3), by=giver, now=NOW,
    )  # fmt: skip
    Grant.objects.update(permissions=["case.fly", Permission.CASE_READ], compartments=["moon"])
    viewer = viewer_for_membership(taker.pk, NOW)
    assert viewer is not None
    (grant,) = viewer.grants
    assert (grant.permissions, grant.compartments) == ({Permission.CASE_READ}, frozenset())


def test_who_was_let_in_again_waits_for_what_is_done_in_person_and_no_longer() -> None:
    row = find_membership(make_membership(role="supervisor").pk, NOW)
    assert row is not None
    assert viewer_for(row, NOW).waiting == frozenset()
    waiting = viewer_for(replace(row, is_renewed_lately=True), NOW)
    own = ROLES["supervisor"].permissions
    assert waiting.waiting == own & IN_PERSON
    assert waiting.permissions == own - IN_PERSON
    assert waiting.waiting < IN_PERSON
    for permission in waiting.waiting:
        with pytest.raises(NotYet):
            require(waiting, permission)


class TestTokens:
    """A program's key works under one membership, for a time."""

    def test_a_key_gives_the_role_and_is_kept_as_a_hash(self) -> None:
        viewer = make_viewer("supervisor")
        secret = make_token(name="figures", days=30, by=viewer, now=NOW)
        found = viewer_for_token(secret, NOW)
        assert found is not None
        assert (found.membership_id, found.role) == (viewer.membership_id, viewer.role)
        token = ApiToken.objects.get()
        assert found.token_id == token.pk
        assert secret not in (token.token_hash, token.name)

    def test_a_key_stops_when_it_expires_is_revoked_or_its_membership_ends(self) -> None:
        viewer = make_viewer("supervisor")
        secret = make_token(name="figures", days=30, by=viewer, now=NOW)
        assert viewer_for_token(secret, NOW + timedelta(days=30)) is None
        assert viewer_for_token(secret + "x", NOW) is None
        assert viewer_for_token("", NOW) is None
        revoke_token(token_id=ApiToken.objects.get().pk, by=viewer, now=NOW)
        assert viewer_for_token(secret, NOW) is None
        second = make_token(name="figures", days=30, by=viewer, now=NOW)
        organisation = organisation_of(viewer)
        administrator = make_viewer("organisation_administrator", organisation=organisation)
        assert viewer.membership_id is not None
        end_membership(membership_id=viewer.membership_id, by=administrator, now=NOW)
        assert viewer_for_token(second, NOW) is None
