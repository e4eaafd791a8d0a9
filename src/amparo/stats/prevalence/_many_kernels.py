"""Fit many models to many tables, compiled."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ._compiling import compiled
from ._fitting_kernels import ADMISSIBLE, fit

__all__ = ["fit_each"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@compiled(
    "void(float64[:, ::1], int16[:, ::1], int64[::1], int64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1])"
)
def fit_each(
    tables: Floats,
    terms: NDArray[np.int16],
    sizes: Codes,
    status: Codes,
    likelihood: Floats,
    dark: Floats,
    variance: Floats,
) -> None:
    """Fit every model (rows of ``terms``, of which the first ``sizes`` count) to every row of counts.

    Fills (tables x models) the status, the log-likelihood without factorials, the dark figure and the variance of its logarithm
    given the number of people; the last two are NaN where the estimate does not exist.
    """
    cells = tables.shape[1]
    counts = np.empty(cells)
    coefficients = np.empty(cells)
    fitted = np.empty(cells)
    for row in range(tables.shape[0]):
        for cell in range(cells):
            counts[cell] = tables[row, cell]
        for model in range(terms.shape[0]):
            these = np.empty(sizes[model], dtype=np.int64)
            for place in range(these.size):
                these[place] = terms[model, place]
            code, height, spread, _ = fit(counts, these, False, coefficients, fitted)
            exists = code == ADMISSIBLE
            status[row, model] = code
            likelihood[row, model] = height
            dark[row, model] = math.exp(min(coefficients[0], 600.0)) if exists else np.nan
            variance[row, model] = spread if exists else np.nan
