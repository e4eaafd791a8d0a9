"""Complementary suppression: hide further cells until no hidden one follows from the totals.

For each unsafe cell the cheapest cycles are sought along which its value could go to either end of what its mark tells
(Kelly, Golden and Assad 1992; Castro 2002); the cells of the cycles are hidden. A clean-up then shows again every cell
without which all the proofs can still be found.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from amparo.stats.results import Interval

from ._network import Moves, Network
from ._rules import Cell, Rule, told_by_any
from ._table import CountTable

__all__ = ["Suppression", "suppress"]

_Need = tuple[int, int]
_LEAST_SLACK = 4


@dataclass(frozen=True, slots=True)
class Suppression:
    """Says which cells are hidden for themselves and which for others, what each mark tells, and the proofs."""

    primary: frozenset[int]
    secondary: frozenset[int]
    told: dict[int, Interval]
    proofs: tuple[Moves, ...]


def suppress(table: CountTable, rules: Sequence[Rule]) -> Suppression:
    """Choose the cells to hide, with a proof for each that it cannot be worked out."""
    return _Search(table, rules).run()


class _Search:
    def __init__(self, table: CountTable, rules: Sequence[Rule]) -> None:
        self.table = table
        self.small = told_by_any(rules)
        self.unsafe = [
            cell
            for cell, (row, column) in enumerate(table.keys())
            if table.counts[cell]
            and any(rule.forbids(Cell(row, column, table.counts[cell])) for rule in rules)
        ]
        self.unmarked: set[int] = set()
        self.secondary: set[int] = set()
        self.proofs: dict[int, Moves] = {}
        self.proof_of: dict[_Need, int] = {}
        self.needs_of: dict[int, set[_Need]] = {}
        self.proofs_with: dict[int, set[int]] = {}
        self.is_unsafe = unsafe = set(self.unsafe)
        # The counts that finite marks hide: how far a cell without a finite mark must be able to move, and the bound below
        # which no proof takes a cell hidden for others, since the reader knows that no rule forbids it.
        self.slack = max(
            (rule.told.high for rule in rules if rule.told.high is not None), default=_LEAST_SLACK
        )
        self.costs = [_cost(table, cell) for cell in range(len(table.counts))]
        # How many records there are is printed in many places, so a reader is taken to know it: it hides nothing.
        self.costs[-1] = math.inf
        low = [
            self.small.low if cell in unsafe else self._safe_from(cell) for cell in range(len(table.counts))
        ]
        high = [self.small.high if cell in unsafe else None for cell in range(len(table.counts))]
        nonzero = [cell for cell, count in enumerate(table.counts) if count]
        self.network = Network(table, low=low, high=high, cells=nonzero)
        for cell in self.unsafe:
            self.network.set_free(cell)

    def run(self) -> Suppression:
        for cell in self.unsafe:
            self._protect(cell)
        for cell in self.unsafe:
            if not self._is_moved(cell):
                self._withhold_marks_around(cell)
        if not all(map(self._is_moved, self.unsafe)):
            self._allow_grand_total()
            for cell in self.unsafe:
                if not self._is_moved(cell):
                    self._withhold_marks_around(cell)
        for cell in sorted(self.secondary, key=lambda other: (-self.costs[other], other)):
            self._show_if_possible(cell)
        self.secondary = {cell for cell in self.secondary if self.proofs_with.get(cell)}
        primary = frozenset(self.unsafe) - self.unmarked
        told = dict.fromkeys(primary, self.small)
        told |= dict.fromkeys(self.unmarked, Interval(1))
        told |= {cell: Interval(self._safe_from(cell)) for cell in self.secondary}
        secondary = frozenset(self.secondary | self.unmarked)
        return Suppression(primary, secondary, told, tuple(self.proofs.values()))

    def _protect(self, cell: int) -> None:
        for need in self._unmet(cell):
            moves: Moves = {}
            wanted = self._distance(need)
            wanted -= abs(self.network.move(cell, by=wanted * need[1], moves=moves))
            if wanted:
                self.network.move(cell, by=wanted * need[1], moves=moves, costs=self.costs)
            for other, change in moves.items():
                if change and not self.network.is_free(other):
                    self.secondary.add(other)
                    self.network.set_free(other)
            self._keep(moves, need)

    def _unmet(self, cell: int) -> list[_Need]:
        # The larger of the two distances first: its cells often serve the smaller one as well.
        needs = sorted(((cell, -1), (cell, 1)), key=self._distance, reverse=True)
        return [need for need in needs if need not in self.proof_of and self._distance(need)]

    def _distance(self, need: _Need) -> int:
        cell, direction = need
        count = self.table.counts[cell]
        if self.small.high is None:
            return min(self.slack, count - self.small.low) if direction < 0 else self.slack
        return count - self.small.low if direction < 0 else self.small.high - count

    def _safe_from(self, cell: int) -> int:
        return min(self.slack + 1, self.table.counts[cell])

    def _keep(self, moves: Moves, need: _Need) -> None:
        """Store a proof for the need, and for every other need that it happens to meet in full."""
        moves = {cell: change for cell, change in moves.items() if change}
        if not moves:
            return
        number = len(self.proofs) if not self.proofs else next(reversed(self.proofs)) + 1
        self.proofs[number] = moves
        self.needs_of[number] = set()
        self._assign(need, number)
        for cell, change in moves.items():
            self.proofs_with.setdefault(cell, set()).add(number)
            met = (cell, 1 if change > 0 else -1)
            if met not in self.proof_of and cell in self.is_unsafe and abs(change) >= self._distance(met):
                self._assign(met, number)

    def _assign(self, need: _Need, number: int) -> None:
        self.proof_of[need] = number
        self.needs_of[number].add(need)

    def _is_moved(self, cell: int) -> bool:
        return any((cell, direction) in self.proof_of for direction in (-1, 1))

    def _withhold_marks_around(self, cell: int) -> None:
        """Free a cell that the marks alone give away: in a row of four ones with a total hidden as below 5, all are ones.

        The small totals beside it then bear the mark that says nothing of their size; if need be all small totals, and last
        the cells beside it: two fours under a shown 8 are known as soon as both are known to be small.
        """
        self._protect(cell)
        row, column = divmod(cell, self.table.width)
        beside = {
            other
            for other in self.unsafe
            if other // self.table.width == row or other % self.table.width == column
        }
        totals = {other for other in self.unsafe if self.table.is_total(other)}
        if not self._could_move(cell, beside - {cell} | totals):
            return
        for others in (totals & (beside | {len(self.table.counts) - 1}), totals, beside - {cell}):
            for other in sorted(others):
                if not self._is_moved(cell):
                    self.unmarked.add(other)
                    self.network.widen(other, low=1, high=None)
                    self._protect(cell)

    def _could_move(self, cell: int, others: set[int]) -> bool:
        """Tell whether a cell could move if none of the others bore a mark: if not, trying them one by one is in vain."""
        for other in others:
            self.network.widen(other, low=1, high=None)
        could = any(
            self.network.move(cell, by=self._distance(need) * need[1], moves={}, costs=self.costs)
            for need in self._unmet(cell)
        )
        for other in others - self.unmarked:
            self.network.widen(other, low=self.small.low, high=self.small.high)
        return could

    def _allow_grand_total(self) -> None:
        """Let the grand total be hidden for another where nothing else will do: in a list of ones, one a row."""
        self.costs[-1] = _cost(self.table, len(self.costs) - 1)
        for cell in self.unsafe:
            self._protect(cell)

    def _show_if_possible(self, cell: int) -> None:
        affected = self.proofs_with.get(cell, set())
        self.network.set_free(cell, False)
        replaced: dict[_Need, Moves] = {}
        for need in sorted(need for number in affected for need in self.needs_of[number]):
            reached = abs(self.proofs[self.proof_of[need]][need[0]])
            moves: Moves = {}
            if self.network.move(need[0], by=reached * need[1], moves=moves) < reached:
                self.network.set_free(cell)
                return
            replaced[need] = moves
        self.secondary.discard(cell)
        for number in list(affected):
            for other in self.proofs.pop(number):
                self.proofs_with[other].discard(number)
            for need in self.needs_of.pop(number):
                del self.proof_of[need]
        for need, moves in replaced.items():
            if need not in self.proof_of:
                self._keep(moves, need)


def _cost(table: CountTable, cell: int) -> float:
    """Price a cell by what a reader loses with it: more with a larger count, more with a total."""
    weight = 1.0
    if table.is_total(cell):
        weight = 4.0 if cell == len(table.counts) - 1 else 2.0
    return weight * (1.0 + math.log1p(table.counts[cell]))
