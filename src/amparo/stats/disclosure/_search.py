"""Complementary suppression of a system: hide further cells until every need is met, then show again what is not needed.

For each need that no table over the hidden cells meets, a linear program finds the cheapest cells that have to move along; they are
hidden too (Kelly, Golden and Assad 1992; Fischetti and Salazar 2001). Its solution proves the need, and often others.
"""

import math
import time
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import numpy as np

from amparo.vocab.text import N_

from ._attack import Attack, CannotTell
from ._audit import NotCleared
from ._needs import Need
from ._proofs import Proofs, whole
from ._reduce import Frame
from ._solver import Program

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Search", "cannot_protect"]

_NEXT_TO_NOTHING = 1e-4  # what moving a hidden cell costs: enough to prefer few moves
_TIGHT = 1e-6


class Search:
    """Holds what is hidden so far, and the proofs.

    ``prices`` are what cells count as when more of them have to be hidden; their costs where none are given.
    """

    def __init__(
        self, frame: Frame, *, until: float = math.inf, prices: "NDArray[np.float64] | None" = None
    ) -> None:
        self.frame, self.needs, self.costs = frame, frame.needs, frame.costs
        self._prices = frame.costs if prices is None else prices
        self.unsafe = frozenset(frame.needs.unsafe)
        self.hidden: set[int] = set(self.unsafe | frame.unprinted)
        self.proofs = Proofs(len(frame.counts), frame.needs)
        self.most = 8 * (frame.needs.widest + frame.needs.even)
        self.serves: dict[
            int, int
        ] = {}  # for each cell hidden for others, an unsafe one that would else be known too closely
        self._until = until  # processor time of this thread, beyond which nothing is given out
        self._program: Program | None = None

    @property
    def cost(self) -> float:
        """Give the cost of all hidden cells."""
        return float(self.costs[sorted(self.hidden)].sum())

    def run(self) -> None:
        """Hide until all needs are met."""
        while failed := self.attack().prove(self.proofs):
            # The widest needs first: what is hidden for them often serves the others.
            failed.sort(
                key=lambda case: (-self.needs.room[case[0]], case[0], -1 if case[1] is None else case[1])
            )
            before = len(self.hidden)
            for need, person in failed:
                people = self.proofs.against(need)
                if people is None or (person is not None and person in people):
                    self.protect(need, person)
            if len(self.hidden) == before:
                raise cannot_protect(len(failed))

    def afresh(
        self, hidden: Collection[int] = (), *, prices: "NDArray[np.float64] | None" = None
    ) -> "Search":
        """Begin again with some cells hidden from the start; what was proved before stays proved where they allow it."""
        fresh = Search(self.frame, until=self._until, prices=prices)
        fresh.hide(hidden)
        for moves in self.proofs.kept:
            if moves.keys() <= fresh.hidden:
                fresh.proofs.add(moves)
        return fresh

    def attack(self) -> Attack:
        """Make the attack on what is hidden now."""
        return Attack(
            self.frame, self.hidden, most=self.most, dear=self.hidden - self.unsafe, until=self._until
        )

    def clean(self, order: Iterable[int] | None = None) -> None:
        """Show again, dearest first, each cell without which every need can still be met; where that cannot be told in time, it stays hidden."""
        attack = self.attack()
        dearest = sorted(
            self.hidden - self.unsafe - self.frame.unprinted, key=lambda cell: (-self.costs[cell], cell)
        )
        for cell in dearest if order is None else order:
            attack.hold(cell)
            lost = self.proofs.unmet(without=cell)
            try:
                failed = [need for need, _ in attack.prove(self.proofs, lost, without=cell)]
            except CannotTell:
                failed = lost
            if failed:
                attack.let_go(cell)
                self.serves[cell] = failed[0][0]
            else:
                self.hidden.discard(cell)
                self.proofs = self.proofs.forget(cell)

    def protect(self, need: Need, person: int | None) -> None:
        """Hide the cheapest cells along which a need can be met, leaving the cells of a person alone."""
        if time.thread_time() > self._until:
            raise CannotTell
        at, direction = need
        program = self._program = self._program or self._made()
        count, by = len(self.costs), self.needs.room[need]
        still = [] if person is None else self.needs.persons[person].tolist()
        both = [*still, *(count + one for one in still), at, count + at]
        before = self._high[both]
        program.set_bounds(both, 0, 0)
        program.set_bounds([at if direction > 0 else count + at], by, by)
        found = program.solve()
        program.set_bounds(both, 0, before)
        if found is None:
            raise cannot_protect(1)
        moves = found[:count] - found[count:]
        self.hide(set(np.flatnonzero(np.abs(moves) > _TIGHT).tolist()) - self.hidden)
        if proof := whole(moves):
            self.proofs.add(proof)

    def hide(self, cells: Collection[int]) -> None:
        """Hide cells."""
        self.hidden.update(cells)
        if self._program is not None and cells:
            count = len(self.costs)
            self._program.set_costs([*cells, *(count + cell for cell in cells)], _NEXT_TO_NOTHING)

    @property
    def _high(self) -> "NDArray[np.float64]":
        falls = (self.frame.counts - self.needs.least).clip(0).astype(float)
        return np.concatenate([np.full(len(falls), float(self.most)), falls])

    def _made(self) -> Program:
        from scipy.sparse import hstack

        rows = self.frame.rows
        program = Program(hstack([rows, -rows]).tocsr(), low=np.zeros(2 * rows.shape[1]), high=self._high)
        prices = self._prices.copy()
        prices[list(self.hidden)] = _NEXT_TO_NOTHING
        program.set_costs(np.arange(2 * len(prices)), np.concatenate([prices, prices]))
        return program


def cannot_protect(cells: int) -> NotCleared:
    """Make the refusal of tables in which unsafe counts cannot be protected."""
    return NotCleared(
        N_(
            "%(cells)s unsafe counts cannot be protected: too little stands beside them that could be hidden as well. Use fewer or "
            "broader categories, or another method."
        ),
        cells=cells,
    )
