"""Read what somebody is told on the first page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, QuerySet

from amparo.access.models import Notice
from amparo.access.rules import Viewer
from amparo.vault.asking import Given, Question

SHOWN = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeRow:
    """One thing that the viewer is to know. Of an opening it names the reference only to those who work with the case."""

    number: int
    kind: str
    at: datetime
    act: UUID | None
    act_kind: str
    opening: UUID | None
    who: str
    where: str
    reference: str
    reason: str


def count_notices(viewer: Viewer) -> int:
    """Count what the viewer has not marked as read."""
    if viewer.user_id is None or viewer.organisation_id is None:
        return 0
    return sum(number for (number,) in _COUNTED.ask(user=viewer.user_id, organisation=viewer.organisation_id))


def list_notices(viewer: Viewer) -> list[NoticeRow]:
    """List what the viewer has not marked as read, the newest first."""
    rows = _unseen(viewer).select_related(
        "act", "act__asked_by", "act__organisation", "opening", "opening__user", "opening__organisation"
    )
    return [_row(row) for row in rows.order_by("-at", "-pk")[:SHOWN]]


def _unseen(viewer: Viewer) -> QuerySet[Notice]:
    if viewer.user_id is None or viewer.organisation_id is None:
        return Notice.objects.none()
    return _unseen_by(viewer.user_id, viewer.organisation_id)


def _unseen_by(user_id: int | Given, organisation_id: int | Given) -> QuerySet[Notice]:
    return Notice.objects.filter(user_id=user_id, organisation_id=organisation_id, seen_at__isnull=True)


def _counted() -> QuerySet[Notice, tuple[int]]:
    mine = _unseen_by(Given("user"), Given("organisation"))
    return mine.values("user_id").annotate(number=Count("pk")).values_list("number")


_COUNTED: Final = Question(_counted)


def _row(row: Notice) -> NoticeRow:
    act, opening = row.act, row.opening
    who = act.asked_by.name if act is not None else ""
    where = act.organisation.name if act is not None and act.organisation is not None else ""
    if opening is not None:
        who, where = opening.user.name, opening.organisation.name
    return NoticeRow(
        number=row.pk,
        kind=row.kind,
        at=row.at,
        act=row.act_id,
        act_kind=act.kind if act is not None else "",
        opening=row.opening_id,
        who=who,
        where=where,
        reference=opening.reference if opening is not None else "",
        reason=opening.reason if opening is not None else "",
    )
