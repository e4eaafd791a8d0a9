"""Tell how far off counts are, without looking at the records again: the rows are taken for the truth, and the method is done anew."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.privacy import SeededForTesting, discrete_gaussian

from ._measuring import GRID, Measurement
from ._rows import Prefer, Schedule, count_rows, fit_rows, targets_of

__all__ = ["SIZES", "expected_errors"]

SIZES: Final = (10, 20, 40, 100, 300, 1000)
_LEVEL: Final = 0.95
_FEWEST: Final = 60  # combinations near a size, without which the noise alone is told
_WIDER: Final = 1.6  # made-up truths are smoother than real ones: without it, 85 to 95 of 100 at epsilon 1


def expected_errors(
    measurement: Measurement,
    rows: NDArray[np.int16],
    *,
    prefer: Prefer,
    never: list[tuple[int, int]],
    random: np.random.Generator,
    schedule: Schedule | None,
) -> dict[tuple[int, int], float]:
    """Give, for a length and a shown count, the half width within which 95 of 100 true counts lie."""
    size = measurement.domain.size
    truth = count_rows(rows, size, measurement.longest)
    source = SeededForTesting(
        int(random.integers(2**62))
    )  # as the rows: it sees only what is private already
    counts = {
        k: table * GRID + discrete_gaussian(Fraction(measurement.variances[k]), table.size, source)
        for k, table in truth.items()
    }
    again = replace(measurement, counts=counts)
    made = count_rows(
        fit_rows(targets_of(again, prefer=prefer, never=never), len(rows), random=random, schedule=schedule),
        size,
        measurement.longest,
    )
    widths = {}
    for k in truth:
        widest = 0.0
        for shown in SIZES:  # a larger count is not told to be nearer
            widest = max(widest, _half_width(truth[k], made[k], shown, measurement.sigma(k)))
            widths[k, shown] = widest
    return widths


def _half_width(truth: NDArray[np.int64], made: NDArray[np.int64], shown: int, sigma: float) -> float:
    near = (made >= shown * 0.7) & (made <= shown * 1.4)
    if near.sum() < _FEWEST:
        return 1.96 * sigma
    return min(1.96 * sigma, _WIDER * float(np.quantile(np.abs(truth[near] - made[near]), _LEVEL)))
