"""Fit many models to many tables, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._existence import exact_status

__all__ = ["Fits", "fit_tables", "log_factorials"]

UNDECIDED = 4  # and above: the kernel could not tell whether a maximum exists
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """Holds fits of models to tables, each tables x models; ``dark`` and ``variance`` (of log dark) are NaN without an estimate."""

    status: NDArray[np.int64]
    loglikelihood: Floats
    dark: Floats
    variance: Floats


def log_factorials(tables: Floats) -> Floats:
    """Sum log N! over the cells (the last axis)."""
    from scipy.special import gammaln

    total: Floats = np.asarray(gammaln(tables + 1.0)).sum(axis=-1)
    return total


def fit_tables(tables: Floats, terms: NDArray[np.int16], sizes: NDArray[np.int64]) -> Fits:
    """Fit each model (a row of ``terms``, of which the first ``sizes`` count) to each row of counts (rows x 2**t).

    Where the kernel cannot tell whether a maximum exists, the linear programme decides; a model that exists by it but whose
    fit does not end keeps a code of 4 or more, and gives no number.
    """
    from ._many_kernels import fit_each

    shape = tables.shape[0], sizes.size
    fits = Fits(np.empty(shape, dtype=np.int64), np.empty(shape), np.empty(shape), np.empty(shape))
    tables = np.ascontiguousarray(tables, dtype=np.float64)
    fit_each(tables, terms, sizes, fits.status, fits.loglikelihood, fits.dark, fits.variance)
    fits.loglikelihood[:] -= log_factorials(tables)[:, None]
    for row, model in np.argwhere(fits.status >= UNDECIDED):
        exact = exact_status(tables[row], terms[model, : sizes[model]].astype(np.int64))
        fits.status[row, model] = exact or fits.status[row, model]
    return fits
