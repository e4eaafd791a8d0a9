"""What follows without a linear program: bounds that lines and columns pass to each other until none moves any more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

from ._atoms import Real, System, Whole

__all__ = ["Bounds", "Impossible", "bounds_of", "parts_of"]

ROUNDS = 30
NO_END = 1e12  # stands for "without end", larger than any country


class Impossible(Exception):
    """No numbers agree with everything that was let out."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Holds the least and the greatest number of each column."""

    low: Real
    high: Real


def bounds_of(system: System) -> Bounds:
    """Tighten the bounds of all columns; raise :class:`Impossible` where nothing is left."""
    matrix = system.matrix
    lines, columns = matrix.nonzero()
    size = matrix.shape[1]
    low, high = np.zeros(size), np.full(size, NO_END)
    most = np.minimum(system.high, NO_END)
    for _ in range(ROUNDS):
        least_line, most_line = matrix @ low, matrix @ high
        if np.any(least_line > most + 1e-6) or np.any(most_line < system.low - 1e-6):
            raise Impossible
        room = most[lines] - least_line[lines] + low[columns]
        need = system.low[lines] - most_line[lines] + high[columns]
        new_high, new_low = high.copy(), low.copy()
        np.minimum.at(new_high, columns, room)
        np.maximum.at(new_low, columns, need)
        if np.any(new_low > new_high + 1e-6):
            raise Impossible
        if np.array_equal(new_low, low) and np.array_equal(new_high, high):
            break
        low, high = new_low, new_high
    return Bounds(low, high)


def parts_of(system: System, bounds: Bounds) -> Whole:
    """Give, for each column that is not settled, the part of the system it hangs together with; -1 for a settled one."""
    free = np.flatnonzero(bounds.high - bounds.low > 0.5)
    part = np.full(system.matrix.shape[1], -1, dtype=np.int64)
    if len(free):
        matrix = csr_array(system.matrix[:, free])
        lines, size = matrix.shape
        # Lines and columns are the nodes of one graph; a column hangs together with the lines that it stands in.
        ones = csr_array(
            (np.ones(matrix.nnz), matrix.indices + lines, matrix.indptr), shape=(lines, lines + size)
        )
        graph = csr_array(vstack([ones, csr_array((size, lines + size))]))
        part[free] = connected_components(graph, directed=False)[1][lines:]
    return part
