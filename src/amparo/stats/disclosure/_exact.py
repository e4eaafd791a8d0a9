"""The cheapest suppression: a program in yes and no over all cells, tightened by what attacks on its answers show (Benders).

Where a need cannot be met with what is hidden, the dual solution of the attack names the cells of which more have to be hidden: one
linear demand on the choice, true of every safe choice (Fischetti and Salazar 2001). The choice is made anew until no attack works.
"""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ._needs import DOWN, UP, Need
from ._search import Search
from ._solver import Program

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Choice", "refine", "solve_exactly"]

_ROUNDS = 30
_TIGHT = 1e-6
_NEAR = 1.005
_FRUITLESS = 6  # choices in a row that were no cheaper: the next one seldom is


@dataclass(eq=False)
class Choice:
    """Holds the demands found so far, as a program over which cells to hide."""

    search: Search
    cuts: int = 0
    _master: Program = field(init=False)
    _attack: Program = field(init=False)

    def __post_init__(self) -> None:
        from scipy.sparse import csr_array

        search = self.search
        rows = search.frame.rows
        count = self.size = len(search.costs)
        self._unsafe = np.array(sorted(search.unsafe | search.frame.unprinted), dtype=np.int64)
        self._turned = rows.T.tocsr()
        self._rises = np.full(count, float(search.most))
        self._falls = (search.frame.counts - search.needs.least).clip(0).astype(float)
        self._attack = Program(rows, low=np.zeros(count), high=np.zeros(count))
        self._master = Program(csr_array((0, count)), low=np.zeros(count), high=np.ones(count))
        self._master.set_costs(np.arange(count), search.costs)
        self._master.set_bounds(self._unsafe, 1, 1)
        self._rise_needed, self._fall_needed = (
            np.array([search.needs.room.get((cell, way), 1 << 40) for cell in range(count)])
            for way in (UP, DOWN)
        )

    @property
    def everything_unsafe(self) -> "NDArray[np.float64]":
        """Give the choice that hides the unsafe cells alone."""
        share = np.zeros(self.size)
        share[self._unsafe] = 1.0
        return share

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

    def relax(self, rounds: int = _ROUNDS, until: float = float("inf")) -> float:
        """Tighten the choice in fractions; give the cost below which no safe choice can be."""
        share = self.everything_unsafe
        bound = 0.0
        for _ in range(rounds):
            if not self.tighten(share) or time.monotonic() > until:
                break
            found = self._master.solve()
            if found is None:
                break
            share = found.clip(0, 1)
            bound = self._master.cost
        return bound

    def choose(self, *, nodes: int | None, seconds: float | None = None) -> tuple[set[int], float] | None:
        """Choose whole cells that meet all demands so far; give them and a bound on the cost of any safe choice."""
        self._master.set_whole(np.arange(self.size))
        self._master.set_options(presolve="on", mip_rel_gap=1e-6)
        if nodes is not None:
            self._master.set_options(mip_max_nodes=nodes)
        if seconds is not None:
            self._master.set_options(time_limit=max(seconds, 0.1))
        found = self._master.solve()
        if found is None:
            return None
        return set(np.flatnonzero(found > 0.5).tolist()), self._master.bound


def refine(search: Search, *, rounds: int) -> Search:
    """Look for a cheaper suppression than a finished one: choose anew under demands in fractions, and complete the choice."""
    choice, best = Choice(search), search
    choice.relax()
    fruitless = 0
    for _ in range(rounds):
        chosen = choice.choose(nodes=1)
        if chosen is None:
            break
        trial = search.afresh(chosen[0])
        is_finished = not _complete(choice, trial)
        fruitless = 0 if trial.cost < best.cost else fruitless + 1
        best = trial if trial.cost < best.cost else best
        if is_finished or best.cost <= chosen[1] * _NEAR or fruitless == _FRUITLESS:
            break
    return best


def _complete(choice: Choice, trial: Search) -> bool:
    """Hide what a choice lacks, and add the demands that it broke; tell whether there were any."""
    failed = trial.attack().prove(trial.proofs)
    if failed:
        share = np.isin(np.arange(choice.size), list(trial.hidden)).astype(float)
        if not choice.tighten_for(share, failed):
            choice.forbid(trial.hidden)
        trial.run()
        trial.clean()
    return bool(failed)


def solve_exactly(search: Search, *, seconds: float) -> tuple[Search, float]:
    """Find the cheapest suppression, or in the time given the best that was met; give it with a bound on the cost of any."""
    until = time.monotonic() + seconds
    choice, best = Choice(search), search
    bound = choice.relax(rounds=200, until=until)
    while time.monotonic() < until and best.cost > bound + _TIGHT * max(1.0, bound):
        chosen = choice.choose(nodes=None, seconds=until - time.monotonic())
        if chosen is None:
            break
        bound = max(bound, min(chosen[1], best.cost))
        trial = search.afresh(chosen[0])
        _complete(choice, trial)
        if trial.cost < best.cost:
            best = trial
    return best, bound
