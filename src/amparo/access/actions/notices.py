"""Tell somebody on the first page, and keep that they read it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from amparo.access.models import Notice
from amparo.access.rules import Viewer


def tell(
    receivers: Iterable[tuple[int, int]],
    kind: str,
    *,
    now: datetime,
    act: UUID | None = None,
    opening: UUID | None = None,
) -> int:
    """Tell users, each in one organisation, once each; gives how many were told."""
    rows = [
        Notice(user_id=user, organisation_id=organisation, kind=kind, act_id=act, opening_id=opening, at=now)
        for user, organisation in dict.fromkeys(receivers)
    ]
    Notice.objects.bulk_create(rows)
    return len(rows)


def settle(kind: str, *, now: datetime, act: UUID | None = None, opening: UUID | None = None) -> None:
    """Take away a notice that asked somebody to do what is done now."""
    about = {"act_id": act} if act is not None else {"opening_id": opening}
    Notice.objects.filter(kind=kind, seen_at__isnull=True, **about).update(seen_at=now)


def mark_read(*, until: int, by: Viewer, now: datetime) -> int:
    """Mark one's own notices as read, as far as they were shown; gives how many."""
    if by.user_id is None or by.organisation_id is None:
        return 0
    own = Notice.objects.filter(
        user_id=by.user_id, organisation_id=by.organisation_id, pk__lte=until, seen_at__isnull=True
    )
    return own.update(seen_at=now)
