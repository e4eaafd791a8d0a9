"""Which studies of prevalence there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from amparo.access.actions import require
from amparo.access.rules import Permission, Viewer
from amparo.evidence.models import Study
from amparo.evidence.queries.snapshots import SHOWN, Absent
from amparo.evidence.rules import Sameness, StudyChoices, StudyState
from amparo.evidence.rules.studies import STUDIED, public_mark, same_digits


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyFile:
    """One study: what was asked, when and by whom, how far it is, and what came out. Nothing in it is hidden from tables."""

    id: UUID
    snapshot: UUID
    day: date
    choices: StudyChoices
    asked_at: datetime
    asked_by: str
    is_own: bool
    state: StudyState
    done: int
    total: int
    finished_at: datetime | None
    fault: Mapping[str, Any]
    result: Mapping[str, Any]
    mark: str
    again: UUID | None


def list_studies(viewer: Viewer) -> tuple[StudyFile, ...]:
    """Return the newest studies, in whatever state."""
    require(viewer, Permission.TABLES_VIEW)
    return tuple(_file(row, viewer) for row in _rows().order_by("-asked_at", "-id")[:SHOWN])


def get_study(viewer: Viewer, study: UUID | str) -> StudyFile:
    """Return one study; `Absent` where there is none of that id."""
    require(viewer, Permission.TABLES_VIEW)
    return _file(_row(viewer, study), viewer)


def compare_studies(viewer: Viewer, earlier: UUID | str, later: UUID | str) -> Sameness:
    """Tell whether two studies that are done have the same digits, and where not, what differs; else `Absent`."""
    require(viewer, Permission.TABLES_VIEW)
    first, second = _row(viewer, earlier), _row(viewer, later)
    if {first.state, second.state} != {StudyState.DONE}:
        raise Absent
    return same_digits(
        first.result,
        second.result,
        same_data=first.fingerprint == second.fingerprint,
        same_choices=first.choices == second.choices,
    )


def _row(viewer: Viewer, study: UUID | str) -> Study:
    try:
        row = _rows().filter(pk=UUID(str(study))).first()
    except ValueError:
        row = None
    if row is None:
        raise Absent
    return row


def _rows() -> QuerySet[Study]:
    return Study.objects.select_related("asked_by", "snapshot").defer("report")


def _file(row: Study, viewer: Viewer) -> StudyFile:
    secret = str(row.snapshot.tables.get(STUDIED, {}).get("sha256", ""))
    return StudyFile(
        id=row.id,
        snapshot=row.snapshot_id,
        day=row.snapshot.day,
        choices=StudyChoices.from_json(row.choices),
        asked_at=row.asked_at,
        asked_by="" if row.asked_by is None else row.asked_by.name,
        is_own=row.asked_by_id is not None and row.asked_by_id == viewer.user_id,
        state=StudyState(row.state),
        done=row.done,
        total=row.total,
        finished_at=row.finished_at,
        fault=row.fault,
        result=row.result,
        mark=public_mark(row.fingerprint, secret=secret) if row.fingerprint and secret else "",
        again=row.again_id,
    )
