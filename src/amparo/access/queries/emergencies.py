"""Read the openings in emergencies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from amparo.access.beyond import ask_beyond
from amparo.access.models import EmergencyOpening
from amparo.access.queries.clock import DatabaseNow
from amparo.access.rules import AGAIN_AFTER, GrantedRecord, Permission, Purpose, Scope, Viewer
from amparo.accounts.queries import members_in_roles, memberships_of

REVIEWING_ROLES = frozenset({"reviewer"})
SHOWN = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class OpeningRow:
    """One opening, as its reviewer sees it: never the case."""

    id: UUID
    number: int
    user_id: int
    user: str
    membership_id: int
    organisation_id: int
    organisation: str
    owner_organisation: str
    reason: str
    opened_at: datetime
    ends_at: datetime
    review_until: datetime
    verdict: str
    reviewed_at: datetime | None
    reviewed_by: str
    is_late: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningOpening:
    """One's own opening while its hour lasts, and the viewer who reaches that one record and nothing else."""

    id: UUID
    reference: str
    ends_at: datetime
    viewer: Viewer


def has_outside_reviewer(viewer: Viewer, now: datetime) -> bool:
    """Tell whether somebody of another organisation is there to judge what the viewer opens."""
    return bool(outside_reviewers(viewer.user_id or 0, now))


def outside_reviewers(reader: int, now: datetime) -> list[tuple[int, int]]:
    """List as user and organisation who judges openings and stands outside every organisation of the reader."""
    line = line_of(reader, now)
    return [
        (one.user_id, one.organisation_id)
        for one in members_in_roles(REVIEWING_ROLES, now)
        if one.organisation_id not in line and one.user_id != reader and not line & line_of(one.user_id, now)
    ]


def line_of(user_id: int, now: datetime) -> frozenset[int]:
    """Give the organisations that somebody works for."""
    return frozenset(one.organisation_id for one in memberships_of(user_id, now))


def find_running(viewer: Viewer, opening: UUID) -> RunningOpening | None:
    """Find one's own opening while its sixty minutes last, by the clock of the database; None for all else.

    One that is still to come was opened before that clock was set back: it is over.
    """
    running = _own(viewer).filter(pk=opening, opened_at__lte=DatabaseNow(), ends_at__gt=DatabaseNow())
    row = running.exclude(verdict="not_justified").first()
    if row is None or row.number is None or row.ends_at is None:
        return None
    return RunningOpening(
        id=row.pk,
        reference=row.reference,
        ends_at=row.ends_at,
        viewer=emergency_viewer(viewer, record=row.record, number=row.number),
    )


def was_opened(viewer: Viewer, opening: UUID) -> bool:
    """Tell whether this was an opening of the viewer's, running or over."""
    return _own(viewer).filter(pk=opening).exists()


def emergency_viewer(viewer: Viewer, *, record: UUID, number: int) -> Viewer:
    """Give the viewer who reads one record in an emergency: no scope, no other grant, no other permission.

    Whatever forbids her a record (a wall, a clearance) stays in force, because all else of the viewer stays.
    """
    reading = frozenset({Permission.CASE_READ})
    return replace(
        viewer,
        permissions=reading,
        scope=Scope.GRANTED,
        grants=(GrantedRecord(id=0, record=record, permissions=reading),),
        emergency=number,
        stated_purpose=Purpose.DANGER,
    )


def openers_of(person: UUID) -> frozenset[int]:
    """Tell who opened a person's record in an emergency within the last 24 hours of the database's time."""
    return frozenset(user for (user,) in ask_beyond("amparo_openers_lately", person, AGAIN_AFTER))


def list_openings(viewer: Viewer, now: datetime) -> list[OpeningRow]:
    """List the openings that the viewer may judge: those of readers outside all of the viewer's organisations."""
    if not viewer.may(Permission.EMERGENCY_REVIEW) or viewer.user_id is None:
        return []
    rows = _reviewable(viewer, now).order_by(Coalesce("reviewed_at", "review_until").desc())
    return [_row(row) for row in rows[:SHOWN]]


def get_opening(viewer: Viewer, opening: UUID, now: datetime) -> OpeningRow | None:
    """Find one opening that the viewer may judge."""
    if not viewer.may(Permission.EMERGENCY_REVIEW) or viewer.user_id is None:
        return None
    row = _reviewable(viewer, now).filter(pk=opening).first()
    return None if row is None else _row(row)


def _reviewable(viewer: Viewer, now: datetime) -> QuerySet[EmergencyOpening]:
    line = line_of(viewer.known_user_id, now)
    readers_inside = Q(organisation_id__in=line) | Q(
        user__memberships__organisation_id__in=line, user__memberships__until__isnull=True
    )
    inside = EmergencyOpening.objects.filter(readers_inside).values("pk")
    return (
        EmergencyOpening.objects.exclude(pk__in=inside)
        .exclude(user_id=viewer.known_user_id)
        .select_related("user", "organisation", "owner_organisation", "reviewed_by")
        .annotate(late=Q(verdict="", review_until__lte=DatabaseNow()))
    )


def _own(viewer: Viewer) -> QuerySet[EmergencyOpening]:
    if not viewer.may(Permission.EMERGENCY_OPEN) or viewer.token_id is not None:
        return EmergencyOpening.objects.none()
    if viewer.user_id is None or viewer.membership_id is None:
        return EmergencyOpening.objects.none()
    return EmergencyOpening.objects.filter(user_id=viewer.user_id, membership_id=viewer.membership_id)


def _row(row: EmergencyOpening) -> OpeningRow:
    assert row.number is not None
    assert row.opened_at is not None
    assert row.ends_at is not None
    assert row.review_until is not None
    return OpeningRow(
        id=row.pk,
        number=row.number,
        user_id=row.user_id,
        user=row.user.name,
        membership_id=row.membership_id,
        organisation_id=row.organisation_id,
        organisation=row.organisation.name,
        owner_organisation=row.owner_organisation.name,
        reason=row.reason,
        opened_at=row.opened_at,
        ends_at=row.ends_at,
        review_until=row.review_until,
        verdict=row.verdict,
        reviewed_at=row.reviewed_at,
        reviewed_by=row.reviewed_by.name if row.reviewed_by else "",
        is_late=bool(getattr(row, "late", False)),
    )
