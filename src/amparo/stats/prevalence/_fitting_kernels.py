"""Fit one hierarchical log-linear model to one table, compiled.

The sums that the fit needs are all sums over a lattice of subsets. With Z[s] the sum of the fitted counts of all
histories that contain s, the score of term s is N*[s] - Z[s], and the information of terms s and r is Z[s | r]. So one
transform of 2**t numbers per iteration gives everything, and the cost of an iteration is O(t 2**t + k**3).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from amparo.stats.compiling import compiled, inlined

__all__ = [
    "ADMISSIBLE",
    "NOT_IDENTIFIABLE",
    "NO_MAXIMUM",
    "UNDECIDED",
    "add_subsets",
    "add_supersets",
    "fit",
]

ADMISSIBLE, NO_MAXIMUM, NOT_IDENTIFIABLE, UNDECIDED = (
    0,
    1,
    2,
    4,
)  # the first three add up as in the R references
MOST_ITERATIONS = 60
MOST_HALVINGS = 25
CLOSE = 1e-9  # of the linear predictor; Newton doubles the digits, so what remains is rounding
STILL = 1e-4  # a direction of recession: the predictor stands still where people were seen ...
FALLING = -0.5  # ... and falls by about 1 per iteration elsewhere
PIVOT = 1e-10  # of the diagonal: below it, a column depends on those before it

Floats = NDArray[np.float64]
Terms = NDArray[np.int64]


@compiled("void(float64[::1])", inner=True, borrows=True)
def add_supersets(values: Floats) -> None:
    """Replace values[s] (2**t of them) by the sum of all values[w] with w containing s."""
    bit = 1
    while bit < values.size:
        for start in range(0, values.size, 2 * bit):
            for place in range(start, start + bit):
                values[place] += values[place + bit]
        bit *= 2


@compiled("void(float64[::1])", inner=True, borrows=True)
def add_subsets(values: Floats) -> None:
    """Replace values[w] (2**t of them) by the sum of all values[s] with s within w."""
    bit = 1
    while bit < values.size:
        for start in range(0, values.size, 2 * bit):
            for place in range(start, start + bit):
                values[place + bit] += values[place]
        bit *= 2


@compiled("int64(float64[::1], int64[::1], boolean, boolean[::1], int64[::1])", inner=True)
def _keep(counts: Floats, terms: Terms, whole: bool, kept: NDArray[np.bool_], live: Terms) -> int:
    """Drop the terms that nobody has (their coefficient is -inf) with the cells under them; answer how many live.

    ``whole`` says that the cell of those on no list is part of the table (for the profile likelihood).
    """
    margins = counts.copy()
    if not whole:
        margins[0] = 0.0
    add_supersets(margins)
    for cell in range(counts.size):
        kept[cell] = True
    kept[0] = whole
    alive = 0
    for term in terms:
        if margins[term] > 0.0:
            live[alive] = term
            alive += 1
        else:
            for cell in range(counts.size):
                if cell & term == term:
                    kept[cell] = False
    return alive


@compiled("boolean(float64[:, ::1], int64, boolean[::1], boolean)", inner=True, borrows=True)
def _factorise(matrix: Floats, size: int, used: NDArray[np.bool_], first: bool) -> bool:
    """Write the Cholesky factor over the lower half. The first time, mark columns that depend on earlier ones as unused.

    Answer False when a column that was independent has become dependent: the fit runs to the edge.
    """
    for column in range(size):
        if not used[column]:
            continue
        diagonal = matrix[column, column]
        pivot = diagonal
        for other in range(column):
            if used[other]:
                pivot -= matrix[column, other] * matrix[column, other]
        if first and pivot <= PIVOT * diagonal:
            used[column] = False
            continue
        if not pivot > 1e-15 * diagonal:
            return False
        root = math.sqrt(pivot)
        matrix[column, column] = root
        for row in range(column + 1, size):
            value = matrix[row, column]
            for other in range(column):
                if used[other]:
                    value -= matrix[row, other] * matrix[column, other]
            matrix[row, column] = value / root
    return True


@compiled("void(float64[:, ::1], int64, boolean[::1], float64[::1])", inner=True, borrows=True)
def _substitute(matrix: Floats, size: int, used: NDArray[np.bool_], right: Floats) -> None:
    """Solve with the Cholesky factor, in place; unused columns get 0."""
    for row in range(size):
        if not used[row]:
            right[row] = 0.0
            continue
        value = right[row]
        for other in range(row):
            if used[other]:
                value -= matrix[row, other] * right[other]
        right[row] = value / matrix[row, row]
    for row in range(size - 1, -1, -1):
        if not used[row]:
            continue
        value = right[row]
        for other in range(row + 1, size):
            if used[other]:
                value -= matrix[other, row] * right[other]
        right[row] = value / matrix[row, row]


@compiled("float64(float64[::1], boolean[::1], float64[::1], float64[::1])", inner=True, borrows=True)
def _likelihood(counts: Floats, kept: NDArray[np.bool_], predictor: Floats, fitted: Floats) -> float:
    """Fill the fitted counts of the kept cells and answer their log-likelihood without the factorials."""
    value = 0.0
    for cell in range(counts.size):
        if kept[cell]:
            fitted[cell] = math.exp(predictor[cell] if predictor[cell] < 600.0 else 600.0)
            value += counts[cell] * predictor[cell] - fitted[cell]
        else:
            fitted[cell] = 0.0
    return value


@compiled("boolean(float64[::1], boolean[::1], float64[::1])", inner=True, borrows=True)
def _recedes(counts: Floats, kept: NDArray[np.bool_], change: Floats) -> bool:
    """Say whether a step is a direction of recession: still where people were seen, falling in some cells, rising nowhere."""
    falls = False
    for cell in range(counts.size):
        if kept[cell]:
            if abs(change[cell]) < STILL:
                continue
            if counts[cell] > 0.0 or change[cell] > FALLING:
                return False
            falls = True
    return falls


@compiled(
    "boolean(float64[::1], boolean[::1], int64[::1], int64, float64[::1], float64[::1], boolean[::1], boolean, float64[:, ::1], float64[::1], boolean)",
    inner=True,
)
def _step(
    counts: Floats,
    kept: NDArray[np.bool_],
    live: Terms,
    alive: int,
    margins: Floats,
    fitted: Floats,
    used: NDArray[np.bool_],
    first: bool,
    matrix: Floats,
    change: Floats,
    inverse: bool,
) -> bool:
    """Take a Newton step (with ``inverse``, the column of the intercept in the inverse information) into ``change``."""
    sums = fitted.copy()
    add_supersets(sums)
    right = np.empty(alive)
    for row in range(alive):
        term = live[row]
        right[row] = margins[term] - (0.0 if first else sums[term])
        for column in range(row + 1):
            matrix[row, column] = sums[term | live[column]]
        if inverse:
            right[row] = 1.0 if row == 0 else 0.0
    if not _factorise(matrix, alive, used, first):
        return False
    _substitute(matrix, alive, used, right)
    for cell in range(change.size):
        change[cell] = 0.0
    for row in range(alive):
        change[live[row]] = right[row]
    return True


@compiled(
    "void(float64[::1], boolean[::1], float64[::1], float64[::1], float64[::1])", inner=True, borrows=True
)
def _begin(counts: Floats, kept: NDArray[np.bool_], fitted: Floats, margins: Floats, change: Floats) -> None:
    """Set the start of the fit, the counts with 0.1 added, and the margins of its working response; nothing has changed yet.

    The first step is weighted least squares from there (McCullagh & Nelder 1989, section 2.5).
    """
    for cell in range(counts.size):
        fitted[cell], margins[cell], change[cell] = 0.0, 0.0, 0.0
        if kept[cell]:
            fitted[cell] = counts[cell] + 0.1
            margins[cell] = fitted[cell] * math.log(fitted[cell]) - 0.1
    add_supersets(margins)


@compiled("void(float64[::1], boolean[::1], float64[::1])", inner=True, borrows=True)
def _sum_margins(counts: Floats, kept: NDArray[np.bool_], margins: Floats) -> None:
    """Fill in how many people of the kept cells have each term."""
    for cell in range(counts.size):
        margins[cell] = counts[cell] if kept[cell] else 0.0
    add_supersets(margins)


@compiled("float64(float64[::1], float64[::1])", inner=True, borrows=True)
def _sum_falling(change: Floats, fitted: Floats) -> float:
    """Sum the fitted counts of the cells that fall to 0 along a direction of recession."""
    total = 0.0
    for cell in range(fitted.size):
        if change[cell] <= FALLING:
            total += fitted[cell]
    return total


@compiled("float64(boolean[::1], float64[::1])", inner=True, borrows=True)
def _largest(kept: NDArray[np.bool_], change: Floats) -> float:
    """Give the largest change of the predictor, also for those on no list."""
    largest: float = abs(change[0])
    for cell in range(change.size):
        if kept[cell]:
            size = abs(change[cell])
            largest = size if size > largest else largest
    return largest


@compiled(
    "Tuple((float64, float64))(float64[::1], boolean[::1], float64[::1], float64[::1], float64, float64[::1])",
    inner=True,
)
def _move(
    counts: Floats,
    kept: NDArray[np.bool_],
    predictor: Floats,
    moved: Floats,
    likelihood: float,
    fitted: Floats,
) -> tuple[float, float]:
    """Move the predictor by the step, halved until the likelihood does not fall; answer the share and the likelihood."""
    trial = np.empty(counts.size)
    share, value = 2.0, -np.inf
    for _ in range(MOST_HALVINGS):
        share *= 0.5
        for cell in range(counts.size):
            trial[cell] = predictor[cell] + share * moved[cell]
        value = _likelihood(counts, kept, trial, fitted)
        if value >= likelihood - 1e-9 * (1.0 + abs(likelihood)):
            break
    for cell in range(counts.size):
        predictor[cell] = trial[cell]
    return share, value


@inlined
def fit(
    counts: Floats, terms: Terms, whole: bool, coefficients: Floats, fitted: Floats
) -> tuple[int, float, float, int]:
    """Fit the terms (``terms[0]`` is 0, the intercept) to 2**t counts by extended maximum likelihood.

    Fills ``coefficients`` (2**t, by term; -inf where nobody has the term; 0 where not in the model) and ``fitted`` (2**t).
    Answers the status, the log-likelihood without factorials, the variance of the intercept, and the iterations used.
    Without a maximum, the likelihood is its supremum to within rounding, and the third number is the direction of the
    intercept: positive where the dark figure grows without end. A converged fit is itself the certificate that the
    maximum exists (Fienberg & Rinaldo 2012): a positive table with these margins.
    """
    kept = np.empty(counts.size, dtype=np.bool_)
    live = np.empty(terms.size, dtype=np.int64)
    alive = _keep(counts, terms, whole, kept, live)
    for term in terms:
        coefficients[term] = -np.inf
    matrix = np.empty((alive, alive))
    used = np.empty(alive, dtype=np.bool_)
    for row in range(alive):
        used[row] = True
    change, margins = np.empty(counts.size), np.empty(counts.size)
    _begin(counts, kept, fitted, margins, change)
    _step(counts, kept, live, alive, margins, fitted, used, True, matrix, change, False)
    for row in range(alive):
        coefficients[live[row]] = change[live[row]]
    independent = True
    for row in range(alive):
        independent = independent and used[row]
    status = ADMISSIBLE if independent else NOT_IDENTIFIABLE
    predictor = change.copy()
    add_subsets(predictor)
    _sum_margins(counts, kept, margins)
    likelihood = _likelihood(counts, kept, predictor, fitted)
    for iteration in range(1, MOST_ITERATIONS + 1):
        if not _step(counts, kept, live, alive, margins, fitted, used, False, matrix, change, False):
            break
        moved = change.copy()
        add_subsets(moved)
        largest = _largest(kept, moved)
        if largest > CLOSE and _recedes(counts, kept, moved):
            likelihood += _sum_falling(moved, fitted)
            return status + NO_MAXIMUM, likelihood, moved[0], iteration
        share, likelihood = _move(counts, kept, predictor, moved, likelihood, fitted)
        for row in range(alive):
            coefficients[live[row]] += share * change[live[row]]
        if largest <= CLOSE:
            _step(counts, kept, live, alive, margins, fitted, used, False, matrix, change, True)
            return status, likelihood, change[0], iteration
    return status + UNDECIDED, likelihood, np.nan, MOST_ITERATIONS
