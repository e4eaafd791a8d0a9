"""What a release tells of one number: whom it counts, and what its mark lets a reader think of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from amparo.vocab.text import N_, ToldError

__all__ = ["PERIOD", "Cell", "Mark", "NotACell"]

PERIOD = "period"  # the dimension that holds when: years, quarters or months, each a value of its own
Values = frozenset[str]


class NotACell(ToldError):
    """Says why something cannot stand in the register."""


class Mark(StrEnum):
    """How a number is given."""

    SHOWN = "shown"
    ROUNDED = "rounded"
    SMALL = "small"  # hidden because it is unsafe itself
    HIDDEN = "hidden"  # hidden to protect another


@dataclass(frozen=True, slots=True)
class Cell:
    """Holds one number as it was let out: the people that it counts, and the whole numbers that its mark leaves possible.

    Counted are those of the ``population`` who have, in each dimension of ``predicate``, one of the values named there; a
    dimension that is not named leaves nobody out. ``high`` of None means without end. ``statistic`` is what is counted:
    numbers of different statistics are never added up.
    """

    population: str
    predicate: Mapping[str, Values] = field(compare=False)
    mark: Mark
    low: int
    high: int | None
    statistic: str = "persons"
    snapshot: str = ""
    release: str = ""
    table: str = ""
    whom: tuple[tuple[str, Values], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        empty = [dimension for dimension, values in self.predicate.items() if not values]
        if empty:
            raise NotACell(
                N_(
                    "A cell names the dimension %(dimension)s and no value of it, so it counts nobody. Name a value."
                ),
                dimension=empty[0],
            )
        if self.low < 0 or (self.high is not None and self.high < self.low):
            raise NotACell(N_("A cell of a table is a whole number from zero up."))
        sets = {dimension: frozenset(values) for dimension, values in self.predicate.items()}
        object.__setattr__(self, "predicate", MappingProxyType(sets))
        object.__setattr__(self, "whom", tuple(sorted(sets.items())))

    @classmethod
    def shown(cls, population: str, predicate: Mapping[str, Values], value: int, **more: str) -> Cell:
        """Give a cell whose number is printed."""
        return cls(population, predicate, Mark.SHOWN, value, value, **more)

    @classmethod
    def rounded(
        cls, population: str, predicate: Mapping[str, Values], value: int, *, base: int, **more: str
    ) -> Cell:
        """Give a cell that was rounded to a neighbouring multiple of ``base``, so is less than one base away."""
        low, high = max(0, value - base + 1), value + base - 1
        return cls(population, predicate, Mark.ROUNDED, low, high, **more)

    @classmethod
    def hidden(
        cls,
        population: str,
        predicate: Mapping[str, Values],
        *,
        low: int = 0,
        high: int | None = None,
        is_small: bool = True,
        **more: str,
    ) -> Cell:
        """Give a cell that is not printed; ``low`` and ``high`` are what its mark tells."""
        return cls(population, predicate, Mark.SMALL if is_small else Mark.HIDDEN, low, high, **more)

    @property
    def is_hidden(self) -> bool:
        """Tell whether no number is printed."""
        return self.mark in (Mark.SMALL, Mark.HIDDEN)

    @property
    def dimensions(self) -> Values:
        """Name the dimensions in which the cell leaves somebody out."""
        return frozenset(self.predicate)

    def number(self) -> str:
        """Print what a reader sees in the cell's place."""
        if self.mark is Mark.SHOWN:
            return f"{self.low}"
        most = "or more" if self.high is None else f"to {self.high}"
        return f"{self.low} {most}"
