"""Search the lattice of models for each of many tables, compiled: apart, because few ask for it and the rest need not wait."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amparo.stats.compiling import compiled

from ._fitting_kernels import ADMISSIBLE
from ._search_kernels import count_bits, explore, fit_bits

__all__ = ["best_each"]

Floats = NDArray[np.float64]
Terms = NDArray[np.int64]


@compiled(
    "int64(float64[:, ::1], int64, int64[::1], int64[::1], int64[::1], int64[::1], float64, int64, float64[::1])"
)
def best_each(
    tables: Floats,
    lists: int,
    candidates: Terms,
    above: Terms,
    below: Terms,
    starts: Terms,
    penalty: float,
    most_fits: int,
    dark: Floats,
) -> int:
    """Find for each row of counts the dark figure by the model of lowest score among all; infinite where none has an estimate.

    ``starts`` are models (as bits) that are tried first. Answers in how many rows the search did not come to its end.
    """
    counts = np.empty(tables.shape[1])
    work = np.empty(counts.size)
    found = np.empty(4096, dtype=np.int64)
    score = np.empty(4096)
    ended = 0
    for row in range(tables.shape[0]):
        for cell in range(counts.size):
            counts[cell] = tables[row, cell]
        best, model = np.inf, -1
        for place in range(starts.size):
            start = int(starts[place])
            status, likelihood, _ = fit_bits(counts, lists, candidates, start, work)
            here = penalty * (1 + lists + count_bits(start)) - 2.0 * likelihood
            if status == ADMISSIBLE and here < best:
                best, model = here, start
        number, _, complete = explore(
            counts, lists, candidates, above, below, penalty, best, 0.0, most_fits, found, score
        )
        ended += 0 if complete else 1
        for place in range(number):
            if score[place] < best - 1e-9 or (model < 0 and score[place] <= best):
                best, model = score[place], found[place]
        dark[row] = np.inf
        if model >= 0:
            fit_bits(counts, lists, candidates, model, work)
            dark[row] = work[0]
    return ended
