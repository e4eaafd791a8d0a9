"""Fit many models to many tables, compiled."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ._compiling import compiled
from ._fitting_kernels import ADMISSIBLE, fit, log_factorials

__all__ = ["fit_each"]

Floats = NDArray[np.float64]


@compiled("void(float64[:, ::1], int16[:, ::1], int64[::1], float64[:, ::1], float64[:, ::1])")
def fit_each(
    tables: Floats, terms: NDArray[np.int16], sizes: NDArray[np.int64], bic: Floats, dark: Floats
) -> None:
    """Fit every model (rows of ``terms``, of which the first ``sizes`` count) to every row of counts.

    Fills the BIC and the dark figure (tables x models): infinite and NaN where the estimate does not exist.
    """
    cells = tables.shape[1]
    counts = np.empty(cells)
    coefficients = np.empty(cells)
    fitted = np.empty(cells)
    for row in range(tables.shape[0]):
        people = 0.0
        for cell in range(cells):
            counts[cell] = tables[row, cell]
            people += counts[cell]
        constant = log_factorials(counts)
        for model in range(terms.shape[0]):
            these = np.empty(sizes[model], dtype=np.int64)
            for place in range(these.size):
                these[place] = terms[model, place]
            status, likelihood, _, _ = fit(counts, these, False, coefficients, fitted)
            bic[row, model] = np.inf
            dark[row, model] = np.nan
            if status == ADMISSIBLE:
                bic[row, model] = sizes[model] * math.log(people) - 2.0 * (likelihood - constant)
                dark[row, model] = math.exp(coefficients[0])
