"""Look for other tables that agree with everything shown: by linear programs over the hidden cells, then in whole numbers."""

import math
import time
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import numpy as np

from ._needs import Need
from ._proofs import Moves, Proofs, whole
from ._reduce import Frame
from ._solver import Program

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Attack", "CannotTell"]

_SECONDS_FOR_ONE = (
    300.0  # of the clock, so long for a machine that is busy; the limit that is met is the number of nodes
)
_NODES_FOR_ONE = 5_000
_DEAR = 10.0


class CannotTell(Exception):
    """Says that a question in whole numbers was not answered in the time allowed."""


class Attack:
    """Knows how far hidden cells can move together; cells are groups of a frame.

    Of all ways to move a cell so far it takes one that moves little else, least of all ``dear`` cells: a proof that leans on few
    cells stays good when others are shown again, and against more of the people who are alone in a cell.
    """

    def __init__(
        self,
        frame: Frame,
        hidden: Iterable[int],
        *,
        most: int,
        dear: Collection[int] = (),
        until: float = math.inf,
    ) -> None:
        from scipy.sparse import hstack

        self.cells = np.array(sorted(hidden), dtype=np.int64)
        self.solved = 0
        self._until = until
        self._needs = frame.needs
        self._at = {cell: at for at, cell in enumerate(self.cells.tolist())}
        rows = frame.rows[:, self.cells].tocsr()
        rows = rows[np.diff(rows.indptr) > 0]
        self._rows = hstack([rows, -rows]).tocsr()
        falls = (frame.counts[self.cells] - frame.needs.least).clip(0).astype(float)
        self._full = np.concatenate([np.full(len(self.cells), float(most)), falls])
        self._high = self._full.copy()
        prices = np.where(frame.counts[self.cells] == 1, 3.0, 1.0)
        prices[[self._at[cell] for cell in dear if cell in self._at]] = _DEAR
        self._prices = np.concatenate([prices, prices])
        self._program = self._made()
        self._whole: Program | None = None

    def _made(self) -> Program:
        program = Program(self._rows, low=np.zeros(len(self._high)), high=self._high)
        program.set_costs(np.arange(len(self._high)), self._prices)
        return program

    def hold(self, cell: int) -> None:
        """Take a cell for shown."""
        self._high_of([self._at[cell]], 0)

    def let_go(self, cell: int) -> None:
        """Take a cell for hidden again."""
        self._high_of([self._at[cell]], None)

    def move(self, need: Need, by: int, frozen: Collection[int] = ()) -> Moves | None:
        """Find moves in whole numbers that carry a cell ``by`` its way and leave ``frozen`` alone; None if there are none."""
        if self._high[self._at[need[0]] + (0 if need[1] > 0 else len(self.cells))] < by:
            return None
        if time.thread_time() > self._until:
            raise CannotTell
        found = self._solved(self._program, need, by, frozen)
        if found is None:
            if not self._program.is_infeasible:
                raise CannotTell
            return None
        moves = whole(found, self.cells)
        if moves is not None:
            return moves
        if self._whole is None:
            self._whole = self._made()
            self._whole.set_whole(np.arange(len(self._high)))
            self._whole.set_options(
                time_limit=_SECONDS_FOR_ONE, mip_max_nodes=_NODES_FOR_ONE, mip_rel_gap=0.5, presolve="on"
            )
        found = self._solved(self._whole, need, by, frozen)
        if found is None:
            if not self._whole.is_infeasible:
                raise CannotTell
            return None
        return whole(found, self.cells)

    def _solved(
        self, program: Program, need: Need, by: int, frozen: Collection[int]
    ) -> "NDArray[np.float64] | None":
        count, at = len(self.cells), self._at[need[0]]
        up, down = (at, count + at) if need[1] > 0 else (count + at, at)
        still = [self._at[other] for other in frozen if other in self._at]
        changed = [*still, *(count + one for one in still), up, down]
        before = self._high[changed]
        program.set_bounds(changed, 0, 0)
        program.set_bounds([up], by, by)
        found = program.solve()
        self.solved += 1
        program.set_bounds(changed, 0, before)
        return None if found is None else found[:count] - found[count:]

    def prove(
        self, proofs: Proofs, needs: Iterable[Need] | None = None, *, without: int | None = None
    ) -> list[tuple[Need, int | None]]:
        """Look for the proofs that are missing; give the needs that cannot be met, each with the person against whom (None: anybody).

        With ``without``, proofs that move this cell do not count, and the first failure ends the search.
        """
        failed: list[tuple[Need, int | None]] = []
        for need in proofs.unmet() if needs is None else needs:
            if failed and without is not None:
                break
            if proofs.against(need, without) is None:
                moves = self.move(need, self._needs.room[need])
                if moves is None:
                    failed.append((need, None))
                    continue
                proofs.add(moves, anyway=without is not None)
            failed += [(need, person) for person in self._against_people(proofs, need, without)]
        return failed

    def _against_people(self, proofs: Proofs, need: Need, without: int | None) -> list[int]:
        people = sorted(proofs.against(need, without) or ())
        if len(people) > 1 and self._prove_against(proofs, need, people, without):
            return []
        unproved = []
        for person in people:
            if person in (proofs.against(need, without) or ()) and not self._prove_against(
                proofs, need, [person], without
            ):
                unproved.append(person)
                if without is not None:
                    break
        return unproved

    def _prove_against(self, proofs: Proofs, need: Need, people: list[int], without: int | None) -> bool:
        frozen = [int(cell) for person in people for cell in self._needs.persons[person]]
        moves = self.move(need, self._needs.room[need], frozen)
        if moves is None:
            return False
        proofs.add(moves, anyway=without is not None)
        return True

    def _high_of(self, cells: list[int], high: int | None) -> None:
        both = [*cells, *(len(self.cells) + one for one in cells)]
        for program in (self._program, self._whole):
            if program is not None:
                program.set_bounds(both, 0, self._full[both] if high is None else high)
        self._high[both] = self._full[both] if high is None else high
