"""What needs somebody now: counts and short lists for the first page after signing in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from amparo.access.rules import Viewer
from amparo.cases.models import Case, CaseEvent
from amparo.cases.queries.lists import CaseRow, rows_of
from amparo.cases.queries.visible import visible_cases
from amparo.cases.rules.lifecycle import Stage
from amparo.cases.rules.timeline import Happening

NEW_FOR = timedelta(days=7)
UNTOUCHED_AFTER = timedelta(days=30)
SHORT = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnWork:
    """The viewer's own open cases: new ones, those that nobody touched for long, and how many stand where."""

    new: tuple[CaseRow, ...]
    new_count: int
    untouched: tuple[CaseRow, ...]
    untouched_count: int
    stages: tuple[tuple[Stage, int], ...]

    @property
    def total(self) -> int:
        """Return how many open cases there are."""
        return sum(count for stage, count in self.stages if stage.is_open)


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """How many open cases one worker has, and how many of them nobody touched for long."""

    worker_id: int | None
    worker: str
    open_count: int
    untouched_count: int


def own_work(viewer: Viewer, *, now: datetime) -> OwnWork:
    """Return what waits for the viewer among the cases that she works on, with names opened in one logged reading."""
    own = visible_cases(viewer).filter(worker_id=viewer.user_id)
    counted = dict(own.order_by().values_list("stage").annotate(number=Count("id")))
    is_open = own.exclude(stage=Stage.CLOSED)
    given = CaseEvent.objects.filter(
        case_id=OuterRef("id"),
        kind=Happening.ASSIGNED,
        subject=f"user:{viewer.user_id}",
        at__gte=now - NEW_FOR,
    )
    new = is_open.filter(Q(opened_date__gte=new_since(now)) | Exists(given))
    untouched = is_open.filter(changed_at__lt=untouched_since(now))
    # Opening and giving are changes, so no case is both new and untouched: one reading serves both.
    found = _short(new.order_by("-opened_date", "-id")) + _short(untouched.order_by("changed_at", "id"))
    rows = rows_of(viewer, found, action="cases.case.list_own_work", now=now)
    edge = untouched_since(now)
    fresh = tuple(row for row in rows if row.changed_at >= edge)
    stale = tuple(row for row in rows if row.changed_at < edge)
    return OwnWork(
        new=fresh,
        new_count=new.count(),
        untouched=stale,
        untouched_count=untouched.count(),
        stages=tuple((stage, counted.get(stage, 0)) for stage in Stage),
    )


def loads(viewer: Viewer, *, now: datetime) -> tuple[Load, ...]:
    """Return the open cases within the viewer's reach by worker, the fullest first; nothing personal is opened."""
    late = Q(changed_at__lt=untouched_since(now))
    counted = (
        visible_cases(viewer)
        .exclude(stage=Stage.CLOSED)
        .order_by()
        .values("worker_id", "worker__name")
        .annotate(number=Count("id"), late=Count("id", filter=late))
        .order_by("-number", "worker__name")
    )
    return tuple(
        Load(
            worker_id=each["worker_id"],
            worker=each["worker__name"] or "",
            open_count=each["number"],
            untouched_count=each["late"],
        )
        for each in counted
    )


def new_since(now: datetime) -> date:
    """Return the first day whose cases still count as new."""
    return now.date() - NEW_FOR


def untouched_since(now: datetime) -> datetime:
    """Return the moment before which a case counts as untouched for long."""
    return now - UNTOUCHED_AFTER


def _short(cases: QuerySet[Case]) -> list[Case]:
    return list(cases.select_related("person", "organisation", "worker")[:SHORT])
