"""Proofs that hidden cells cannot be worked out: other tables that agree with everything shown, in whole numbers.

A proof is a set of moves: how much each hidden cell is higher or lower than in truth. It serves every cell that it moves far enough,
against every reader whose own cells it leaves alone.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ._needs import DOWN, UP, Need, Needs

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Moves", "Proofs", "whole"]

Moves = Mapping[int, int]
_ENOUGH = 12  # proofs of one need; more seldom help, and cost time


class Proofs:
    """Keeps proofs, and knows which needs are met against whom."""

    def __init__(self, size: int, needs: Needs) -> None:
        self.kept: list[Moves] = []
        self._people: list[frozenset[int]] = []
        self._room = needs.room
        self._who = needs.person_of(size).tolist()
        self._serving: dict[Need, list[int]] = {need: [] for need in needs.room}
        self._moving: dict[int, list[int]] = {}
        self._open: dict[Need, frozenset[int]] = {}

    def add(self, moves: Moves, *, anyway: bool = False) -> None:
        """Keep a proof if it shows anything new, or ``anyway``."""
        people = frozenset(self._who[cell] for cell in moves) - {-1}
        number, is_new = len(self.kept), anyway
        served = []
        for cell, change in moves.items():
            is_new = is_new or cell not in self._moving
            need = (cell, UP if change > 0 else DOWN)
            if abs(change) < self._room.get(need, abs(change) + 1):
                continue
            served.append(need)
            before = self._open.get(need)
            after = people - {self._who[cell]} if before is None else before & people
            is_new = is_new or after != before or len(self._serving[need]) < _ENOUGH
            self._open[need] = after
        if not is_new:
            return
        self.kept.append(moves)
        self._people.append(people)
        for cell in moves:
            self._moving.setdefault(cell, []).append(number)
        for need in served:
            self._serving[need].append(number)

    def is_moved(self, cell: int, without: int | None = None) -> bool:
        """Tell whether some proof moves the cell at all (none that moves the cell ``without``)."""
        return any(without is None or without not in self.kept[n] for n in self._moving.get(cell, ()))

    def against(self, need: Need, without: int | None = None) -> Collection[int] | None:
        """Give the people against whom a need is not met; None where it is met against nobody.

        With ``without``, only proofs that leave this cell alone count.
        """
        if without is None:
            return self._open.get(need)
        found: frozenset[int] | None = None
        own = {self._who[need[0]]}
        for number in reversed(self._serving[need]):
            if without not in self.kept[number]:
                found = self._people[number] - own if found is None else found & self._people[number]
                if not found:
                    break
        return found

    def unmet(self, without: int | None = None) -> list[Need]:
        """Give the needs that are not met against every reader."""
        if without is None:
            needs: Collection[Need] = self._room
        else:
            needs = {
                (cell, direction)
                for number in self._moving.get(without, ())
                for cell in self.kept[number]
                for direction in (UP, DOWN)
                if (cell, direction) in self._room
            }
        found = {need: self.against(need, without) for need in needs}
        return sorted(need for need, people in found.items() if people is None or people)

    def forget(self, cell: int) -> "Proofs":
        """Give the proofs that leave a cell alone."""
        fresh = object.__new__(Proofs)
        fresh._room, fresh._who = self._room, self._who
        fresh.kept, fresh._people, fresh._moving, fresh._open = [], [], {}, {}
        fresh._serving = {need: [] for need in self._room}
        for moves in self.kept:
            if cell not in moves:
                fresh.add(moves)
        return fresh


def whole(values: "NDArray[np.float64]", cells: "NDArray[np.int64] | None" = None) -> dict[int, int] | None:
    """Give the moves of a solution whose numbers are whole, or None."""
    rounded = np.rint(values)
    if np.abs(values - rounded).max(initial=0.0) > 1e-6:
        return None
    at = np.flatnonzero(rounded)
    names = at if cells is None else cells[at]
    return dict(zip(names.tolist(), rounded[at].astype(np.int64).tolist(), strict=True))
