"""Write who works where as what. With a membership end the keys under it and the sessions of its user."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from amparo.accounts.actions.sessions import end_sessions
from amparo.accounts.models import ApiToken, Membership
from amparo.audit.actions import record as record_event
from amparo.audit.rules import Actor


@transaction.atomic
def start_membership(
    *, user_id: int, organisation_id: int, team_id: int | None, role: str, by: Actor, now: datetime
) -> int:
    """Let a user work in a role from today and give the membership's id; one that runs already goes on."""
    membership, is_new = Membership.objects.get_or_create(
        user_id=user_id,
        organisation_id=organisation_id,
        role=role,
        until=None,
        defaults={"team_id": team_id, "since": timezone.localdate(now)},
    )
    if is_new:
        record_event("accounts.membership.start", by=by, at=now, record=f"membership:{membership.pk}")
    return membership.pk


@transaction.atomic
def end_membership(*, membership_id: int, by: Actor, now: datetime) -> None:
    """End a membership at once, with the keys that worked under it and wherever its user is signed in."""
    Membership.objects.filter(pk=membership_id).update(until=timezone.localdate(now))
    ApiToken.objects.filter(membership_id=membership_id, revoked_at__isnull=True).update(revoked_at=now)
    for user_id in Membership.objects.filter(pk=membership_id).values_list("user_id", flat=True):
        end_sessions(user_id=user_id)
    record_event("accounts.membership.end", by=by, at=now, record=f"membership:{membership_id}")


@transaction.atomic
def suspend_membership(*, membership_id: int, by: Actor, now: datetime) -> None:
    """Let nobody work under a membership until two people lift that; its keys stop for good, and its user is signed out."""
    Membership.objects.filter(pk=membership_id, suspended_at__isnull=True).update(suspended_at=now)
    ApiToken.objects.filter(membership_id=membership_id, revoked_at__isnull=True).update(revoked_at=now)
    for user_id in Membership.objects.filter(pk=membership_id).values_list("user_id", flat=True):
        end_sessions(user_id=user_id)
    record_event("accounts.membership.suspend", by=by, at=now, record=f"membership:{membership_id}")


@transaction.atomic
def lift_suspension(*, membership_id: int, by: Actor, now: datetime) -> bool:
    """Let somebody work under a membership again; tells whether it was suspended."""
    lifted = Membership.objects.filter(pk=membership_id, suspended_at__isnull=False).update(suspended_at=None)
    if lifted:
        record_event("accounts.membership.resume", by=by, at=now, record=f"membership:{membership_id}")
    return lifted > 0
