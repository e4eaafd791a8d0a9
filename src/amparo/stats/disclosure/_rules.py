"""Primary rules: which cells may not be shown for what they hold themselves."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from amparo.stats.results import Interval, Said
from amparo.vocab.text import N_

from ._request import CannotCount

if TYPE_CHECKING:
    from ._counted import CountedTables

__all__ = ["Cell", "Rule", "SaidRule", "Threshold"]


@dataclass(frozen=True, slots=True)
class Cell:
    """Describes a cell to a rule: its values, None for a total, and its true count."""

    row: tuple[str, ...] | None
    column: tuple[str, ...] | None
    count: int


class Rule(Protocol):
    """Decides which cells are unsafe by themselves. Rules combine by being listed: a cell is unsafe when any rule says so.

    Rules are asked only about cells that count somebody: zeros are shown.
    """

    @property
    def told(self) -> Interval:
        """Give the counts that a reader must take for possible when told that a cell is hidden by this rule."""

    @property
    def words(self) -> str:
        """Say the rule to the reader of the table."""

    def forbids(self, cell: Cell) -> bool:
        """Tell whether the cell is unsafe."""


class SaidRule(ABC):
    """Says a rule in English by the words that can be translated."""

    __slots__ = ()

    @property
    @abstractmethod
    def said(self) -> Said:
        """Say the rule in words that can be translated."""

    @property
    def words(self) -> str:
        """Say the rule to the reader of the tables."""
        return str(self.said)


@dataclass(frozen=True, slots=True)
class Threshold:
    """Forbids counts from 1 to one below ``minimum``: few enough people to be recognised.

    Zero is shown: it counts nobody. Below 3 the rule would have one count to hide, and the mark itself would tell it.
    """

    minimum: int = 5

    def __post_init__(self) -> None:
        if self.minimum < 3:
            raise CannotCount(
                N_(
                    "A threshold of %(minimum)s protects nobody: with 2, every hidden count is known to be 1. "
                    "Use 3 or more; 5 is usual for tables, 11 for open micro-data."
                ),
                minimum=self.minimum,
            )

    @property
    def told(self) -> Interval:
        """Give 1 to one below the threshold."""
        return Interval(1, self.minimum - 1)

    @property
    def words(self) -> str:
        """Say the rule to the reader of the table."""
        return f"fewer than {self.minimum}"

    @property
    def said(self) -> Said:
        """Say the rule of a release in words that can be translated."""
        return Said(
            N_("a count is hidden when it is fewer than %(minimum)s, zero excepted"),
            {"minimum": self.minimum},
        )

    def forbids(self, cell: Cell) -> bool:
        """Tell whether the count is above zero and below the threshold."""
        return 0 < cell.count < self.minimum

    def rooms(self, counted: "CountedTables") -> Iterator[tuple[int, int, int]]:
        """Give, in a release of several dimensions, each small cell, and how far down and up a reader must have to think it.

        No mark tells small from other hidden cells there, so a reader must have to think of the threshold itself, and of one less.
        """
        counts = counted.system.counts
        if counted.amounts is not None:
            yield from counted.amounts.few(counts, self.minimum)
            return
        for cell in ((counts > 0) & (counts < self.minimum)).nonzero()[0].tolist():
            yield cell, 1, self.minimum - int(counts[cell])


def told_by_any(rules: Sequence[Rule]) -> Interval:
    """Give the counts possible for a cell that some rule of several hides, when the reader is not told which."""
    highs = [rule.told.high for rule in rules]
    high = None if None in highs else max(h for h in highs if h is not None)
    return Interval(min(rule.told.low for rule in rules), high)
