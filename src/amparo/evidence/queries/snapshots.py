"""Which snapshots there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from amparo.access.actions import require
from amparo.access.rules import Permission, Viewer
from amparo.evidence.models import Snapshot
from amparo.evidence.rules import SnapshotState

SHOWN = 50


class Absent(Http404):
    """There is no such snapshot."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SnapshotFile:
    """One snapshot: as of which day, made when and by whom, and how many rows each of its tables has."""

    id: UUID
    day: date
    made_at: datetime
    made_by: str
    finished_at: datetime | None
    state: SnapshotState
    rows: dict[str, int]
    fingerprints: dict[str, str]
    is_used: bool


def latest_snapshot(viewer: Viewer) -> SnapshotFile | None:
    """Return the newest snapshot that is ready; None where there is none, or for who sees no tables."""
    if not viewer.may(Permission.TABLES_VIEW):
        return None
    row = _rows().filter(state=SnapshotState.READY).order_by("-made_at").first()
    return None if row is None else _file(row)


def list_snapshots(viewer: Viewer) -> tuple[SnapshotFile, ...]:
    """Return the newest snapshots, in whatever state."""
    require(viewer, Permission.TABLES_VIEW)
    return tuple(_file(row) for row in _rows().order_by("-made_at")[:SHOWN])


def get_snapshot(viewer: Viewer, snapshot: UUID | str) -> SnapshotFile:
    """Return one snapshot; `Absent` where there is none of that id."""
    require(viewer, Permission.TABLES_VIEW)
    try:
        row = _rows().filter(pk=UUID(str(snapshot))).first()
    except ValueError:
        row = None
    if row is None:
        raise Absent
    return _file(row)


def _rows() -> QuerySet[Snapshot]:
    return Snapshot.objects.select_related("made_by")


def _file(row: Snapshot) -> SnapshotFile:
    return SnapshotFile(
        id=row.id,
        day=row.day,
        made_at=row.made_at,
        made_by="" if row.made_by is None else row.made_by.name,
        finished_at=row.finished_at,
        state=SnapshotState(row.state),
        rows={name: int(about["rows"]) for name, about in row.tables.items()},
        fingerprints={name: str(about["fingerprint"]) for name, about in row.tables.items()},
        is_used=row.used_at is not None,
    )
