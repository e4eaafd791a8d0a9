"""The table that every estimate starts from: how many people were seen on which lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.results import Caution
from amparo.vocab.text import N_, ToldError

__all__ = ["MOST_LISTS", "MOST_PEOPLE", "CannotEstimate", "OverlapTable"]

MOST_LISTS: Final = 10
MOST_PEOPLE: Final = 10_000_000_000  # more than live on earth: such a count is none, and sums would run over


_TOO_MANY: Final = N_(
    "The counts add up to more people than live on earth. Are they numbers of another kind?"
)


class CannotEstimate(ToldError):
    """The data, or what is asked of them, cannot bear an answer; the message says why and what can be done."""


@dataclass(frozen=True, slots=True, eq=False)
class OverlapTable:
    """Counts people by the lists that they are on.

    ``counts`` has 2**t whole numbers for t lists (2 to 10). The place of a number is the capture history as bits: bit i is
    set when the people counted there are on list i, so ``counts[0b101]`` are those on the first and the third list only.
    ``counts[0]``, those on no list, is what is asked for: it is 0 here. ``cautions`` say how the table was read.

    Raises :class:`CannotEstimate` for fewer than two lists or more than ten, names that are empty or given twice, and counts
    that are negative, fractional or missing.
    """

    lists: tuple[str, ...]
    counts: NDArray[np.int64]
    cautions: tuple[Caution, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "lists", tuple(self.lists))
        _check_names(self.lists)
        counts = _whole(np.asarray(self.counts))
        if counts.shape != (1 << len(self.lists),):
            raise CannotEstimate(
                N_("%(lists)s lists need %(cells)s counts, and %(given)s were given."),
                lists=len(self.lists),
                cells=1 << len(self.lists),
                given=counts.size,
            )
        if counts.min() < 0:
            raise CannotEstimate(N_("A count below zero was given. Counts are whole numbers from zero up."))
        if counts[0]:
            raise CannotEstimate(
                N_(
                    "%(count)s people are counted as on no list. How many those are is what is asked for: leave them out."
                ),
                count=int(counts[0]),
            )
        if int(counts.sum()) > MOST_PEOPLE:
            raise CannotEstimate(_TOO_MANY)
        counts.flags.writeable = False
        object.__setattr__(self, "counts", counts)

    @property
    def observed(self) -> int:
        """Give n, the number of people on at least one list."""
        return int(self.counts.sum())

    @property
    def repeated(self) -> int:
        """Give how many people are on two lists or more: all that is known of the unseen comes from them."""
        return int(self.captured()[2:].sum())

    def totals(self) -> NDArray[np.int64]:
        """Give how many people are on each list, in the order of ``lists``."""
        histories = np.arange(self.counts.size)
        return np.array([self.counts[(histories >> i) & 1 == 1].sum() for i in range(len(self.lists))])

    def captured(self) -> NDArray[np.int64]:
        """Give f: how many people are on exactly 0, 1, ... t lists (f[0] is 0)."""
        times = np.array([int(history).bit_count() for history in range(self.counts.size)])
        return np.bincount(times, weights=self.counts, minlength=len(self.lists) + 1).astype(np.int64)

    def on_all_of(self, history: int) -> int:
        """Give how many people are on every list of a history, whichever other lists they are on."""
        histories = np.arange(self.counts.size)
        return int(self.counts[histories & history == history].sum())

    def cells(self) -> Iterator[tuple[tuple[str, ...], int]]:
        """Give each history that somebody has, as the names of its lists, with its count; smallest history first."""
        for history in np.flatnonzero(self.counts):
            yield self.names_of(int(history)), int(self.counts[history])

    def names_of(self, history: int) -> tuple[str, ...]:
        """Name the lists of a capture history."""
        return tuple(name for i, name in enumerate(self.lists) if history >> i & 1)

    def omit(self, *names: str) -> OverlapTable:
        """Leave lists out. Who is on no other list is not seen any more, so n falls."""
        gone = {self._place(name) for name in names}
        kept = [i for i in range(len(self.lists)) if i not in gone]
        return self._regrouped([[i] for i in kept], [self.lists[i] for i in kept])

    def merge(self, *names: str, into: str = "") -> OverlapTable:
        """Make one list of several: who is on any of them is on it. It stands where the first of them stood."""
        if len(set(names)) < 2:
            raise CannotEstimate(N_("Name at least two lists to merge into one."))
        merged = {self._place(name) for name in names}
        first = min(merged)
        kept = [i for i in range(len(self.lists)) if i not in merged or i == first]
        named = into or "+".join(self.lists[i] for i in sorted(merged))
        return self._regrouped(
            [sorted(merged) if i == first else [i] for i in kept],
            [named if i == first else self.lists[i] for i in kept],
        )

    def given(self, name: str) -> OverlapTable:
        """Keep only the people on one list, and hide that list: its size is then a truth to be found from the others."""
        place = self._place(name)
        inside = np.where(np.arange(self.counts.size) >> place & 1 == 1, self.counts, 0)
        return replace(self, counts=_without_unseen(inside)).omit(name)

    def fingerprint(self) -> str:
        """Give a digest of lists and counts (SHA-256, hexadecimal): the same data, the same digest."""
        said = json.dumps([list(self.lists), self.counts.tolist()], ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()

    def _place(self, name: str) -> int:
        if name not in self.lists:
            raise CannotEstimate(
                N_('There is no list "%(name)s". The lists are: %(lists)s.'),
                name=name,
                lists=", ".join(self.lists),
            )
        return self.lists.index(name)

    def _regrouped(self, groups: Sequence[Sequence[int]], names: Sequence[str]) -> OverlapTable:
        histories = np.arange(self.counts.size)
        places = np.zeros_like(histories)
        for bit, group in enumerate(groups):
            mask = sum(1 << i for i in group)
            places |= np.where(histories & mask != 0, 1 << bit, 0)
        counts = np.zeros(1 << len(groups), dtype=np.int64)
        np.add.at(counts, places, self.counts)
        return OverlapTable(tuple(names), _without_unseen(counts), self.cautions)

    @classmethod
    def from_cells(cls, lists: Sequence[str], cells: Sequence[tuple[Sequence[str], int]]) -> OverlapTable:
        """Make a table from histories (the names of their lists) and counts; a history named twice is added up."""
        _check_names(lists)
        place = {name: i for i, name in enumerate(lists)}
        counts = np.zeros(1 << len(lists), dtype=np.int64)
        for names, count in cells:
            unknown = [name for name in names if name not in place]
            if unknown:
                raise CannotEstimate(
                    N_('There is no list "%(name)s". The lists are: %(lists)s.'),
                    name=unknown[0],
                    lists=", ".join(lists),
                )
            counts[sum(1 << place[name] for name in set(names))] += _whole(np.asarray([count]))[0]
        return cls(tuple(lists), counts)


def _check_names(lists: Sequence[str]) -> None:
    if len(lists) < 2:
        raise CannotEstimate(
            N_(
                "One list cannot tell how many people are on none. Two lists of the same population are needed at least, "
                "and three to say anything about how they depend on each other."
            )
        )
    if len(lists) > MOST_LISTS:
        raise CannotEstimate(
            N_(
                "%(given)s lists were given, and %(most)s can be used at most. Merge lists that work alike (police units, "
                "shelters of one network), or leave out the smallest. The lists are: %(lists)s."
            ),
            given=len(lists),
            most=MOST_LISTS,
            lists=", ".join(lists) if len(lists) <= 40 else ", ".join(lists[:40]) + ", ...",
        )
    twice = sorted({name for name in lists if lists.count(name) > 1})
    if twice or not all(lists):
        raise CannotEstimate(
            N_('Each list needs a name of its own; "%(name)s" stands more than once or is empty.'),
            name=twice[0] if twice else "",
        )


def _whole(counts: NDArray[np.generic]) -> NDArray[np.int64]:
    """Give counts as whole numbers, or say that they are none: an estimate must not round in silence."""
    if counts.dtype.kind in "iu":
        return _bounded(counts).astype(np.int64)
    try:
        numbers = counts.astype(np.float64)
    except (TypeError, ValueError):
        raise CannotEstimate(N_("A count is not a number. Counts are whole numbers from zero up.")) from None
    if not np.isfinite(numbers).all():
        raise CannotEstimate(
            N_("A count is missing or has no end. Write 0 where nobody has that combination of lists.")
        )
    if (numbers != np.round(numbers)).any():
        raise CannotEstimate(
            N_(
                "A count has a fraction. People are counted whole. Counts that come from probabilities of linkage are "
                "expectations: draw linked tables instead (LinkedRecords.draw), and look at how the estimate spreads."
            )
        )
    return _bounded(np.round(numbers)).astype(np.int64)


def _bounded(counts: NDArray[Any]) -> NDArray[Any]:
    """Refuse a count that no number of people can be, before it is made a number of another kind."""
    if counts.size and counts.max() > MOST_PEOPLE:
        raise CannotEstimate(_TOO_MANY)
    return counts


def _without_unseen(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    seen = counts.copy()
    seen[0] = 0
    return seen
