"""Lists of cases, by keyset: a page costs the same at a thousand cases and at a million."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from pydantic import TypeAdapter

from amparo.access.actions import begin_reading
from amparo.access.rules import Viewer, basis_of
from amparo.cases.models import Case, Episode, Person
from amparo.cases.queries.visible import visible_cases
from amparo.cases.rules.children import ChildTrack
from amparo.cases.rules.lifecycle import Stage
from amparo.cases.rules.naming import display_name
from amparo.cases.rules.person import Name
from amparo.vault.asking import count_by_kept_plan
from amparo.vault.queries import open_many
from amparo.vault.rules import DOTS, KeysAway
from amparo.vault.storing import opened_fields

PAGE = 25
COUNTED = 1_000
LONGEST_NUMBER = 18
NOBODY = "nobody"  # the choice of a worker for cases that nobody works on
_NAMES = TypeAdapter(tuple[Name, ...])


class Sort(StrEnum):
    """How a list is ordered; each has its index."""

    OPENED = "opened"
    CHANGED = "changed"

    @property
    def column(self) -> str:
        """Return the column that the list runs along."""
        return {"opened": "opened_date", "changed": "changed_at"}[self.value]


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseChoices:
    """What a list is narrowed to. Empty means all."""

    stage: str = ""
    child_track: str = ""
    priority: str = ""
    identification: str = ""
    purpose: str = ""
    citizenship: str = ""
    worker: str = ""
    opened_from: date | None = None
    opened_until: date | None = None
    changed_until: date | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing narrows the list."""
        return self == CaseChoices()

    def as_plain(self) -> dict[str, str]:
        """Return the choices that were made, as texts that a saved filter and a link can hold."""
        return {name: str(value) for name, value in asdict(self).items() if value}


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseRow:
    """One line of a list."""

    id: UUID
    reference: str
    name: str
    is_erased: bool
    stage: Stage
    child_track: ChildTrack
    birth_year: int | None
    priority: str
    organisation: str
    worker: str
    opened_date: date
    changed_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CasePage:
    """One page of a list. `total` is counted up to a thousand; `next` and `previous` are keys, or empty."""

    rows: tuple[CaseRow, ...]
    next: str
    previous: str
    total: int
    is_more_than_total: bool


def list_cases(
    viewer: Viewer,
    *,
    now: datetime,
    choices: CaseChoices | None = None,
    sort: Sort = Sort.OPENED,
    after: str = "",
    before: str = "",
    limit: int = PAGE,
) -> CasePage:
    """Return one page of the cases that the viewer may see, newest first, with names opened in one logged reading."""
    choices, column = choices or CaseChoices(), sort.column
    chosen = narrowed(visible_cases(viewer), choices)
    found = list(
        window_of(viewer, choices=choices, column=column, after=after, before=before, most=limit + 1)
    )
    has_more, found = len(found) > limit, found[:limit]
    if before:
        found.reverse()
    counted = chosen.order_by()[: COUNTED + 1]
    # What narrows the list and what is granted differ too much from one asking to the next for one plan.
    is_usual = choices.is_empty and not viewer.granted
    total = count_by_kept_plan(counted) if is_usual else counted.count()
    return CasePage(
        rows=rows_of(viewer, found, action="cases.case.list", now=now),
        next=_key(found[-1], column) if found and (has_more or before) else "",
        previous=_key(found[0], column) if found and (after or (before and has_more)) else "",
        total=min(total, COUNTED),
        is_more_than_total=total > COUNTED,
    )


def window_of(
    viewer: Viewer, *, choices: CaseChoices, column: str, after: str = "", before: str = "", most: int
) -> QuerySet[Case]:
    """Return what the list asks of the database: so many cases, after one or before it."""
    # Persons and workers apart, for fifty: joined, they are fetched for all that the scope holds wherever the planner sorts last.
    cases = narrowed(visible_cases(viewer), choices).select_related("organisation")
    window = _ordered(cases.prefetch_related("person", "worker"), column, after, before)
    if viewer.granted:
        # For scope or grants in one, the planner would go through the cases of all organisations by date.
        scope = narrowed(visible_cases(replace(viewer, grants=())), choices)
        first = _ordered(scope, column, after, before).values_list("id", flat=True)[:most]
        window = window.filter(id__in=[*first, *viewer.granted])
    return window[:most]


def _ordered(cases: QuerySet[Case], column: str, after: str, before: str) -> QuerySet[Case]:
    if before:
        return cases.filter(_beyond(column, before, newer=True)).order_by(column, "id")
    cases = cases.filter(_beyond(column, after, newer=False)) if after else cases
    return cases.order_by(f"-{column}", "-id")


def narrowed(cases: QuerySet[Case], choices: CaseChoices) -> QuerySet[Case]:
    """Keep the cases that answer the choices."""
    same = {name: getattr(choices, name) for name in ("stage", "child_track", "priority", "identification")}
    cases = cases.filter(**{name: value for name, value in same.items() if value})
    if choices.worker == NOBODY:
        cases = cases.filter(worker_id=None)
    elif choices.worker:
        is_number = (
            choices.worker.isascii() and choices.worker.isdecimal() and len(choices.worker) < LONGEST_NUMBER
        )
        cases = cases.filter(worker_id=int(choices.worker)) if is_number else cases.none()
    if choices.opened_from:
        cases = cases.filter(opened_date__gte=choices.opened_from)
    if choices.opened_until:
        cases = cases.filter(opened_date__lte=choices.opened_until)
    if choices.changed_until:
        end = datetime.combine(choices.changed_until, time.max, tzinfo=timezone.get_current_timezone())
        cases = cases.filter(changed_at__lte=end)
    if choices.citizenship:
        cases = cases.filter(person__citizenships__contains=[choices.citizenship])
    if choices.purpose:
        with_purpose = Episode.objects.filter(case_id=OuterRef("id"), purposes__contains=[choices.purpose])
        cases = cases.filter(Exists(with_purpose))
    return cases


def _key(case: Case, column: str) -> str:
    return f"{getattr(case, column).isoformat()}_{case.id}"


def _beyond(column: str, key: str, *, newer: bool) -> Q:
    moment, _, identifier = key.rpartition("_")
    parse = date.fromisoformat if column == "opened_date" else datetime.fromisoformat
    try:
        edge, last = parse(moment), UUID(identifier)
    except ValueError:
        return Q()
    if isinstance(edge, datetime) and edge.tzinfo is None:
        return Q()
    side = "gt" if newer else "lt"
    # The first condition is implied by the second; it lets the index begin at the edge.
    return Q(**{f"{column}__{side}e": edge}) & (
        Q(**{f"{column}__{side}": edge}) | Q(**{column: edge, f"id__{side}": last})
    )


def rows_of(viewer: Viewer, cases: list[Case], *, action: str, now: datetime) -> tuple[CaseRow, ...]:
    """Make the lines of a list from rows that were chosen within the viewer's reach; their names are opened in one reading.

    Where the keys are away, dots stand for the names: what is coded is still of use.
    """
    if not cases:
        return ()
    reading = begin_reading(
        viewer,
        action=action,
        persons=[case.person_id for case in cases],
        basis=basis_of(viewer, *cases),
        fields=opened_fields(Person, only=("names",)),
        now=now,
    )
    try:
        opened = open_many(reading, [case.person.names for case in cases])
    except KeysAway:
        return tuple(row_of(case, DOTS) for case in cases)
    return tuple(
        row_of(
            case,
            display_name(content.get("called", ""), _NAMES.validate_python(content.get("names", ()))),
            is_erased=reading.is_erased(case.person_id),
        )
        for case, content in zip(cases, opened, strict=True)
    )


def row_of(case: Case, name: str, *, is_erased: bool = False) -> CaseRow:
    """Make the line of a case whose person's name was opened."""
    return CaseRow(
        id=case.id,
        reference=case.reference,
        name=name,
        is_erased=is_erased,
        stage=Stage(case.stage),
        child_track=ChildTrack(case.child_track),
        birth_year=case.person.birth_year,
        priority=case.priority,
        organisation=case.organisation.name,
        worker="" if case.worker is None else case.worker.name,
        opened_date=case.opened_date,
        changed_at=case.changed_at,
    )
