"""Overlap tables that may be shown: small counts are hidden, and so is what would give them away.

An overlap table is full of ones, and its sums are printed in every report on the same lists. So the rule of published tables
(``amparo.stats.disclosure``) holds here for counts and for sums: what lies between 1 and one below the threshold is hidden behind
its mark, and so much else that each of them keeps at least two possible values. Zeros are shown: they count nobody.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.vocab.text import N_

from ._table import CannotEstimate, OverlapTable

__all__ = ["ProtectedOverlaps", "PublishedCount", "Shown", "protect_overlaps"]


MOST_HISTORIES: Final = 64
_SECONDS: Final = 5.0  # a search that takes longer proves nothing
_SHOWN_AGAIN: Final = (
    12  # hidden counts that are tried again, the dearest first: each costs a round of proofs
)
_TIDY: Final = 1e-3  # prefers other tables that change little


class Shown(StrEnum):
    """Says of a count how it may be read."""

    SHOWN = "shown"
    PRIMARY = "primary"  # small: between 1 and one below the threshold
    SECONDARY = "secondary"  # hidden for another: not small


@dataclass(frozen=True, slots=True)
class PublishedCount:
    """Holds a count as it may be read: ``value`` is None where it is hidden; ``text`` is the number or its mark."""

    value: int | None
    shown: Shown
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedOverlaps:
    """Holds what of an overlap table may be shown. ``threshold`` of 0 means that nothing was hidden.

    ``histories`` are the combinations that somebody has ("exactly on these lists"); those that are not there count nobody. With
    more than 64 of them none is told: such a table is a list of single people.
    ``pairs`` count who is on both lists, whichever others they are on. ``captured[k - 1]`` is who is on exactly k lists.
    """

    threshold: int
    observed: int
    lists: tuple[str, ...]
    totals: tuple[PublishedCount, ...]
    histories: tuple[tuple[tuple[str, ...], PublishedCount], ...]
    pairs: tuple[tuple[tuple[str, str], PublishedCount], ...]
    captured: tuple[PublishedCount, ...]
    repeated: PublishedCount


@dataclass(frozen=True, slots=True, eq=False)
class _Sum:
    """A count that is printed: which of the filled cells it adds up, its true value, and what a reader loses with it."""

    holds: NDArray[np.bool_]
    value: int
    cost: float


def protect_overlaps(table: OverlapTable, threshold: int = 5) -> ProtectedOverlaps:
    """Hide small counts of a table and what they could be worked out from; n is always shown.

    Against a reader who sees all that is shown, knows the rule, and knows that everything adds up in whole numbers. The
    estimates from the same table are not part of the proof: they are told rounded. ``threshold`` 0 hides nothing; 1 and 2 are
    refused, since the mark itself would tell the count.
    """
    if threshold < 0 or threshold in (1, 2):
        raise CannotEstimate(
            N_(
                "A threshold of %(threshold)s protects nobody. Use 3 or more; 0 shows every count, for the office only."
            ),
            threshold=threshold,
        )
    if threshold and 0 < table.observed < threshold:
        raise CannotEstimate(
            N_("Fewer than %(threshold)s people are on these lists: nothing about them is shown."),
            threshold=threshold,
        )
    sums = list(_sums(table))
    counts = table.counts[table.counts > 0]
    shown = _Protection(sums, counts, threshold).run() if threshold else [Shown.SHOWN] * len(sums)
    published = iter([_published(one.value, how, threshold) for one, how in zip(sums, shown, strict=True)])
    filled = [int(history) for history in np.flatnonzero(table.counts)]
    told = filled if len(filled) <= MOST_HISTORIES else []
    t = len(table.lists)
    return ProtectedOverlaps(
        threshold=threshold,
        observed=table.observed,
        lists=table.lists,
        histories=tuple((table.names_of(history), next(published)) for history in told),
        totals=tuple(next(published) for _ in range(t)),
        pairs=tuple((pair, next(published)) for pair in combinations(table.lists, 2)),
        captured=tuple(next(published) for _ in range(t)),
        repeated=next(published),
    )


def _sums(table: OverlapTable) -> Iterator[_Sum]:
    """Give every printed count in the order in which they are printed; n itself is known to everybody."""
    filled = np.flatnonzero(table.counts)
    counts = table.counts[filled]
    size = np.array([int(history).bit_count() for history in filled], dtype=int)
    t = len(table.lists)

    def of(holds: NDArray[np.bool_], weight: float) -> _Sum:
        value = int(counts[holds].sum())
        return _Sum(holds, value, weight * (1.0 + math.log1p(value)))

    for at in range(filled.size if filled.size <= MOST_HISTORIES else 0):
        yield of(np.arange(filled.size) == at, 2.0)
    for i in range(t):
        yield of(
            (filled >> i) & 1 == 1, 200.0
        )  # sizes of lists are what a reader needs first, and often public
    for i, j in combinations(range(t), 2):
        yield of((filled >> i) & (filled >> j) & 1 == 1, 3.0)
    for k in range(1, t + 1):
        yield of(size == k, 20.0)
    yield of(size >= 2, 20.0)


def _published(value: int, shown: Shown, threshold: int) -> PublishedCount:
    if shown is Shown.SHOWN:
        return PublishedCount(value, shown, f"{value:,}")
    return PublishedCount(None, shown, f"1–{threshold - 1}" if shown is Shown.PRIMARY else "×")


class _Protection:
    """Hides counts until every small one has another possible value.

    For a small count, another table is sought that agrees with n and with the marks and changes, besides what is hidden already,
    what a reader misses least; what it changes is hidden. The other table is then the proof, for this count and for every other
    that it changes.
    """

    def __init__(self, sums: Sequence[_Sum], filled: NDArray[np.int64], threshold: int) -> None:
        self.sums = sums
        self.filled = filled
        self.threshold = threshold
        self.shown = [Shown.PRIMARY if 0 < one.value < threshold else Shown.SHOWN for one in sums]
        self.matrix = np.array([one.holds for one in sums], dtype=float)
        self.values = np.array([one.value for one in sums], dtype=float)

    def run(self) -> list[Shown]:
        small = [at for at, how in enumerate(self.shown) if how is Shown.PRIMARY]
        self._prove(small, is_hiding=True)
        hidden = [at for at, how in enumerate(self.shown) if how is Shown.SECONDARY]
        for at in sorted(hidden, key=lambda at: (-self.sums[at].cost, at))[:_SHOWN_AGAIN]:
            self.shown[at] = Shown.SHOWN
            if not self._prove(small, is_hiding=False):
                self.shown[at] = Shown.SECONDARY
        return self.shown

    def _prove(self, small: Sequence[int], *, is_hiding: bool) -> bool:
        """Find other tables for all small counts; where one needs more to be hidden, hide it, or tell that it fails."""
        open_yet = set(small)
        while open_yet:
            at = min(open_yet)
            change = self._another_table(at)
            if change is None:
                raise CannotEstimate(
                    N_(
                        "The overlaps cannot be shown: a small count could be worked out however much else is hidden. Merge or "
                        "leave out the smallest lists."
                    )
                )
            changed = np.flatnonzero(np.round(change).astype(int)).tolist()
            for other in changed:
                if self.shown[other] is Shown.SHOWN:
                    if not is_hiding:
                        return False
                    self.shown[other] = Shown.SECONDARY
            open_yet -= set(changed)
        return True

    def _another_table(self, at: int) -> NDArray[np.float64] | None:
        """Find how all sums change in the cheapest other table in which one of them is another; None when there is none."""
        found = [answer for step in (1, -1) if (answer := self._cheapest(at, step)) is not None]
        return min(found, key=lambda answer: answer[0])[1] if found else None

    def _cheapest(self, at: int, step: int) -> tuple[float, NDArray[np.float64]] | None:
        from scipy.optimize import Bounds, LinearConstraint, milp

        sums, cells = self.matrix.shape
        low, high = self._room()
        if step > 0:
            low[at] = 1
        else:
            high[at] = -1
        if low[at] > high[at]:
            return None
        # Variables: the change of each cell, and for each sum the size of its change, which has a price where it is shown.
        price = np.array(
            [one.cost if how is Shown.SHOWN else 0.0 for one, how in zip(self.sums, self.shown, strict=True)]
        )
        size = np.eye(sums)
        answer = milp(
            c=np.concatenate([np.zeros(cells), price + _TIDY]),
            constraints=[
                LinearConstraint(np.hstack([self.matrix, np.zeros((sums, sums))]), low, high),
                LinearConstraint(np.hstack([self.matrix, -size]), -np.inf, 0),
                LinearConstraint(np.hstack([self.matrix, size]), 0, np.inf),
                LinearConstraint(np.append(np.ones(cells), np.zeros(sums)), 0, 0),
            ],
            integrality=np.append(np.ones(cells), np.zeros(sums)),
            bounds=Bounds(np.append(1 - self.filled, np.zeros(sums)), np.inf),
            options={"time_limit": _SECONDS},
        )
        if answer.x is None:
            return None
        change = np.round(answer.x[:cells])
        if change.sum() or not self._is_within(self.matrix @ change, low, high):
            return None
        return float(answer.fun), self.matrix @ change

    @staticmethod
    def _is_within(change: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> bool:
        return bool(((change >= low) & (change <= high)).all())

    def _room(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give by how much each sum may differ: within its mark where it is small, not below the threshold otherwise."""
        low, high = np.empty(len(self.sums)), np.full(len(self.sums), np.inf)
        for at, how in enumerate(self.shown):
            if how is Shown.PRIMARY:
                low[at], high[at] = 1 - self.values[at], self.threshold - 1 - self.values[at]
            elif self.values[at]:
                low[at] = (
                    self.threshold - self.values[at]
                )  # if it is hidden, its mark tells that it is not small
            else:
                low[at] = high[at] = 0
        return low, high
