"""Read who signs in and where they belong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from amparo.accounts.models import (
    ApiToken,
    Invitation,
    Membership,
    MembershipQuerySet,
    Organisation,
    Team,
    User,
)
from amparo.accounts.password_link import is_good_for, user_id_in
from amparo.accounts.rules import WAIT_AFTER_RENEWAL, hash_of, tidy_email
from amparo.vault.asking import Given, Question


@dataclass(frozen=True, kw_only=True, slots=True)
class MembershipRow:
    """One role of one user, as a page shows it."""

    id: int
    user_id: int
    name: str
    email: str
    organisation_id: int
    organisation_name: str
    team_id: int | None
    team_name: str
    role: str
    since: date
    until: date | None
    has_second_factor: bool
    is_renewed_lately: bool = False  # somebody else let them in again within a day


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnDetails:
    """What somebody sees of their own account."""

    id: int
    name: str
    email: str
    language: str
    has_password: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class InvitationRow:
    """One invitation that nobody has taken up yet, as a page shows it."""

    id: int
    email: str
    organisation_id: int
    organisation_name: str
    team_id: int | None
    team_name: str
    role: str
    created_at: datetime
    expires_at: datetime
    invited_by: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganisationRow:
    """One organisation, with how many people work for it."""

    id: int
    name: str
    kind: str
    is_active: bool
    people: int = 0


def memberships_of(user_id: int, now: datetime) -> list[MembershipRow]:
    """List the memberships under which a user may work now, by organisation and role."""
    return [_membership_row(row) for row in _OF_USER.ask(user=user_id, day=timezone.localdate(now))]


def find_membership(membership_id: int, now: datetime) -> MembershipRow | None:
    """Find one running membership."""
    rows = _ONE.ask(membership=membership_id, day=timezone.localdate(now))
    return _membership_row(rows[0]) if rows else None


def find_user_id(email: str) -> int | None:
    """Find who signs in with an address."""
    return User.objects.filter(email=tidy_email(email)).values_list("id", flat=True).first()


def get_own_details(user_id: int) -> OwnDetails:
    """Give what somebody sees of their own account; raises `LookupError` when there is none."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise LookupError(f"There is no user {user_id}.")
    return OwnDetails(
        id=user.pk,
        name=user.name,
        email=user.email,
        language=user.language,
        has_password=user.has_usable_password(),
    )


def find_user_of_link(secret: str, now: datetime) -> User | None:
    """Find the user of a link for a new password, for the action that sets it."""
    user = User.objects.filter(pk=user_id_in(secret) or 0, is_active=True).first()
    return user if user is not None and is_good_for(user, secret, now) else None


def is_password_link_open(secret: str, now: datetime) -> bool:
    """Tell whether a link for a new password still works."""
    return find_user_of_link(secret, now) is not None


def has_second_factor(user_id: int) -> bool:
    """Tell whether a user proves who they are by more than a password."""
    return second_factors().filter(user_id=user_id).exists()


def has_passkey(user_id: int) -> bool:
    """Tell whether a user can sign in with a passkey."""
    return second_factors().filter(user_id=user_id, type=Authenticator.Type.WEBAUTHN).exists()


def has_codes(user_id: int) -> bool:
    """Tell whether a user is asked for codes from an app."""
    return second_factors().filter(user_id=user_id, type=Authenticator.Type.TOTP).exists()


def asleep_people_of(organisation_id: int, now: datetime) -> list[tuple[int, str]]:
    """List as user id and name who would work for an organisation now and was put to sleep."""
    today = timezone.localdate(now)
    rows = Membership.objects.filter(
        Q(until__isnull=True) | Q(until__gt=today),
        since__lte=today,
        organisation_id=organisation_id,
        user__is_active=False,
        user__asleep_since__isnull=False,
    )
    return list(dict.fromkeys(rows.order_by("user__name").values_list("user_id", "user__name")))


def people_of(organisation_id: int, now: datetime) -> list[MembershipRow]:
    """List the running memberships of an organisation by name."""
    running = Membership.objects.running(timezone.localdate(now)).filter(organisation_id=organisation_id)
    return _membership_rows(running.order_by("user__name", "id"))


def open_invitations_of(organisation_id: int, now: datetime) -> list[InvitationRow]:
    """List the invitations of an organisation whose link still works, the newest first."""
    rows = Invitation.objects.open(now).filter(organisation_id=organisation_id)
    return [
        _invitation_row(row) for row in rows.select_related("organisation", "team").order_by("-created_at")
    ]


def find_invitation(secret: str, now: datetime, *, for_update: bool = False) -> InvitationRow | None:
    """Find the invitation of a link while it can be taken up; any other link finds nothing.

    `for_update` lets only one transaction at a time find it.
    """
    rows = Invitation.objects.open(now).select_related("organisation", "team")
    rows = rows.select_for_update(of=("self",)) if for_update else rows
    invitation = rows.filter(token_hash=hash_of(secret)).first()
    return None if invitation is None else _invitation_row(invitation)


def find_token(secret: str, now: datetime) -> tuple[int, bool, MembershipRow] | None:
    """Find the key that a program sent, while it may be used: its id, whether it writes, and the membership it works under."""
    tokens = ApiToken.objects.working(now).filter(token_hash=hash_of(secret))
    found = tokens.values_list("id", "may_write", "membership_id").first()
    if found is None:
        return None
    token_id, may_write, membership_id = found
    membership = find_membership(membership_id, now)
    return None if membership is None else (token_id, may_write, membership)


def teams_of(organisation_id: int) -> list[tuple[int, str]]:
    """List the teams of an organisation as id and name."""
    return list(
        Team.objects.filter(organisation_id=organisation_id).order_by("name").values_list("id", "name")
    )


def find_organisation(name: str) -> OrganisationRow | None:
    """Find an organisation by its name, however it is capitalised."""
    return _organisation_row(Organisation.objects.filter(name__iexact=name.strip()).first())


def get_organisation(organisation_id: int) -> OrganisationRow | None:
    """Find an organisation by its id."""
    return _organisation_row(Organisation.objects.filter(pk=organisation_id).first())


def organisation_names() -> list[tuple[int, str]]:
    """List the active organisations as id and name."""
    return list(Organisation.objects.filter(is_active=True).order_by("name").values_list("id", "name"))


def organisation_names_of(user_id: int) -> list[str]:
    """List the names of the organisations that a user works or worked for."""
    return list(Membership.objects.filter(user_id=user_id).values_list("organisation__name", flat=True))


def workers_of(organisation_id: int, now: datetime, *, roles: frozenset[str]) -> list[tuple[int, str]]:
    """List as id and name the users who work for an organisation now in one of those roles."""
    running = Membership.objects.running(timezone.localdate(now))
    rows = running.filter(organisation_id=organisation_id, role__in=roles).order_by("user__name", "user_id")
    return list(dict.fromkeys(rows.values_list("user_id", "user__name")))


def addresses_of_staff(now: datetime) -> dict[int, str]:
    """Give the address of everybody who has a role that has not ended, also of who is suspended or asleep."""
    held = Membership.objects.filter(Q(until__isnull=True) | Q(until__gt=timezone.localdate(now)))
    return dict(held.values_list("user_id", "user__email"))


def is_role_held(role: str, now: datetime) -> bool:
    """Tell whether anybody at all works in a role now."""
    return Membership.objects.running(timezone.localdate(now)).filter(role=role).exists()


def user_names(user_ids: Iterable[int]) -> dict[int, str]:
    """Give the names of users by id, in one query."""
    return dict(User.objects.filter(pk__in=set(user_ids)).values_list("id", "name"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Worked:
    """Under which role somebody works or worked, and where."""

    name: str
    role: str
    organisation_name: str


def worked_as(membership_ids: Iterable[int]) -> dict[int, Worked]:
    """Give who works or worked under memberships, ended ones too, by id, in one query."""
    rows = Membership.objects.filter(pk__in=set(membership_ids)).values_list(
        "id", "user__name", "role", "organisation__name"
    )
    return {
        number: Worked(name=name, role=role, organisation_name=organisation)
        for number, name, role, organisation in rows
    }


def memberships_in(roles: frozenset[str], *, but_of: int | None = None) -> tuple[int, ...]:
    """Name the memberships in certain roles, ended ones too, without those of one organisation."""
    found = Membership.objects.filter(role__in=roles)
    found = found if but_of is None else found.exclude(organisation_id=but_of)
    return tuple(found.values_list("id", flat=True))


def names_of_organisations(ids: Iterable[int]) -> dict[int, str]:
    """Give the names of organisations by id, in one query."""
    return dict(Organisation.objects.filter(pk__in=set(ids)).values_list("id", "name"))


def organisations(now: datetime) -> list[OrganisationRow]:
    """List all organisations by name, with the number of people who work for each."""
    is_running = Q(memberships__in=Membership.objects.running(timezone.localdate(now)))
    rows = Organisation.objects.annotate(people=Count("memberships__user", filter=is_running, distinct=True))
    return [
        OrganisationRow(id=row.pk, name=row.name, kind=row.kind, is_active=row.is_active, people=row.people)
        for row in rows.order_by("name")
    ]


def members_in_roles(
    roles: Iterable[str], now: datetime, *, organisation_id: int | None = None
) -> list[MembershipRow]:
    """List who works in one of those roles now, in one organisation or in all."""
    running = Membership.objects.running(timezone.localdate(now)).filter(role__in=set(roles))
    if organisation_id is not None:
        running = running.filter(organisation_id=organisation_id)
    return _membership_rows(running.order_by("id"))


def had_people(organisation_id: int) -> bool:
    """Tell whether anybody ever worked for an organisation."""
    return Membership.objects.filter(organisation_id=organisation_id).exists()


def invited_address(invitation_id: int) -> InvitationRow | None:
    """Find an invitation by its number, open or not."""
    row = Invitation.objects.select_related("organisation", "team").filter(pk=invitation_id).first()
    return None if row is None else _invitation_row(row)


def second_factors() -> QuerySet[Authenticator]:
    """Chain over what people sign in with as the second step."""
    factors: QuerySet[Authenticator] = Authenticator.objects.filter(
        type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    )
    return factors


def _membership_rows(memberships: MembershipQuerySet) -> list[MembershipRow]:
    return [_membership_row(row) for row in _columns(memberships)]


def _columns(memberships: MembershipQuerySet) -> QuerySet[Membership, tuple[Any, ...]]:
    factor = Exists(second_factors().filter(user_id=OuterRef("user_id")))
    # A moment that is still to come, as a clock that was set back makes one, counts as just now.
    renewed = Coalesce(
        ExpressionWrapper(Q(user__renewed_at__gt=Now() - WAIT_AFTER_RENEWAL), BooleanField()), False
    )
    rows = memberships.annotate(
        team_name=Coalesce("team__name", Value("")), has_second_factor=factor, is_renewed_lately=renewed
    )
    return rows.values_list(*_MEMBERSHIP.values())


def _membership_row(row: tuple[Any, ...]) -> MembershipRow:
    return MembershipRow(**dict(zip(_MEMBERSHIP, row, strict=True)))


_MEMBERSHIP: Final = {field.name: field.name for field in fields(MembershipRow)} | {
    "name": "user__name", "email": "user__email", "organisation_name": "organisation__name",
}  # fmt: skip


def _of_user() -> QuerySet[Membership, tuple[Any, ...]]:
    running = Membership.objects.running(Given("day")).filter(user_id=Given("user"))
    return _columns(running.order_by("organisation__name", "role", "id"))


def _one() -> QuerySet[Membership, tuple[Any, ...]]:
    return _columns(Membership.objects.running(Given("day")).filter(pk=Given("membership")))


_OF_USER: Final = Question(_of_user)
_ONE: Final = Question(_one)


def _invitation_row(invitation: Invitation) -> InvitationRow:
    return InvitationRow(
        id=invitation.pk,
        email=invitation.email,
        organisation_id=invitation.organisation_id,
        organisation_name=invitation.organisation.name,
        team_id=invitation.team_id,
        team_name=invitation.team.name if invitation.team else "",
        role=invitation.role,
        created_at=invitation.created_at,
        expires_at=invitation.expires_at,
        invited_by=invitation.invited_by_id,
    )


def _organisation_row(organisation: Organisation | None) -> OrganisationRow | None:
    if organisation is None:
        return None
    return OrganisationRow(
        id=organisation.pk,
        name=organisation.name,
        kind=organisation.kind,
        is_active=organisation.is_active,
    )
