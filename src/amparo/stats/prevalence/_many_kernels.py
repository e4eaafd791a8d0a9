"""Fit many models to one table or to many, compiled."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ._compiling import compiled
from ._fitting_kernels import ADMISSIBLE, fit, log_factorials

__all__ = ["fit_each", "fit_many"]

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


@compiled(
    "Tuple((int64[::1], float64[::1], float64[::1], float64[::1]))(float64[::1], int16[:, ::1], int64[::1])"
)
def fit_many(
    counts: Floats, terms: NDArray[np.int16], sizes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Floats, Floats, Floats]:
    """Fit every model (rows of ``terms``, of which the first ``sizes`` count) to one table.

    Answers the status, the log-likelihood without factorials, the dark figure and the variance of its logarithm given the
    number of people (the last two NaN where the estimate does not exist).
    """
    models = terms.shape[0]
    status = np.empty(models, dtype=np.int64)
    likelihood = np.empty(models)
    dark = np.empty(models)
    variance = np.empty(models)
    coefficients = np.empty(counts.size)
    fitted = np.empty(counts.size)
    for model in range(models):
        these = np.empty(sizes[model], dtype=np.int64)
        for row in range(these.size):
            these[row] = terms[model, row]
        status[model], likelihood[model], variance[model], _ = fit(counts, these, False, coefficients, fitted)
        dark[model] = np.nan
        if status[model] == ADMISSIBLE:
            dark[model] = math.exp(min(coefficients[0], 600.0))
        else:
            variance[model] = np.nan
    return status, likelihood, dark, variance
