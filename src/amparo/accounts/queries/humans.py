"""Tell which human being is behind an account, and who is suspended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator

from amparo.accounts.models import Invitation, Membership, User
from amparo.accounts.queries.people import second_factors
from amparo.accounts.rules import hash_of


@dataclass(frozen=True, kw_only=True, slots=True)
class HumanRow:
    """What shows which human being is behind an account."""

    user_id: int
    name: str
    staff_number: str
    factors: frozenset[str]
    invited: frozenset[int]


@dataclass(frozen=True, kw_only=True, slots=True)
class SuspendedRow:
    """A membership that was suspended."""

    id: int
    user_id: int
    name: str
    role: str
    organisation_id: int
    suspended_at: datetime


def suspended_memberships(organisation_id: int) -> list[SuspendedRow]:
    """List the memberships of an organisation that are suspended."""
    rows = Membership.objects.filter(
        organisation_id=organisation_id, suspended_at__isnull=False, until__isnull=True
    )
    return [
        SuspendedRow(
            id=row.pk, user_id=row.user_id, name=row.user.name, role=row.role,
            organisation_id=row.organisation_id, suspended_at=row.suspended_at or row.user.created_at,
        )
        for row in rows.select_related("user").order_by("user__name", "id")
    ]  # fmt: skip


def humans(user_ids: Iterable[int], *, invited_since: datetime) -> dict[int, HumanRow]:
    """Tell by user id what shows which human being is behind each account."""
    users = list(User.objects.filter(pk__in=set(user_ids)))
    factors: dict[int, set[str]] = {user.pk: set() for user in users}
    for factor in second_factors().filter(user_id__in=factors):
        factors[factor.user_id].add(_factor_known_by(factor))
    emails = {user.email: user.pk for user in users}
    invited: dict[int, set[int]] = {user.pk: set() for user in users}
    sent = Invitation.objects.filter(
        invited_by_id__in=invited, email__in=emails, created_at__gt=invited_since
    ).values_list("invited_by_id", "email")
    for inviter, email in sent:
        if inviter is not None:
            invited[inviter].add(emails[email])
    return {
        user.pk: HumanRow(
            user_id=user.pk,
            name=user.name,
            staff_number=user.staff_number,
            factors=frozenset(factors[user.pk]),
            invited=frozenset(invited[user.pk]),
        )
        for user in users
    }


def _factor_known_by(factor: Authenticator) -> str:
    """Give what two accounts share when one telephone or one key opens both: a hash, never the secret."""
    if factor.type == Authenticator.Type.TOTP:
        secret = str(get_adapter().decrypt(factor.data["secret"]))
        return hash_of(f"totp {secret}")
    credential = factor.data.get("credential", {})
    return hash_of(f"passkey {credential.get('id') or credential.get('rawId') or factor.pk}")
