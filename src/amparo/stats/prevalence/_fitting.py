"""Fit models to tables, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._existence import exact_status

__all__ = ["Fits", "fit_own", "fit_tables", "log_factorials"]

ADMISSIBLE = 0
UNDECIDED = 4  # and above: the kernel could not tell whether a maximum exists
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """Holds fits of models to tables, the first four tables x models, with what the kernel says of each.

    ``intercept`` is the variance of log ``dark`` given the number of people; where the maximum does not exist, the direction of the
    dark figure. ``coefficients`` (by term) and ``fitted`` are those of the last model, tables x 2**t.
    """

    status: NDArray[np.int64]
    loglikelihood: Floats
    dark: Floats
    intercept: Floats
    coefficients: Floats
    fitted: Floats


def log_factorials(tables: Floats) -> Floats:
    """Sum log N! over the cells (the last axis)."""
    from scipy.special import gammaln

    total: Floats = np.asarray(gammaln(tables + 1.0)).sum(axis=-1)
    return total


def fit_tables(tables: Floats, terms: NDArray[np.int16], sizes: NDArray[np.int64]) -> Fits:
    """Fit each model (a row of ``terms``, of which the first ``sizes`` count) to each row of counts (rows x 2**t).

    ``dark`` and ``intercept`` are NaN where there is no estimate. Where the kernel cannot tell whether a maximum exists, the linear
    programme decides; a model that exists by it but whose fit does not end keeps a code of 4 or more, and gives no number.
    """
    fits = _fit(tables, terms, sizes, models=sizes.size, own=False, whole=False)
    for values in (fits.dark, fits.intercept):
        values[fits.status != 0] = np.nan
    fits.loglikelihood[:] -= log_factorials(tables)[:, None]
    for row, model in np.argwhere(fits.status >= UNDECIDED):
        exact = exact_status(tables[row], terms[model, : sizes[model]].astype(np.int64))
        fits.status[row, model] = exact or fits.status[row, model]
    return fits


def fit_own(
    tables: Floats, terms: NDArray[np.integer], sizes: NDArray[np.int64], *, whole: bool = False
) -> Fits:
    """Fit to each row of counts the model in its row of ``terms``; the log-likelihood is without factorials.

    ``whole`` says that those on no list are counted too, in the first cell.
    """
    return _fit(tables, terms, sizes, models=1, own=True, whole=whole)


def _fit(
    tables: Floats,
    terms: NDArray[np.integer],
    sizes: NDArray[np.int64],
    *,
    models: int,
    own: bool,
    whole: bool,
) -> Fits:
    from ._many_kernels import fit_each

    shape = tables.shape[0], models
    fits = Fits(
        np.empty(shape, dtype=np.int64), np.empty(shape), np.empty(shape), np.empty(shape),
        np.empty(tables.shape), np.empty(tables.shape),
    )  # fmt: skip
    fit_each(
        np.ascontiguousarray(tables, dtype=np.float64), np.ascontiguousarray(terms, dtype=np.int16), sizes, own, whole,
        fits.status, fits.loglikelihood, fits.dark, fits.intercept, fits.coefficients, fits.fitted,
    )  # fmt: skip
    return fits
