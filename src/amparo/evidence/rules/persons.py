"""A count of episodes may be large and still speak of one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amparo.stats.disclosure import Cell
from amparo.stats.results import Interval

Key = tuple[str, ...]
CellKey = tuple[Key | None, Key | None]


@dataclass(frozen=True, kw_only=True)
class EnoughPersons:
    """Forbids a count that is made of fewer than `minimum` different persons, however large it is."""

    minimum: int
    persons: Mapping[CellKey, int]

    @property
    def told(self) -> Interval:
        """Give one or more: the mark tells nothing of the count itself."""
        return Interval(1)

    @property
    def words(self) -> str:
        """Say the rule to the reader of the table."""
        return f"fewer than {self.minimum} different persons"

    def forbids(self, cell: Cell) -> bool:
        """Tell whether too few persons stand behind the count."""
        return cell.count > 0 and self.persons.get((cell.row, cell.column), cell.count) < self.minimum
