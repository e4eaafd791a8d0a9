"""Say how improbable overlaps are, compiled."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from amparo.stats.compiling import compiled

__all__ = ["poisson_tails"]

Floats = NDArray[np.float64]


@compiled("float64(float64, float64)", inner=True, borrows=True)
def _poisson_tail(count: float, mean: float) -> float:
    """Give the smaller of P(X <= count) and P(X >= count) for a Poisson X, summed from the count outwards."""
    if mean <= 0.0:
        return 1.0 if count == 0.0 else 0.0
    term = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1.0))
    here, tail, number = term, term, count
    if count <= mean:
        while number > 0.0 and term > 1e-17 * tail:
            term *= number / mean
            number -= 1.0
            tail += term
    else:
        while term > 1e-17 * tail:
            number += 1.0
            term *= mean / number
            tail += term
    other = 1.0 - tail + here
    return tail if tail < other else other


@compiled("void(float64[::1], float64[::1], float64[::1])", borrows=True)
def poisson_tails(counts: Floats, means: Floats, tails: Floats) -> None:
    """Fill in for each count the probability, under its mean, of the tail on whose side it lies."""
    for place in range(counts.size):
        tails[place] = _poisson_tail(counts[place], means[place])
