"""What is asked of one user, organisation or link is answered with what is theirs, and with nothing of others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from amparo.accounts import queries
from amparo.accounts.models import ApiToken, Invitation, Membership, Session, Team, User
from amparo.accounts.password_link import write_link
from amparo.accounts.rules import hash_of
from tests.factories.accounts import NOW, add_second_factor, make_membership, make_team, make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Somebody:
    """Somebody at work, with one of each thing that an account or an organisation has."""

    membership: Membership
    team: Team
    passkey: int
    token: int
    invitation: int
    suspended: int
    asleep: int

    @property
    def user(self) -> int:
        """Give her account."""
        return self.membership.user_id

    @property
    def organisation(self) -> int:
        """Give where she works."""
        return self.membership.organisation_id


def make_somebody(word: str, *, role: str = "supervisor") -> Somebody:
    membership = make_membership(role=role, user=make_user(email=f"{word}@example.org", name=word))
    organisation, user = membership.organisation, membership.user
    add_second_factor(user, secret=f"JBSWY3DPEHPK3PX{'AB'[word > 'm']}")
    data = {"name": word, "credential": {"id": word}}
    passkey = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)
    for key, end in ((word, DAY), (f"{word} once", -DAY)):
        Session.objects.create(
            session_key=key, session_data="", expire_date=NOW + end, user=user, began=NOW, seen=NOW
        )
    token = ApiToken.objects.create(
        user=user, membership=membership, name=word, token_hash=hash_of(word), may_write=False, created_at=NOW,
        expires_at=NOW + DAY,
    )  # fmt: skip
    invitation = Invitation.objects.create(
        email=f"new-{word}@example.org", organisation=organisation, role="caseworker", token_hash=hash_of(word),
        invited_by=user, created_at=NOW, expires_at=NOW + DAY,
    )  # fmt: skip
    suspended = make_membership(organisation=organisation)
    Membership.objects.filter(pk=suspended.pk).update(suspended_at=NOW)
    asleep = make_membership(organisation=organisation)
    User.objects.filter(pk=asleep.user_id).update(is_active=False, asleep_since=NOW)
    return Somebody(
        membership=membership, team=make_team(organisation), passkey=passkey.pk, token=token.pk,
        invitation=invitation.pk, suspended=suspended.pk, asleep=asleep.user_id,
    )  # fmt: skip


ASKED: dict[str, tuple[Callable[[Somebody], Any], Callable[[Somebody], Any]]] = {
    "her passkeys": (
        lambda one: [each.id for each in queries.passkeys_of(one.user)],
        lambda one: [one.passkey],
    ),
    "where she is signed in": (
        lambda one: [each.session for each in queries.devices_of(one.user, NOW)],
        lambda one: [one.membership.user.name],
    ),
    "her keys": (lambda one: [each.id for each in queries.tokens_of(one.user, NOW)], lambda one: [one.token]),
    "who is suspended": (
        lambda one: [each.id for each in queries.suspended_memberships(one.organisation)],
        lambda one: [one.suspended],
    ),
    "what shows who she is": (
        lambda one: [(each.user_id, each.name, len(each.factors)) for each in _humans(one)],
        lambda one: [(one.user, one.membership.user.name, 2)],
    ),
    "her roles": (
        lambda one: [each.id for each in queries.memberships_of(one.user, NOW)],
        lambda one: [one.membership.pk],
    ),
    "the role of an id": (
        lambda one: queries.find_membership(one.membership.pk, NOW).user_id,
        lambda one: one.user,
    ),
    "who signs in": (
        lambda one: queries.find_user_id(f" {one.membership.user.email.upper()}"),
        lambda one: one.user,
    ),
    "her details": (
        lambda one: queries.get_own_details(one.user).email,
        lambda one: one.membership.user.email,
    ),
    "who is asleep": (
        lambda one: [user for user, _name in queries.asleep_people_of(one.organisation, NOW)],
        lambda one: [one.asleep],
    ),
    "who works there": (
        lambda one: [each.id for each in queries.people_of(one.organisation, NOW)],
        lambda one: [one.membership.pk],
    ),
    "who is invited": (
        lambda one: [each.id for each in queries.open_invitations_of(one.organisation, NOW)],
        lambda one: [one.invitation],
    ),
    "the invitation of a link": (
        lambda one: queries.find_invitation(one.membership.user.name, NOW).id,
        lambda one: one.invitation,
    ),
    "the invitation of a number": (
        lambda one: queries.invited_address(one.invitation).email,
        lambda one: f"new-{one.membership.user.name}@example.org",
    ),
    "the key that was sent": (
        lambda one: queries.find_token(one.membership.user.name, NOW)[0],
        lambda one: one.token,
    ),
    "the teams": (
        lambda one: [each for each, _name in queries.teams_of(one.organisation)],
        lambda one: [one.team.pk],
    ),
    "an organisation by its name": (
        lambda one: queries.find_organisation(one.membership.organisation.name.upper()).id,
        lambda one: one.organisation,
    ),
    "the names behind ids": (
        lambda one: (
            queries.user_names([one.user]),
            queries.names_of_organisations([one.organisation]),
            list(queries.worked_as([one.membership.pk])),
        ),
        lambda one: (
            {one.user: one.membership.user.name},
            {one.organisation: one.membership.organisation.name},
            [one.membership.pk],
        ),
    ),
    "the organisation of an id": (
        lambda one: queries.get_organisation(one.organisation).id,
        lambda one: one.organisation,
    ),
    "where she works": (
        lambda one: queries.organisation_names_of(one.user),
        lambda one: [one.membership.organisation.name],
    ),
    "who works there in a role": (
        lambda one: [
            user for user, _n in queries.workers_of(one.organisation, NOW, roles=frozenset({"supervisor"}))
        ],
        lambda one: [one.user],
    ),
    "who has a role there": (
        lambda one: [
            each.user_id
            for each in queries.members_in_roles(["supervisor"], NOW, organisation_id=one.organisation)
        ],
        lambda one: [one.user],
    ),
}


def _humans(one: Somebody) -> list[queries.HumanRow]:
    return [*queries.humans([one.user], invited_since=NOW - DAY).values()]


@pytest.fixture
def both() -> tuple[Somebody, Somebody]:
    return make_somebody("alma"), make_somebody("zoya")


def test_each_is_answered_with_what_is_theirs(both: tuple[Somebody, Somebody]) -> None:
    for one in both:
        assert {name: ask(one) for name, (ask, _) in ASKED.items()} == {
            name: theirs(one) for name, (_, theirs) in ASKED.items()
        }
        assert [
            user
            for user, _name in queries.workers_of(one.organisation, NOW, roles=frozenset({"coordinator"}))
        ] == []


def test_what_is_of_nobody_finds_nothing(both: tuple[Somebody, Somebody]) -> None:
    bare = make_user()
    assert not queries.has_second_factor(bare.pk)
    assert not queries.has_passkey(bare.pk)
    add_second_factor(bare, secret="JBSWY3DPEHPK3PXC")
    assert queries.has_second_factor(bare.pk)
    assert not queries.has_passkey(bare.pk)
    assert queries.has_passkey(both[0].user)
    assert queries.has_codes(both[0].user)
    assert not queries.has_codes(make_user().pk)
    assert not queries.had_people(make_team().organisation_id)
    assert queries.had_people(both[0].organisation)
    assert not queries.is_role_held("integrity_officer", NOW)
    assert queries.is_role_held("supervisor", NOW)
    assert queries.get_organisation(0) is None
    assert queries.invited_address(0) is None
    assert queries.find_membership(0, NOW) is None
    with pytest.raises(LookupError):
        queries.get_own_details(0)


def test_codes_for_recovery_are_no_second_step_and_a_passkey_is_no_app() -> None:
    for kind in (Authenticator.Type.RECOVERY_CODES, Authenticator.Type.WEBAUTHN):
        held = make_membership()
        Authenticator.objects.create(user=held.user, type=kind, data={})
        is_second = kind == Authenticator.Type.WEBAUTHN
        assert queries.has_second_factor(held.user_id) is is_second
        assert queries.find_membership(held.pk, NOW).has_second_factor is is_second  # type: ignore[union-attr]
        assert not queries.has_codes(held.user_id)


def test_a_role_that_ended_or_has_not_begun_sleeps_for_nobody() -> None:
    for dates in ({"until": NOW.date()}, {"since": NOW.date() + DAY}):
        held = make_membership(**dates)
        User.objects.filter(pk=held.user_id).update(is_active=False, asleep_since=NOW)
        assert queries.asleep_people_of(held.organisation_id, NOW) == []
    held = make_membership()
    User.objects.filter(pk=held.user_id).update(is_active=False)
    assert queries.asleep_people_of(held.organisation_id, NOW) == []  # closed for good, not asleep
    User.objects.filter(pk=held.user_id).update(is_active=True, asleep_since=NOW)
    assert queries.asleep_people_of(held.organisation_id, NOW) == []


def test_a_suspended_role_that_ended_is_not_lifted() -> None:
    held = make_membership(until=NOW.date())
    Membership.objects.filter(pk=held.pk).update(suspended_at=NOW)
    assert queries.suspended_memberships(held.organisation_id) == []


def test_only_an_organisation_that_works_is_named_and_only_who_has_a_role_is_written_to(
    both: tuple[Somebody, Somebody],
) -> None:
    one, other = both
    organisation = one.membership.organisation
    organisation.is_active = False
    organisation.save()
    named = {each for each, _name in queries.organisation_names()}
    assert one.organisation not in named
    assert other.organisation in named
    left = make_membership(until=NOW.date())
    assert left.user_id not in queries.addresses_of_staff(NOW)
    assert one.user in queries.addresses_of_staff(NOW)


def test_the_roles_of_the_log_are_those_named_and_not_of_ones_own(both: tuple[Somebody, Somebody]) -> None:
    one, other = both
    roles = frozenset({"supervisor"})
    assert set(queries.memberships_in(roles)) == {one.membership.pk, other.membership.pk}
    assert queries.memberships_in(roles, but_of=one.organisation) == (other.membership.pk,)
    assert queries.memberships_in(frozenset()) == ()


def test_a_link_is_of_one_account_that_is_not_closed(both: tuple[Somebody, Somebody]) -> None:
    one = both[0].membership.user
    link = write_link(one, NOW)
    assert queries.find_user_of_link(link, NOW) == one
    User.objects.filter(pk=one.pk).update(is_active=False)
    assert queries.find_user_of_link(link, NOW) is None


def test_an_invitation_of_another_links_no_two_people(both: tuple[Somebody, Somebody]) -> None:
    one, other = both
    known = queries.humans([one.user, other.user], invited_since=NOW - DAY)
    assert known[one.user].invited == known[other.user].invited == frozenset()
    Invitation.objects.filter(pk=one.invitation).update(email=other.membership.user.email)
    known = queries.humans([one.user, other.user], invited_since=NOW - DAY)
    assert (known[one.user].invited, known[other.user].invited) == (frozenset({other.user}), frozenset())
    assert not queries.humans([one.user, other.user], invited_since=NOW)[one.user].invited
    assert not queries.humans([one.user], invited_since=NOW - DAY)[one.user].invited
    assert not queries.humans([other.user], invited_since=NOW - DAY)[other.user].invited
