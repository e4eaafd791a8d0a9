"""Write the rows of a workbook as persons, cases and episodes. The one writer of the command and of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID

from amparo.access.rules import Viewer
from amparo.cases.actions import open_cases
from amparo.cases.queries import get_known_persons, person_ids
from amparo.cases.rules import PersonDetails
from amparo.cases.rules.opening import NewCase, NewNote
from amparo.intake.htcds import Value
from amparo.intake.rules import new_case, person_of
from amparo.intake.rules.differing import differing, told
from amparo.intake.rules.homes import MAILING
from amparo.vault.storing import plan_anew

AT_ONCE = 500

Report = Callable[[int], None]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class RowToWrite:
    """A row, and whose person it is joined to: one known already, that of an earlier row, or (neither) a new one."""

    number: int
    values: Mapping[str, Value]
    known_person: UUID | None = None
    earlier_row: int | None = None

    @property
    def is_joined(self) -> bool:
        """Tell whether the row's person is one who is there already."""
        return self.known_person is not None or self.earlier_row is not None


def write_rows(
    rows: Iterable[RowToWrite],
    *,
    team_id: int | None,
    by: Viewer,
    now: datetime,
    report: Report = lambda done: None,
) -> dict[int, str]:
    """Open a case for each row, in the caller's transaction; gives the reference of each row's case by its number.

    Rows with a person of their own come first, so that the others can be joined to them. What a joined row says of the
    person otherwise than what is recorded is kept in a note of its case.
    """
    joined: list[RowToWrite] = []
    beginners: dict[int, Mapping[str, Value]] = {}
    references: dict[int, str] = {}

    def own() -> Iterator[RowToWrite]:
        for row in rows:
            if row.is_joined:
                joined.append(row)
            else:
                yield row

    for bunch in in_bunches(own(), AT_ONCE):
        references |= _open(bunch, [_new(row, team_id, now) for row in bunch], by=by, now=now)
        beginners.update({row.number: row.values for row in bunch})
        report(len(references))
    for bunch in in_bunches(joined, AT_ONCE):
        references |= _open(
            bunch, _joined(bunch, references, beginners, team_id, by=by, now=now), by=by, now=now
        )
        report(len(references))
    return references


def in_bunches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items in lists of at most `size`."""
    remaining = iter(items)
    while bunch := list(islice(remaining, size)):
        yield bunch


def _open(rows: Sequence[RowToWrite], new: Sequence[NewCase], *, by: Viewer, now: datetime) -> dict[int, str]:
    plan_anew()
    references = open_cases(new=new, by=by, now=now)
    return {row.number: reference for row, reference in zip(rows, references, strict=True)}


def _new(row: RowToWrite, team_id: int | None, now: datetime) -> NewCase:
    return replace(new_case(row.values, today=now.date()), team_id=team_id)


def _joined(
    rows: Sequence[RowToWrite],
    references: Mapping[int, str],
    beginners: Mapping[int, Mapping[str, Value]],
    team_id: int | None,
    *,
    by: Viewer,
    now: datetime,
) -> list[NewCase]:
    wanted = {references[row.earlier_row] for row in rows if row.earlier_row is not None}
    ids = person_ids(by, wanted)
    known = get_known_persons(
        by,
        [row.known_person for row in rows if row.known_person is not None],
        with_place=any(name.startswith(MAILING) for row in rows for name in row.values),
        now=now,
    )
    cases = []
    for row in rows:
        if row.earlier_row is not None:
            person, details = ids[references[row.earlier_row]], person_of(beginners[row.earlier_row])
        else:
            assert row.known_person is not None
            person, details = row.known_person, known[row.known_person].details
        cases.append(_with_difference(_new(row, team_id, now), row, person, details))
    return cases


def _with_difference(case: NewCase, row: RowToWrite, person: UUID, details: PersonDetails) -> NewCase:
    other = differing(row.values, details)
    notes = (NewNote(text=told(row.number, other), kind="imported"),) if other else ()
    return replace(case, existing_person=person, notes=(*case.notes, *notes))
