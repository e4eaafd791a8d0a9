"""Rules for amounts: a total in which few are nearly all tells what each of them has."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from amparo.stats.results import Said
from amparo.vocab.text import N_

from ._request import CannotCount
from ._rules import SaidRule

if TYPE_CHECKING:
    from ._amounts import Amounts
    from ._counted import CountedTables

__all__ = ["Dominance", "PRule"]

_MOST = 5  # the largest contributions that are read of each cell


@dataclass(frozen=True, slots=True)
class Dominance(SaidRule):
    """Forbids totals of which the ``largest`` contributions make more than ``percent`` of all: the (n, k) rule.

    A reader must have to think the total so much higher, and so much lower, that they would not.
    """

    largest: int = 2
    percent: float = 85.0

    def __post_init__(self) -> None:
        if not (1 <= self.largest <= _MOST and 0 < self.percent < 100):
            raise CannotCount(
                N_(
                    "Dominance of %(largest)s contributions above %(percent)s %% is no rule: take 1 to %(most)s contributions and a percentage "
                    "below 100, such as 1:75 or 2:85."
                ),
                largest=self.largest,
                percent=f"{self.percent:g}",
                most=_MOST,
            )

    @property
    def said(self) -> Said:
        """Say the rule in words that can be translated."""
        percent = f"{self.percent:g}"
        if self.largest == 1:
            return Said(
                N_("a total is hidden when its largest contribution is more than %(percent)s %% of it"),
                {"percent": percent},
            )
        return Said(
            N_(
                "a total is hidden when its %(largest)s largest contributions are more than %(percent)s %% of it"
            ),
            {"largest": self.largest, "percent": percent},
        )

    def rooms(self, counted: "CountedTables") -> Iterator[tuple[int, int, int]]:
        """Give the totals that few make up, and how far up and down a reader must have to think each."""
        top = _amounts(counted, self.words).top[:, : self.largest].sum(axis=1)
        yield from _apart(np.ceil(top * (100 / self.percent)) - counted.system.counts, counted)


@dataclass(frozen=True, slots=True)
class PRule(SaidRule):
    """Forbids totals from which the second largest contributor could work out the largest contribution to within ``percent`` of it: the p % rule."""

    percent: float = 10.0

    def __post_init__(self) -> None:
        if not 0 < self.percent <= 100:
            raise CannotCount(
                N_("p = %(percent)s %% is no rule: take a percentage above 0 and up to 100; 10 is usual."),
                percent=f"{self.percent:g}",
            )

    @property
    def said(self) -> Said:
        """Say the rule in words that can be translated."""
        return Said(
            N_(
                "a total is hidden when the second largest contributor could work out the largest contribution to within %(percent)s %%"
            ),
            {"percent": f"{self.percent:g}"},
        )

    def rooms(self, counted: "CountedTables") -> Iterator[tuple[int, int, int]]:
        """Give the totals that tell too much of the largest contribution, and how far up and down a reader must have to think each."""
        top = _amounts(counted, self.words).top
        others = counted.system.counts - top[:, 0] - top[:, 1]
        yield from _apart(np.ceil(top[:, 0] * (self.percent / 100)) - others, counted)


def _amounts(counted: "CountedTables", words: str) -> "Amounts":
    if counted.amounts is None:
        raise CannotCount(
            N_(
                'The rule "%(rule)s" is about amounts, and this table counts records. Say with --amount which column holds them.'
            ),
            rule=words,
        )
    return counted.amounts


def _apart(
    ways: "np.ndarray[tuple[int], np.dtype[np.float64]]", counted: "CountedTables"
) -> Iterator[tuple[int, int, int]]:
    for cell in np.flatnonzero(ways > 0).tolist():
        way = int(ways[cell])
        yield cell, min(way, int(counted.system.counts[cell])), way
