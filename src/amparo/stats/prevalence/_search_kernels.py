"""Search the lattice of models by branch and bound, compiled."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from amparo.stats.compiling import compiled

from ._fitting_kernels import ADMISSIBLE, UNDECIDED, fit

__all__ = ["count_bits", "explore", "fit_bits"]

Floats = NDArray[np.float64]
Terms = NDArray[np.int64]
ROUNDING = 1e-3  # a supremum that no fit attains is known to within rounding


@compiled("int64(int64)", inner=True)
def count_bits(bits: int) -> int:
    count = 0
    while bits:
        bits &= bits - 1
        count += 1
    return count


@compiled(
    "Tuple((int64, float64, float64))(float64[::1], int64, int64[::1], int64, float64[::1])", inner=True
)
def fit_bits(
    counts: Floats, lists: int, candidates: Terms, bits: int, work: Floats
) -> tuple[int, float, float]:
    """Fit the independent model with the candidate terms that are set; answer status, likelihood and its upper bound.

    Fills ``work`` with the fitted counts, the dark figure first.
    """
    size = 1 + lists + count_bits(bits)
    terms = np.zeros(size, dtype=np.int64)
    for i in range(lists):
        terms[1 + i] = 1 << i
    place = 1 + lists
    for i in range(candidates.size):
        if bits >> i & 1:
            terms[place] = candidates[i]
            place += 1
    coefficients = np.empty(counts.size)
    status, likelihood, _, _ = fit(counts, terms, False, coefficients, work)
    work[0] = math.exp(min(coefficients[0], 600.0))
    upper = likelihood
    if status >= UNDECIDED:
        upper = 0.0
        for count in counts:
            if count > 0.0:
                upper += count * math.log(count) - count
    return status, likelihood, upper


@compiled(
    "Tuple((int64, int64, boolean))(float64[::1], int64, int64[::1], int64[::1], int64[::1], float64, float64, float64, "
    "int64, int64[::1], float64[::1])"
)
def explore(
    counts: Floats,
    lists: int,
    candidates: Terms,
    above: Terms,
    below: Terms,
    penalty: float,
    best: float,
    window: float,
    most_fits: int,
    found: Terms,
    score: Floats,
) -> tuple[int, int, bool]:
    """Visit models from the largest downwards, each once, and skip those whose submodels cannot come near the best.

    A node is a model U and terms I within it that every submodel keeps: none of these can score below
    ``penalty`` (1 + lists + |I|) - 2 l(U), for the likelihood of a submodel is no larger. ``above[i]`` and ``below[i]`` are
    the candidates (as bits) that contain term i, and that it contains, itself included. ``best`` is a score already known.
    Fills ``found`` (models as bits) and ``score`` with the admissible models within ``window`` of the best score; answers how
    many, how many fits it took, and whether the search came to its end with room for all.
    """
    deep = 4096 + 64 * candidates.size
    upper = np.empty(deep, dtype=np.int64)
    kept = np.empty(deep, dtype=np.int64)
    work = np.empty(counts.size)
    upper[0] = (1 << candidates.size) - 1
    kept[0] = 0
    waiting, fits, number = 1, 0, 0
    base = 1 + lists
    while waiting:
        if fits >= most_fits or number >= found.size or waiting > deep - candidates.size - 1:
            return number, fits, False
        waiting -= 1
        model, keep = upper[waiting], kept[waiting]
        status, likelihood, bound = fit_bits(counts, lists, candidates, model, work)
        fits += 1
        if status == ADMISSIBLE:
            here = penalty * (base + count_bits(model)) - 2.0 * likelihood
            best = min(best, here)
            if here <= best + window:
                found[number] = model
                score[number] = here
                number += 1
        for i in range(candidates.size):
            if penalty * (base + count_bits(keep)) - 2.0 * bound > best + window + ROUNDING:
                break
            if model >> i & 1 and not keep >> i & 1:
                upper[waiting] = model & ~above[i]
                kept[waiting] = keep
                waiting += 1
                keep |= below[i]
    return number, fits, True
