"""Read who is kept away from whom, and who is named for what is closed to all others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from amparo.access.beyond import ask_beyond
from amparo.access.models import Clearance, Wall
from amparo.access.rules import READERS, Permission, Viewer, readers_by_scope
from amparo.accounts.queries import MembershipRow, memberships_of


@dataclass(frozen=True, kw_only=True, slots=True)
class WallRow:
    """One wall that stands, as a reviewer sees it: who is kept away and why, and nothing of the person."""

    id: int
    kept_away: str
    reason: str
    made_by: str
    made_at: datetime


def list_walls(viewer: Viewer) -> tuple[WallRow, ...]:
    """List the walls that stand, the newest first, to who reviews them."""
    if not viewer.may(Permission.WALL_REVIEW):
        return ()
    rows = Wall.objects.filter(lifted_at__isnull=True).select_related("user", "organisation", "made_by")
    return tuple(
        WallRow(
            id=row.pk,
            kept_away=row.organisation.name if row.organisation else (row.user.name if row.user else ""),
            reason=row.reason,
            made_by=row.made_by.name if row.made_by else "",
            made_at=row.made_at,
        )
        for row in rows.order_by("-made_at", "-id")
    )


def count_left_alone(membership: MembershipRow | None, now: datetime) -> int:
    """Count the closed records for which nobody is named any more who can sign in, once this membership has ended."""
    if membership is None or membership.role not in READERS:
        return 0
    named = Clearance.objects.filter(ended_at__isnull=True)
    hers = set(named.filter(user_id=membership.user_id).values_list("record", flat=True))
    readers: dict[int, bool] = {}
    kept = set()
    for record, user in named.filter(record__in=hers).values_list("record", "user_id"):
        if user not in readers:
            held = memberships_of(user, now)
            readers[user] = any(one.role in READERS and one.id != membership.id for one in held)
        if readers[user]:
            kept.add(record)
    return len(hers - kept)


def count_without_readers(organisation_id: int, now: datetime) -> int:
    """Count the closed records of an organisation that nobody can open."""
    today = timezone.localdate(now)
    return len(ask_beyond("amparo_cases_without_readers", organisation_id, today, *readers_by_scope()))


def named_readers(record: UUID) -> tuple[tuple[int, str], ...]:
    """List as id and name who is named for a record; the caller has found it through a scoped getter."""
    named = Clearance.objects.filter(record=record, ended_at__isnull=True).order_by("user__name", "user_id")
    return tuple(named.values_list("user_id", "user__name"))
