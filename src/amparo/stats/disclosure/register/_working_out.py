"""The third step: least and greatest value of what must stay unknown, by linear programs over all releases together."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from ._atoms import System, Whole
from ._bounding import NO_END, Impossible, bounds_of, parts_of
from ._cells import Cell
from ._programs import TINY, OutOfTime, minimise

__all__ = ["Solver", "Target", "Term"]


@dataclass(frozen=True, slots=True)
class Target:
    """Names people whose number must stay in doubt: ``most`` must stay possible, and so must another number.

    Of a group that arises between releases (``is_group``) everything may be learnt but that a few people are in it.
    """

    cell: Cell
    columns: Whole
    most: int
    is_group: bool = False

    def in_doubt(self, low: int, high: int | None) -> bool:
        """Tell whether the numbers from ``low`` to ``high`` leave enough open."""
        is_many = high is None or high >= self.most
        return is_many or low <= 0 if self.is_group else is_many and low != high


@dataclass(frozen=True, slots=True)
class Term:
    """One number of a calculation, and how often it is added (or taken away)."""

    times: float
    cell: Cell


@dataclass(slots=True)
class _Piece:
    columns: Whole
    part: int
    low: float = np.inf
    high: float = -np.inf

    def sees(self, value: float) -> None:
        self.low, self.high = min(self.low, value), max(self.high, value)


class Solver:
    """Holds a system with its bounds, and tells between which numbers each target must lie.

    Every solution of a linear program is a table that a reader must think possible. It is held against all targets of its
    part of the system, and only those that are not in doubt by it get programs of their own.
    """

    def __init__(self, system: System, *, seconds: float) -> None:
        self.system = system
        self._ends = time.monotonic() + seconds
        self._bounds = bounds_of(system)
        self._part = parts_of(system, self._bounds)
        settled = system.matrix @ np.where(self._part < 0, self._bounds.low, 0.0)
        self._low, self._high = system.low - settled, system.high - settled
        self._programs: dict[int, tuple[Whole, csr_array, Whole]] = {}

    def ranges(self, targets: Sequence[Target]) -> list[tuple[int, int | None]]:
        """Give, for each target, values that it can have; wide as needed where it is in doubt, else exact."""
        cut = [self._cut(target) for target in targets]
        by_part: dict[int, list[_Piece]] = {}
        for _, pieces in cut:
            for piece in pieces:
                by_part.setdefault(piece.part, []).append(piece)
        for target, (base, pieces) in zip(targets, cut, strict=True):
            for sign in (-1.0, 1.0):
                for piece in pieces:
                    if not _is_in_doubt(target, base, pieces):
                        self._push(piece, sign, by_part[piece.part])
        found = [_range(base, pieces) for base, pieces in cut]
        return [(0, None) if each is None else each for each in found]

    def calculation(self, columns: Whole, *, greatest: bool) -> tuple[Term, ...]:
        """Give the published numbers that, added and taken away, bound the columns: the multipliers of the dual program."""
        sign = -1.0 if greatest else 1.0
        size = self.system.matrix.shape[1]
        cost = np.zeros(size)
        cost[columns] = sign
        endless = (np.zeros(size), np.full(size, np.inf))
        found = minimise(cost, self.system.matrix, self.system.low, self.system.high, endless, self._left())
        pairs = zip(sign * found.multipliers, self.system.cells, strict=True)
        terms = [Term(round(float(times), 6), cell) for times, cell in pairs if abs(times) > TINY]
        return tuple(sorted(terms, key=lambda term: (term.times < 0, -term.cell.low)))

    def _left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return left

    def _cut(self, target: Target) -> tuple[float, list[_Piece]]:
        parts = self._part[target.columns]
        base = float(self._bounds.low[target.columns[parts < 0]].sum())
        numbers = np.unique(parts[parts >= 0])
        return base, [_Piece(target.columns[parts == number], int(number)) for number in numbers]

    def _push(self, piece: _Piece, sign: float, beside: Sequence[_Piece]) -> None:
        columns, matrix, lines = self._program(piece.part)
        cost = np.zeros(len(columns))
        cost[np.searchsorted(columns, piece.columns)] = sign
        low, high = self._bounds.low[columns], self._bounds.high[columns]
        found = minimise(cost, matrix, self._low[lines], self._high[lines], (low, high), self._left())
        if not found.is_possible:
            raise Impossible
        if found.is_endless:
            piece.sees(NO_END)
            return
        for other in beside:
            other.sees(float(found.solution[np.searchsorted(columns, other.columns)].sum()))

    def _program(self, part: int) -> tuple[Whole, csr_array, Whole]:
        if part not in self._programs:
            columns = np.flatnonzero(self._part == part)
            matrix = csr_array(self.system.matrix[:, columns])
            lines = np.flatnonzero(np.diff(matrix.indptr))
            self._programs[part] = (columns, csr_array(matrix[lines]), lines)
        return self._programs[part]


def _is_in_doubt(target: Target, base: float, pieces: Sequence[_Piece]) -> bool:
    found = _range(base, pieces)
    return found is not None and target.in_doubt(*found)


def _range(base: float, pieces: Sequence[_Piece]) -> tuple[int, int | None] | None:
    low = sum((piece.low for piece in pieces), base)
    high = sum((piece.high for piece in pieces), base)
    if not np.isfinite(low) or not np.isfinite(high):
        return None  # nothing is known yet
    least = int(np.ceil(low - TINY))
    return least, None if high >= NO_END / 2 else max(least, int(np.floor(high + TINY)))
