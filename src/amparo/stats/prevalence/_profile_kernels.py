"""Follow the profile likelihood of the number of people, compiled."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ._compiling import compiled
from ._fitting_kernels import fit

__all__ = ["profile"]

Floats = NDArray[np.float64]


@compiled("float64(float64, float64)", inner=True)
def _ways(seen: float, unseen: float) -> float:
    """Give log((seen + unseen)! / unseen!), also where both factorials are too large to subtract."""
    if unseen < 1e5:
        return math.lgamma(seen + unseen + 1.0) - math.lgamma(unseen + 1.0)
    both = seen + unseen
    return (
        (unseen + 0.5) * math.log1p(seen / unseen)
        + seen * math.log(both)
        - seen
        + (1.0 / both - 1.0 / unseen) / 12.0
    )


@compiled("float64(float64[::1], int64[::1], float64)")
def profile(counts: Floats, terms: NDArray[np.int64], unseen: float) -> float:
    """Give the largest multinomial log-likelihood when ``unseen`` people are on no list (Cormack 1992), up to a constant.

    NaN where the fit does not end.
    """
    table = counts.copy()
    table[0] = unseen
    coefficients = np.empty(counts.size)
    fitted = np.empty(counts.size)
    status, _, _, _ = fit(table, terms, True, coefficients, fitted)
    if status >= 4:
        return np.nan
    total = 0.0
    seen = 0.0
    reached = 0.0
    for cell in range(1, counts.size):
        reached += fitted[cell]
        seen += counts[cell]
    both = reached + fitted[0]
    for cell in range(1, counts.size):
        if counts[cell] > 0.0:
            total += counts[cell] * math.log(fitted[cell] / both)
    if unseen > 0.0:
        total += unseen * math.log1p(-reached / both)
    return total + _ways(seen, unseen)
