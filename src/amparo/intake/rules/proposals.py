"""Propose which rows speak of the same person. A person decides; nothing is joined when a name or the birth is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from amparo.cases.rules.sameness import PersonKey


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A row's person is likely the one of an earlier row, or one whom the organisation knows already."""

    row: int
    earlier_row: int | None = None
    known_person: UUID | None = None


def proposals(
    rows: Iterable[tuple[int, PersonKey | None]], *, known: Mapping[PersonKey, UUID]
) -> dict[int, Proposal]:
    """Return the proposal of each row that has one, by the row's number."""
    first: dict[PersonKey, int] = {}
    found: dict[int, Proposal] = {}
    for number, key in rows:
        if key is None:
            continue
        if key in known:
            found[number] = Proposal(row=number, known_person=known[key])
        elif key in first:
            found[number] = Proposal(row=number, earlier_row=first[key])
        else:
            first[key] = number
    return found
