"""The table that every estimate starts from: how many people were seen on which lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.vocab.text import N_, ToldError

__all__ = ["MOST_LISTS", "CannotEstimate", "OverlapTable"]

MOST_LISTS: Final = 10


class CannotEstimate(ToldError):
    """The data, or what is asked of them, cannot bear an answer; the message says why and what can be done."""


@dataclass(frozen=True, slots=True, eq=False)
class OverlapTable:
    """Counts people by the lists that they are on.

    ``counts`` has 2**t whole numbers for t lists. The place of a number is the capture history as bits: bit i is set when
    the people counted there are on list i, so ``counts[0b101]`` are those on the first and the third list only.
    ``counts[0]``, those on no list, is what is asked for: it is 0 here.
    """

    lists: tuple[str, ...]
    counts: NDArray[np.int64]

    def __post_init__(self) -> None:
        counts = np.array(self.counts, dtype=np.int64)
        if counts.shape != (1 << len(self.lists),):
            raise CannotEstimate(
                N_("%(lists)s lists need %(cells)s counts, and %(given)s were given."),
                lists=len(self.lists),
                cells=1 << len(self.lists),
                given=counts.size,
            )
        counts.flags.writeable = False
        object.__setattr__(self, "counts", counts)

    @property
    def observed(self) -> int:
        """Give n, the number of people on at least one list."""
        return int(self.counts.sum())

    def totals(self) -> NDArray[np.int64]:
        """Give how many people are on each list, in the order of ``lists``."""
        histories = np.arange(self.counts.size)
        return np.array([self.counts[(histories >> i) & 1 == 1].sum() for i in range(len(self.lists))])

    def captured(self) -> NDArray[np.int64]:
        """Give f: how many people are on exactly 0, 1, ... t lists (f[0] is 0)."""
        times = np.array([int(history).bit_count() for history in range(self.counts.size)])
        return np.bincount(times, weights=self.counts, minlength=len(self.lists) + 1).astype(np.int64)

    def cells(self) -> Iterator[tuple[tuple[str, ...], int]]:
        """Give each history that somebody has, as the names of its lists, with its count; smallest history first."""
        for history in np.flatnonzero(self.counts):
            yield self.names_of(int(history)), int(self.counts[history])

    def names_of(self, history: int) -> tuple[str, ...]:
        """Name the lists of a capture history."""
        return tuple(name for i, name in enumerate(self.lists) if history >> i & 1)

    @classmethod
    def from_cells(cls, lists: Sequence[str], cells: Sequence[tuple[Sequence[str], int]]) -> OverlapTable:
        """Make a table from histories (the names of their lists) and counts; a history named twice is added up."""
        place = {name: i for i, name in enumerate(lists)}
        counts = np.zeros(1 << len(lists), dtype=np.int64)
        for names, count in cells:
            counts[sum(1 << place[name] for name in set(names))] += count
        return cls(tuple(lists), counts)
