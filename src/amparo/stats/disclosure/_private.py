"""Differentially private counts of a system of cells: exact noise on every cell that is printed, then whole numbers that add up.

What is protected, what it costs and what is said about it stand in ``docs/methods/table-releases.md``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from amparo.stats.results import Said
from amparo.vocab.text import N_

from ._audit import NotCleared

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from amparo.stats.privacy import RandomSource

    from ._counted import CountedTables

__all__ = ["Privacy", "PrivateCounts", "private_counts"]

_NODES = 2_000
_SECONDS = 60.0
_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class Privacy:
    """Asks for private counts. ``charge`` is called with what they cost before any noise is drawn, and may refuse; ``person`` is the most
    records that a person may have. A ``delta`` of 0 asks for discrete Laplace noise, else for Gaussian.
    """

    epsilon: float
    charge: "Callable[[PrivateCounts], None]"
    source: "RandomSource"
    delta: float = 0.0
    person: int = 1


@dataclass(frozen=True, slots=True)
class PrivateCounts:
    """Says what private counts promise: two sets of records that differ by all records of one person give nearly the same tables.

    ``person`` is the most records that a person may have, ``touched`` the most cells in which one record counts. ``spread`` is the standard
    deviation of the noise on one cell, ``near`` how far the noise goes in 95 of 100 cells. ``delta`` of 0: discrete Laplace noise; else Gaussian.
    """

    epsilon: float
    delta: float
    rho: float
    person: int
    touched: int
    spread: float
    near: int
    is_private: bool = True

    @property
    def words(self) -> Said:
        """Say the method to the reader of the tables."""
        template = (
            N_(
                "differential privacy: discrete Laplace noise in whole numbers on every count, then the nearest counts that add up. Before "
                "that step, 95 of 100 counts are within %(near)s of the true one"
            )
            if not self.delta
            else N_(
                "differential privacy: discrete Gaussian noise in whole numbers on every count, then the nearest counts that add up. Before "
                "that step, 95 of 100 counts are within %(near)s of the true one"
            )
        )
        return Said(template, {"near": self.near})

    @property
    def promise(self) -> Said:
        """Say what is promised, or that nothing is."""
        values = {"epsilon": f"{self.epsilon:g}", "delta": f"{self.delta:g}", "person": self.person}
        if not self.is_private:
            return Said(
                N_(
                    "NOT PRIVATE: the noise was seeded, and who knows the seed can take it away. For tests only"
                )
            )
        return Said(
            N_(
                "with and without all records (at most %(person)s) of any one person the tables are nearly as likely: epsilon %(epsilon)s, "
                "delta %(delta)s. Each further release of these people adds to it"
            ),
            values,
        )


def plan_of(counted: "CountedTables", privacy: Privacy) -> PrivateCounts:
    """Say what noise the promise needs: from the structure of the tables alone, never from what is counted."""
    from amparo.stats.privacy import CannotPromise, rho_of, rho_of_pure

    epsilon, delta, person = privacy.epsilon, privacy.delta, privacy.person
    if not (math.isfinite(epsilon) and epsilon > 0) or person < 1:
        raise CannotPromise(
            N_(
                "An epsilon of %(epsilon)s with %(person)s records of a person is no promise. Between 0.5 and 4, and 1 record or more, is usual."
            ),
            epsilon=epsilon,
            person=person,
        )
    touched = sum(
        math.prod(max(node.depth for node in dimension.nodes) + 1 for dimension in cube.dimensions)
        for cube in counted.cubes
    )
    if delta:
        rho = rho_of(epsilon, delta)
        spread = person * math.sqrt(touched / (2 * rho))
        near = math.ceil(1.96 * spread)
    else:
        rho = rho_of_pure(epsilon)
        scale = touched * person / epsilon
        spread = scale * math.sqrt(2)
        near = math.ceil(-scale * math.log(1 - _SHARE))
    return PrivateCounts(epsilon, delta, rho, person, touched, spread, near, privacy.source.is_private)


def private_counts(counted: "CountedTables", privacy: Privacy) -> "tuple[NDArray[np.int64], PrivateCounts]":
    """Draw private counts, and say what they promise."""
    from amparo.stats.privacy import discrete_gaussian, discrete_laplace

    if counted.system.differences:
        raise NotCleared(
            N_(
                "Tables of which one is a part of another by its conditions are not made private together. Release them one by one."
            )
        )
    plan = plan_of(counted, privacy)
    privacy.charge(plan)
    size, source = counted.system.size, privacy.source
    if plan.delta:
        # Rounded up: never less noise than the promise needs.
        variance = Fraction(math.ceil(plan.spread**2 * 1024 * (1 + 1e-12)), 1024)
        noise = discrete_gaussian(variance, size, source)
    else:
        scale = Fraction(plan.touched * plan.person) / Fraction(plan.epsilon)
        noise = discrete_laplace(Fraction(math.ceil(scale * 1024), 1024), size, source)
    return _adding_up(counted, counted.system.counts + noise), plan


def _adding_up(counted: "CountedTables", noisy: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Give whole counts from zero up that add up and are nearest to the noisy ones in sum; it looks at nothing else, so costs no privacy."""
    from scipy.sparse import csr_array, hstack, vstack

    from ._solver import Program

    size = counted.system.size
    rows = counted.system.matrix()
    unit = csr_array((np.ones(size), (np.arange(size), np.arange(size))), shape=(size, size))
    # count - above + below = noisy
    matrix = vstack(
        [hstack([rows, csr_array((rows.shape[0], 2 * size))]), hstack([unit, -unit, unit])]
    ).tocsr()
    right = np.concatenate([np.zeros(rows.shape[0]), noisy.astype(float)])
    program = Program(
        matrix,
        low=np.zeros(3 * size),
        high=np.full(3 * size, float(np.abs(noisy).sum() + 1)),
        row_low=right,
        row_high=right,
    )
    program.set_costs(np.arange(size, 3 * size), 1.0)
    program.set_options(presolve="on")
    found = program.solve()
    if found is not None and _is_whole(found[:size]) is None:
        program.set_whole(np.arange(size))
        program.set_options(time_limit=_SECONDS, mip_max_nodes=_NODES, mip_rel_gap=0.01)
        found = program.solve()
    whole = None if found is None else _is_whole(found[:size])
    if whole is None or np.any(counted.system.matrix() @ whole):
        return _summed_up(counted, noisy)
    return whole


def _is_whole(values: "NDArray[np.float64]") -> "NDArray[np.int64] | None":
    rounded = np.rint(values)
    return None if np.abs(values - rounded).max(initial=0.0) > 1e-6 else rounded.astype(np.int64).clip(0)


def _summed_up(counted: "CountedTables", noisy: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Sum the finest counts to all totals: where no program finds nearer ones."""
    system = counted.system
    found = noisy.clip(0)
    is_total = np.zeros(system.size, dtype=bool)
    is_total[system.totals] = True
    settled = ~is_total
    waiting = list(range(len(system.totals)))
    while waiting:
        later = []
        for at in waiting:
            parts = system.parts[system.starts[at] : system.starts[at + 1]]
            if settled[parts].all():
                found[system.totals[at]] = found[parts].sum()
                settled[system.totals[at]] = True
            else:
                later.append(at)
        if len(later) == len(waiting):
            raise NotCleared(
                N_("The tables do not add up from their finest counts. This is a fault of the program.")
            )
        waiting = later
    return found
