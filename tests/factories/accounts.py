"""Make organisations, users and viewers for tests, straight in the tables."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from itertools import count

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.sessions.backends.base import SessionBase
from django.test import Client

from amparo.access.queries import viewer_for_membership
from amparo.access.rules import ROLES, Viewer
from amparo.access.web import MEMBERSHIP_KEY
from amparo.accounts.models import Membership, Organisation, Team, User

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PASSWORD = "a calm river at night"

SECOND_FACTOR_SECRET = "JBSWY3DPEHPK3PXP"

_numbers = count(1)
_NO_DIGITS = str.maketrans("0189", "ABCD")  # which a secret in base 32 has not


def make_organisation(*, name: str = "", kind: str = "ngo", is_active: bool = True) -> Organisation:
    """Make an organisation; its name is new each time."""
    name = name or f"Organisation {next(_numbers)}"
    return Organisation.objects.create(name=name, kind=kind, is_active=is_active, created_at=NOW)


def make_team(organisation: Organisation | None = None, *, name: str = "") -> Team:
    """Make a team, in a new organisation when none is given."""
    return Team.objects.create(
        organisation=organisation or make_organisation(), name=name or f"Team {next(_numbers)}"
    )


def make_user(*, email: str = "", name: str = "", password: str = "", is_active: bool = True) -> User:
    """Make a user. Without a password nobody can sign in as them by a form; hashing one takes time."""
    number = next(_numbers)
    user = User(
        email=email or f"user{number}@example.org",
        name=name or f"User {number}",
        is_active=is_active,
        staff_number=f"STAFF-{number}",
        created_at=NOW,
    )
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save()
    return user


def make_membership(
    *,
    role: str = "caseworker",
    user: User | None = None,
    organisation: Organisation | None = None,
    team: Team | None = None,
    since: date = date(2026, 1, 1),
    until: date | None = None,
) -> Membership:
    """Let a user work in a role; whatever is not given is new, of a kind that may have the role."""
    if organisation is None and team is not None:
        organisation = team.organisation
    kinds = sorted(ROLES[role].organisation_kinds) if role in ROLES else []
    return Membership.objects.create(
        user=user or make_user(),
        organisation=organisation or make_organisation(kind=kinds[0] if kinds else "ngo"),
        team=team,
        role=role,
        since=since,
        until=until,
    )


def make_viewer(
    role: str = "caseworker",
    *,
    organisation: Organisation | None = None,
    team: Team | None = None,
    user: User | None = None,
    now: datetime = NOW,
) -> Viewer:
    """Make somebody who works in a role, as queries and actions take them."""
    membership = make_membership(role=role, user=user, organisation=organisation, team=team)
    viewer = viewer_for_membership(membership.pk, now)
    assert viewer is not None
    return viewer


def user_of(viewer: Viewer) -> User:
    """Give the user behind a viewer."""
    return User.objects.get(pk=viewer.known_user_id)


def organisation_of(viewer: Viewer) -> Organisation:
    """Give the organisation that a viewer works for."""
    assert viewer.organisation_id is not None
    return Organisation.objects.get(pk=viewer.organisation_id)


def add_second_factor(user: User, *, secret: str = SECOND_FACTOR_SECRET) -> None:
    """Give a user a second factor with a secret that tests know."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, secret)


def show_who(session: SessionBase, user: User, *, at: float | None = None, type: str = "") -> None:  # noqa: A002
    """Let a session remember that its user showed who they are, now when no other time is said."""
    record = {"method": "mfa" if type else "password", "at": time.time() if at is None else at}
    session["account_authentication_methods"] = [{**record, "type": type} if type else record]
    session["account_authentication_methods_user"] = str(user.pk)


def sign_in(client: Client, viewer: Viewer, *, has_second_factor: bool = True) -> Client:
    """Let a test's browser work as that viewer, under the viewer's membership."""
    user = user_of(viewer)
    if has_second_factor:
        # A telephone of her own: accounts that share one are one human where two people must decide.
        add_second_factor(user, secret=f"{SECOND_FACTOR_SECRET[:6]}{user.pk:010d}".translate(_NO_DIGITS))
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session[MEMBERSHIP_KEY] = viewer.membership_id
    show_who(session, user)
    session.save()
    return client
