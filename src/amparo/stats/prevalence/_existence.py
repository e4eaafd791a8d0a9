"""Decide by linear programming whether a maximum of the likelihood exists: for the few fits that neither converge nor recede."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._estimate import Status

__all__ = ["exact_status", "status_named"]

_NAMED = (Status.EXISTS, Status.NO_MAXIMUM, Status.NOT_IDENTIFIABLE, Status.NEITHER)


def status_named(code: int) -> Status:
    """Name a status code of the kernels: 1 for no maximum plus 2 for not identifiable, as in mse.md 5.3."""
    return _NAMED[code]


def exact_status(counts: NDArray[np.float64], terms: NDArray[np.int64]) -> int:
    """Give the status code of a model (its terms) on 2**t counts, after Fienberg & Rinaldo (2012) and Chan et al. (2021).

    Terms that nobody has are taken at minus infinity with their cells. With A the matrix of the remaining terms by cells,
    the maximum exists when A x = A N has a solution with every x positive: the largest lower bound on x is found by HiGHS,
    in units of the mean count. The model is identifiable when the rows of A are independent.
    """
    from scipy.optimize import linprog

    cells = np.arange(1, counts.size)
    margins = {int(term): float(counts[1:][cells & term == term].sum()) for term in terms}
    for term in (term for term, margin in margins.items() if margin == 0):
        cells = cells[cells & term != term]
    live = np.array([term for term, margin in margins.items() if margin > 0])
    matrix = (cells[None, :] & live[:, None] == live[:, None]).astype(float)
    rank = int(np.linalg.matrix_rank(matrix))
    scale = float(counts[cells].mean())
    # x = u + s with u >= 0: maximise s
    answer = linprog(
        c=np.append(np.zeros(cells.size), -1.0),
        A_eq=np.column_stack([matrix, matrix.sum(axis=1)]),
        b_eq=matrix @ counts[cells] / scale,
        bounds=(0, None),
        method="highs",
    )
    exists = answer.fun is not None and answer.fun < -1e-7
    return (0 if exists else 1) + (0 if rank == live.size else 2)
