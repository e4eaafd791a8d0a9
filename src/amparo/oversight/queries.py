"""Read own readings, readings to explain, alerts, and how the log stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.http import Http404

from amparo.access.actions import begin_reading, require
from amparo.access.rules import Basis, Permission, Viewer, unit_roles
from amparo.accounts.queries import memberships_in, names_of_organisations, user_names
from amparo.audit.actions import record
from amparo.audit.queries import (
    AlertLine,
    CanaryRow,
    Page,
    SealingState,
    WitnessState,
    alerts_of,
    canaries,
    newest_head,
    sealing_state,
    seen_by,
    witness_state,
)
from amparo.audit.rules.heads import Head
from amparo.oversight.models import Sample, SampledReading
from amparo.oversight.rules import EXPLAIN_WITHIN, Verdict, wanted_canaries
from amparo.vault.queries import open_many
from amparo.vault.storing import opened_fields

A_WEEK = timedelta(days=7)
WEEKS_SHOWN = 8


class Absent(Http404):
    """There is no such record for this viewer: hidden and absent are the same answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnReading:
    """A reading that was drawn. `explanation` is filled only where it was opened."""

    id: UUID
    user_id: int
    reader: str
    action: str
    record: str
    basis: str
    read_at: datetime
    explained_at: datetime | None
    verdict: Verdict
    explanation: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnWeek:
    """What was drawn for one week."""

    week: date
    readings: tuple[DrawnReading, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertsPage:
    """A page of alerts, with the names that the viewer may know."""

    lines: tuple[AlertLine, ...]
    organisations: dict[int, str]
    users: dict[int, str]
    next: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LogState:
    """How the log stands: sealed how far, its newest head, and who outside vouches for it."""

    sealing: SealingState
    head: Head | None
    witnesses: tuple[WitnessState, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CanaryList:
    """The invented persons, and how many there should be."""

    rows: tuple[CanaryRow, ...]
    wanted: int


def own_readings(viewer: Viewer, *, now: datetime, before: int = 0) -> Page:
    """Return what the viewer opened within a week, newest first."""
    return seen_by(viewer.known_user_id, since=now - A_WEEK, unit=_not_told(viewer), before=before)


def readings_to_explain(viewer: Viewer, *, now: datetime) -> tuple[DrawnReading, ...]:
    """Return the readings about which the viewer is asked and has not answered."""
    rows = SampledReading.objects.filter(
        user_id=viewer.known_user_id, explained_at=None, sample__drawn_at__gt=now - EXPLAIN_WITHIN
    )
    return tuple(_drawn(row) for row in rows.select_related("user").order_by("-read_at"))


def own_drawn(viewer: Viewer, reading: UUID) -> SampledReading:
    """Return the row of a reading of the viewer's own that was drawn; `Absent` when it is somebody else's."""
    row = (
        SampledReading.objects.select_related("user").filter(pk=reading, user_id=viewer.known_user_id).first()
    )
    if row is None:
        raise Absent
    return row


def get_own_drawn(viewer: Viewer, reading: UUID) -> DrawnReading:
    """Return a reading about which the viewer is asked."""
    return _drawn(own_drawn(viewer, reading))


def drawn_of_unit(viewer: Viewer, reading: UUID) -> SampledReading:
    """Return the row of a drawn reading of the viewer's people; her own is for another supervisor."""
    require(viewer, Permission.READINGS_REVIEW)
    rows = SampledReading.objects.select_related("user", "sample").filter(
        pk=reading, sample__organisation_id=viewer.organisation_id or 0
    )
    row = rows.exclude(user_id=viewer.known_user_id).first()
    if row is None:
        raise Absent
    return row


def list_drawn(viewer: Viewer) -> tuple[DrawnWeek, ...]:
    """Return what was drawn of the viewer's people, the newest week first. No explanation is opened."""
    require(viewer, Permission.READINGS_REVIEW)
    samples = Sample.objects.filter(organisation_id=viewer.organisation_id or 0).order_by("-week")[
        :WEEKS_SHOWN
    ]
    rows = SampledReading.objects.filter(sample__in=list(samples)).exclude(user_id=viewer.known_user_id)
    by_sample: dict[UUID, list[DrawnReading]] = {}
    for row in rows.select_related("user").order_by("read_at"):
        by_sample.setdefault(row.sample_id, []).append(_drawn(row))
    return tuple(DrawnWeek(week=one.week, readings=tuple(by_sample.get(one.id, ()))) for one in samples)


def open_drawn(viewer: Viewer, reading: UUID, *, now: datetime) -> DrawnReading:
    """Open the explanation of a drawn reading, in a logged reading of its own."""
    row = drawn_of_unit(viewer, reading)
    if row.explained_at is None:
        return _drawn(row)
    key = begin_reading(
        viewer,
        action="oversight.explanation.read",
        persons=[row.person],
        record=str(row.id),
        basis=Basis.ORGANISATION,
        fields=opened_fields(SampledReading),
        now=now,
    )
    (content,) = open_many(key, [row.explanation])
    return _drawn(row, str(content.get("text", "")))


def list_alerts(viewer: Viewer, *, before: int = 0) -> AlertsPage:
    """Return alerts: all of them, as ids, to who watches the log; to a supervisor those about the own people.

    What the independent unit raised is for the unit alone.
    """
    require(viewer, Permission.ALERTS_VIEW)
    if viewer.may(Permission.LOG_WATCH):
        page = alerts_of(None, unit=_not_told(viewer), before=before)
    elif viewer.organisation_id is not None:
        page = alerts_of(
            viewer.organisation_id, unit=_not_told(viewer), but_about=[viewer.known_user_id], before=before
        )
    else:
        raise Absent
    organisations = {line.organisation for line in page.lines if line.organisation is not None}
    users = {line.user for line in page.lines if line.user is not None}
    return AlertsPage(
        lines=page.lines,
        organisations=names_of_organisations(organisations),
        users={} if viewer.may(Permission.LOG_WATCH) else user_names(users),
        next=page.next,
    )


def log_state(viewer: Viewer, *, witnesses: tuple[str, ...]) -> LogState:
    """Tell how the log stands."""
    require(viewer, Permission.LOG_WATCH)
    return LogState(
        sealing=sealing_state(),
        head=newest_head(),
        witnesses=tuple(witness_state(place) for place in witnesses),
    )


def list_canaries(viewer: Viewer, *, now: datetime) -> CanaryList:
    """List the invented persons, for who keeps them; that somebody looked is written down."""
    require(viewer, Permission.CANARY_KEEP)
    record("audit.canary.list", by=viewer, at=now)
    with connection.cursor() as cursor:  # the planner's rough number: nobody here may count cases
        cursor.execute(
            "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'cases_case'::regclass"
        )
        (cases,) = cursor.fetchone()
    return CanaryList(rows=canaries(), wanted=wanted_canaries(cases))


def _not_told(viewer: Viewer) -> tuple[int, ...]:
    """Name the memberships of which the viewer learns nothing: those of the independent unit, but to who works in it."""
    return () if viewer.role in unit_roles() else memberships_in(unit_roles())


def _drawn(row: SampledReading, explanation: str = "") -> DrawnReading:
    return DrawnReading(
        id=row.id, user_id=row.user_id, reader=row.user.name, action=row.action, record=row.record, basis=row.basis,
        read_at=row.read_at, explained_at=row.explained_at, verdict=Verdict(row.verdict), explanation=explanation,
    )  # fmt: skip
