"""Fit many models to many tables, compiled: every method but the search fits by this one function, so that it is compiled once."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from amparo.stats.compiling import compiled

from ._fitting_kernels import fit

__all__ = ["fit_each"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@compiled(
    "void(float64[:, ::1], int16[:, ::1], int64[::1], boolean, boolean, int64[:, ::1], float64[:, ::1], float64[:, ::1], "
    "float64[:, ::1], float64[:, ::1], float64[:, ::1])"
)
def fit_each(
    tables: Floats,
    terms: NDArray[np.int16],
    sizes: Codes,
    own: bool,
    whole: bool,
    status: Codes,
    likelihood: Floats,
    dark: Floats,
    variance: Floats,
    coefficients: Floats,
    fitted: Floats,
) -> None:
    """Fit every model (rows of ``terms``, of which the first ``sizes`` count) to every row of counts; or to each row its ``own``.

    Fills (tables x models) the status, the log-likelihood without factorials, the dark figure, and what ``fit`` says of the
    intercept; and per table (rows x 2**t) the coefficients and fitted counts of the model fitted last. ``whole`` is as in ``fit``.
    """
    for row in range(tables.shape[0]):
        counts = tables[row]
        for column in range(status.shape[1]):
            model = row if own else column
            these = np.empty(sizes[model], dtype=np.int64)
            for place in range(these.size):
                these[place] = terms[model, place]
            code, height, intercept, _ = fit(counts, these, whole, coefficients[row], fitted[row])
            status[row, column] = code
            likelihood[row, column] = height
            variance[row, column] = intercept
            dark[row, column] = math.exp(min(coefficients[row, 0], 600.0))
