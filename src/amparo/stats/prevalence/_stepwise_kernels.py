"""Choose pairs stepwise, and do so again for every replicate, compiled."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ._compiling import compiled, inlined
from ._fitting_kernels import ADMISSIBLE, add_supersets, fit

__all__ = ["choose_each", "poisson_tail"]

Floats = NDArray[np.float64]
Terms = NDArray[np.int64]
TIE = 1e-9  # relative: probabilities that differ by less differ by rounding, and the earlier pair wins


@compiled("float64(float64, float64)")
def poisson_tail(count: float, mean: float) -> float:
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


@compiled("void(float64[::1], float64[::1], int64, int64[::1], float64[::1])", inner=True)
def _surprises(counts: Floats, fitted: Floats, lists: int, rank: Terms, surprise: Floats) -> None:
    """Fill in, for each pair (1,2), (1,3), ... that is not in the model, how improbable its overlap is; 2 for those in it."""
    margins = counts.copy()
    sums = fitted.copy()
    add_supersets(margins)
    add_supersets(sums)
    place = 0
    for first in range(lists):
        for second in range(first + 1, lists):
            pair = (1 << first) | (1 << second)
            surprise[place] = 2.0 if rank[place] > 0 else poisson_tail(margins[pair], sums[pair])
            place += 1


@compiled("int64(float64[::1])", inner=True, borrows=True)
def _least(surprise: Floats) -> int:
    """Give the place of the smallest; of equal ones, the first."""
    least = 0
    for place in range(1, surprise.size):
        if surprise[place] < surprise[least] * (1.0 - TIE):
            least = place
    return least


@compiled("void(int64, int64[::1])", inner=True, borrows=True)
def _fill_pairs(lists: int, pairs: Terms) -> None:
    place = 0
    for first in range(lists):
        for second in range(first + 1, lists):
            pairs[place] = (1 << first) | (1 << second)
            place += 1


@inlined
def _choose(counts: Floats, lists: int, threshold: float, rank: Terms, chances: Floats) -> tuple[int, float]:
    """Choose pairs stepwise (Chan, Silverman & Vincent 2021, section 3), from independence on.

    The overlap that is least probable under the current model is added while its Poisson tail is below ``threshold``;
    a pair with which the maximum does not exist is passed over. Fills ``rank`` (per pair, 1 for the first added, 0 for none)
    and ``chances`` (the tail at which each was added). Answers the status of the fit and the dark figure; where even
    independence has no maximum, the dark figure is infinite, or 0 where it shrinks.
    """
    pairs = np.empty(rank.size, dtype=np.int64)
    _fill_pairs(lists, pairs)
    terms = np.empty(1 + lists, dtype=np.int64)
    terms[0] = 0
    for i in range(lists):
        terms[1 + i] = 1 << i
    for place in range(rank.size):
        rank[place] = 0
        chances[place] = 1.0
    coefficients = np.empty(counts.size)
    fitted = np.empty(counts.size)
    surprise = np.empty(rank.size)
    more, added, dark = terms, -1, np.nan
    while True:
        status, _, direction, _ = fit(counts, more, False, coefficients, fitted)
        if status == ADMISSIBLE:
            dark = math.exp(coefficients[0])
            terms = more
            if added >= 0:
                chances[added] = surprise[added]
                rank[added] = terms.size - 1 - lists
            _surprises(counts, fitted, lists, rank, surprise)
        elif added < 0:
            return status, (0.0 if direction < 0.0 else np.inf)
        else:
            surprise[added] = 1.0
        added = _least(surprise)
        if surprise[added] >= threshold:
            return ADMISSIBLE, dark
        more = np.empty(terms.size + 1, dtype=np.int64)
        for row in range(terms.size):
            more[row] = terms[row]
        more[terms.size] = pairs[added]


@compiled("void(float64[:, ::1], int64, float64, int64[::1], float64[::1], int64[:, ::1], float64[:, ::1])")
def choose_each(
    tables: Floats, lists: int, threshold: float, status: Terms, dark: Floats, ranks: Terms, chances: Floats
) -> None:
    """Choose stepwise for each row of counts; all that is filled has a row per row of counts."""
    counts = np.empty(tables.shape[1])
    for row in range(tables.shape[0]):
        for cell in range(counts.size):
            counts[cell] = tables[row, cell]
        status[row], dark[row] = _choose(counts, lists, threshold, ranks[row], chances[row])
