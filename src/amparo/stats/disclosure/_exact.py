"""The cheapest suppression: a program in yes and no over all cells, tightened by what attacks on its answers show (Benders).

Where a need cannot be met with what is hidden, the dual solution of the attack names the cells of which more have to be hidden: one
linear demand on the choice, true of every safe choice (Fischetti and Salazar 2001). The choice is made anew until no attack works.
"""

import math
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ._attack import CannotTell
from ._needs import DOWN, UP, Need
from ._search import Search
from ._solver import Program

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

__all__ = ["Choice", "Hunt", "refine", "solve_exactly"]

_ROUNDS = 30
_TIGHT = 1e-6
_NEAR = 1.005
_GROWTH = 0.002
_SAME = 0.98  # a choice that is nearly as dear as the best suppression seldom gives a much cheaper one
_TRUST = 0.9  # how much cheaper a cell is that the choice in fractions hides whole
_KEPT = 4
_FRUITLESS = 3  # choices among all cells that gave nothing cheaper: the next one seldom does
_NO_LIMIT = 2**31 - 1


@dataclass(eq=False)
class Choice:
    """Holds the demands found so far, as a program over which cells to hide.

    ``share``: the last choice in fractions; before any, the unsafe cells alone.
    """

    search: Search
    cuts: int = 0
    share: "NDArray[np.float64]" = field(init=False)
    _master: Program = field(init=False)
    _attack: Program = field(init=False)

    def __post_init__(self) -> None:
        from scipy.sparse import csr_array

        search = self.search
        rows = search.frame.rows
        count = self.size = len(search.costs)
        unsafe = np.array(sorted(search.unsafe | search.frame.unprinted), dtype=np.int64)
        self.share = np.zeros(count)
        self.share[unsafe] = 1.0
        self._turned = rows.T.tocsr()
        self._rises = np.full(count, float(search.most))
        self._falls = (search.frame.counts - search.needs.least).clip(0).astype(float)
        self._attack = Program(rows, low=np.zeros(count), high=np.zeros(count))
        self._master = Program(csr_array((0, count)), low=np.zeros(count), high=np.ones(count))
        self._master.set_costs(np.arange(count), search.costs)
        self._master.set_bounds(unsafe, 1, 1)
        self._rise_needed, self._fall_needed = (
            np.array([search.needs.room.get((cell, way), 1 << 40) for cell in range(count)])
            for way in (UP, DOWN)
        )

    def tighten(self, share: "NDArray[np.float64]") -> int:
        """Attack a choice, which may hide cells in part, and add the demands that it breaks; give their number."""
        everything = np.arange(self.size)
        self._attack.set_bounds(everything, -self._falls * share, self._rises * share)
        met: set[Need] = set()
        before = self.cuts
        for need in self.search.needs.room:
            if need in met:
                continue
            moved = self._demand(need, None)
            if moved is not None:
                up = np.flatnonzero(moved >= self._rise_needed - _TIGHT).tolist()
                down = np.flatnonzero(moved <= -self._fall_needed + _TIGHT).tolist()
                met.update((cell, UP) for cell in up)
                met.update((cell, DOWN) for cell in down)
        return self.cuts - before

    def tighten_for(self, share: "NDArray[np.float64]", cases: "list[tuple[Need, int | None]]") -> int:
        """Add the demands that some cases break: needs, each with the person against whom."""
        low, high = -self._falls * share, self._rises * share
        everything = np.arange(self.size)
        self._attack.set_bounds(everything, low, high)
        before = self.cuts
        for need, person in cases:
            self._demand(need, person, (low, high))
        return self.cuts - before

    def forbid(self, hidden: set[int]) -> None:
        """Demand that something be hidden beside these: they fail in whole numbers, though not in fractions."""
        others = np.array(sorted(set(range(self.size)) - hidden), dtype=np.int64)
        self._master.add_row(others, np.ones(len(others)), 1.0)
        self.cuts += 1

    def _demand(
        self,
        need: Need,
        person: int | None,
        bounds: "tuple[NDArray[np.float64], NDArray[np.float64]] | None" = None,
    ) -> "NDArray[np.float64] | None":
        (at, direction), room = need, self.search.needs.room[need]
        still = self.search.needs.persons[person] if person is not None else np.zeros(0, dtype=np.int64)
        if len(still):
            self._attack.set_bounds(still, 0, 0)
        self._attack.set_costs([at], -direction)
        moved = self._attack.solve()
        prices = self._attack.row_prices() if moved is not None else None
        self._attack.set_costs([at], 0)
        if len(still) and bounds is not None:
            self._attack.set_bounds(still, bounds[0][still], bounds[1][still])
        if moved is None or prices is None or direction * moved[at] >= room - _TIGHT:
            return moved
        rest = -(self._turned @ prices)
        rest[at] -= direction
        weights = np.maximum(-rest, 0) * self._rises + np.maximum(rest, 0) * self._falls
        weights[still] = 0.0
        weights = np.minimum(np.where(weights < _TIGHT, 0.0, weights), room)
        used = np.flatnonzero(weights)
        self._master.add_row(used, weights[used], float(room))
        self.cuts += 1
        return moved

    def relax(self, rounds: int = _ROUNDS, *, growth: float = 0.0, until: float = math.inf) -> float:
        """Tighten the choice in fractions while its cost grows by more than a share; give the cost below which no safe choice can be."""
        bound = 0.0
        for _ in range(rounds):
            if not self.tighten(self.share) or time.thread_time() > until:
                break
            found = self._master.solve()
            if found is None:
                break
            self.share = found.clip(0, 1)
            before, bound = bound, self._master.cost
            if bound < before * (1 + growth):
                break
        return bound

    def choose(
        self,
        *,
        among: "Collection[int] | None" = None,
        nodes: int | None = None,
        seconds: float | None = None,
    ) -> tuple[set[int], float] | None:
        """Choose whole cells that meet all demands so far, ``among`` some; give them and a bound on the cost of any such choice."""
        self._master.set_whole(np.arange(self.size))
        self._master.set_options(presolve="on", mip_rel_gap=1e-6)
        self._master.set_options(mip_max_nodes=_NO_LIMIT if nodes is None else nodes)
        if seconds is not None:
            self._master.set_options(time_limit=max(seconds, 0.1))
        barred = [] if among is None else sorted(set(range(self.size)).difference(among))
        self._master.set_bounds(barred, 0, 0)
        found = self._master.solve()
        self._master.set_bounds(barred, 0, 1)
        if found is None:
            return None
        return set(np.flatnonzero(found > 0.5).tolist()), self._master.bound


class Hunt:
    """Looks for cheaper suppressions, and keeps the cheapest that it met.

    The choice in fractions guides a first one. Then choices are made by turns: among the cells that the suppressions kept hide, which takes a
    hundredth of the time and joins the best of each, and, when that gives nothing new, among all cells.
    """

    def __init__(self, search: Search) -> None:
        self.choice = Choice(search)
        self.kept = [search]
        self.bound = 0.0

    @property
    def best(self) -> Search:
        """Give the cheapest suppression met so far."""
        return self.kept[0]

    def begin(self, rounds: int = _ROUNDS, *, growth: float = 0.0, until: float = math.inf) -> None:
        """Tighten the choice in fractions, and take its cells for cheap in a new search."""
        self.bound = self.choice.relax(rounds, growth=growth, until=until)
        share = self.choice.share
        guided = self.best.afresh(prices=self.best.costs * (1 - _TRUST * share))
        guided.run()
        guided.clean()
        self._keep(guided)

    def improve(self, rounds: int) -> None:
        """Make the choice anew so many times, or until nothing cheaper can be expected."""
        fruitless, is_wide = 0, False
        for _ in range(rounds):
            before = self.best.cost
            expected = self.among_all() if is_wide else self.among_kept()
            if expected is None or self.best.cost <= self.bound * _NEAR:
                break
            if self.best.cost < before:
                fruitless = 0
            elif is_wide:
                fruitless += 1
            if fruitless == _FRUITLESS:
                break
            is_wide = not is_wide and expected >= self.best.cost * _SAME

    def among_kept(self) -> float | None:
        """Choose among the cells that the suppressions kept hide; give the cost of that choice before what it lacked."""
        chosen = self.choice.choose(among=set().union(*(one.hidden for one in self.kept)), nodes=1)
        return None if chosen is None else self._complete(chosen[0])

    def among_all(self, *, nodes: int | None = 1, seconds: float | None = None) -> float | None:
        """Choose among all cells; give the cost of that choice before what it lacked."""
        chosen = self.choice.choose(nodes=nodes, seconds=seconds)
        if chosen is None:
            return None
        self.bound = max(self.bound, min(chosen[1], self.best.cost))
        return self._complete(chosen[0])

    def _complete(self, chosen: set[int]) -> float:
        trial = self.best.afresh(chosen)
        cost = trial.cost
        if failed := trial.attack().prove(trial.proofs):
            share = np.isin(np.arange(self.choice.size), list(trial.hidden)).astype(float)
            if not self.choice.tighten_for(share, failed):
                self.choice.forbid(trial.hidden)
            trial.run()
            trial.clean()
        self._keep(trial)
        return cost

    def _keep(self, trial: Search) -> None:
        self.kept = sorted([*self.kept, trial], key=lambda one: one.cost)[:_KEPT]


def refine(search: Search, *, rounds: int) -> Search:
    """Look for a cheaper suppression than a finished one."""
    hunt = Hunt(search)
    with suppress(CannotTell):
        hunt.begin(growth=_GROWTH)
        hunt.improve(rounds)
    return hunt.best


def solve_exactly(search: Search, *, rounds: int, seconds: float) -> tuple[Search, float]:
    """Find the cheapest suppression, or in so many seconds of the processor the best that was met; give it with a bound on the cost of any."""
    until = time.thread_time() + seconds
    hunt = Hunt(search)
    with suppress(CannotTell):
        hunt.begin(rounds=200, until=until)
        hunt.improve(rounds)
        while time.thread_time() < until and hunt.best.cost > hunt.bound + _TIGHT * max(1.0, hunt.bound):
            if hunt.among_all(nodes=None, seconds=until - time.thread_time()) is None:
                break
            hunt.among_kept()
    return hunt.best, hunt.bound
