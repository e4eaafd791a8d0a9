"""One linear program: HiGHS, as SciPy brings it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from ._atoms import Real

__all__ = ["TINY", "OutOfTime", "Solved", "minimise"]

TINY = 1e-6
_SOLVED, _IMPOSSIBLE, _ENDLESS = 0, 2, 3


class OutOfTime(Exception):
    """A linear program did not end in its time."""


@dataclass(frozen=True, slots=True)
class Solved:
    """Holds a solution, and by how much the value changes with each line's number (``multipliers``)."""

    solution: Real
    multipliers: Real
    is_possible: bool = True
    is_endless: bool = False


def minimise(
    cost: Real, matrix: csr_array, low: Real, high: Real, bounds: tuple[Real, Real], seconds: float
) -> Solved:
    """Find the least of ``cost @ x`` with ``low <= matrix @ x <= high`` and x within bounds; raises :class:`OutOfTime`."""
    exact = np.flatnonzero(low == high)
    upper = np.flatnonzero((low != high) & np.isfinite(high))
    lower = np.flatnonzero((low != high) & (low > 0))
    is_unequal = bool(len(upper) or len(lower))
    solve: Any = linprog  # its types know no sparse matrix
    found = solve(
        cost,
        A_eq=csr_array(matrix[exact]) if len(exact) else None,
        b_eq=low[exact] if len(exact) else None,
        A_ub=csr_array(vstack([matrix[upper], -matrix[lower]])) if is_unequal else None,
        b_ub=np.concatenate([high[upper], -low[lower]]) if is_unequal else None,
        bounds=np.column_stack(bounds),
        method="highs",
        options={"time_limit": seconds},
    )
    nothing, multipliers = np.zeros(len(cost)), np.zeros(len(low))
    if found.status == _IMPOSSIBLE:
        return Solved(nothing, multipliers, is_possible=False)
    if found.status == _ENDLESS:
        return Solved(nothing, multipliers, is_endless=True)
    if found.status != _SOLVED:
        raise OutOfTime
    if len(exact):
        multipliers[exact] = found.eqlin.marginals
    if is_unequal:
        multipliers[upper] += found.ineqlin.marginals[: len(upper)]
        multipliers[lower] -= found.ineqlin.marginals[len(upper) :]
    return Solved(np.asarray(found.x), multipliers)
