"""Stepwise choice of pairwise terms, with an interval that holds the choice within (Chan, Silverman & Vincent 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._bootstrap import Bootstrap, acceleration_of, draw_tables, seed_of, without_one
from ._estimate import Estimate, Limits, Status
from ._existence import status_named
from ._fitting import ADMISSIBLE, fit_own
from ._hierarchy import Hierarchy
from ._loglinear import CLOSED, LINKED, absent, checked_level, refuse_unfit
from ._table import CannotEstimate, OverlapTable
from ._versions import versions_used

__all__ = ["Step", "StepwiseEstimate", "estimate_stepwise", "follow_thresholds", "stepwise_numbers"]

_SOURCES: Final = (
    (
        "Chan, L., Silverman, B. W., Vincent, K. (2021). Multiple systems estimation for sparse capture data: inferential "
        "challenges when there are nonoverlapping lists. Journal of the American Statistical Association 116, 1297-1306."
    ),
    "Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical Association 82, 171-185.",
)
_TIE: Final = (
    1e-9  # relative: probabilities that differ by less differ by rounding, and the earlier pair wins
)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Step:
    """Tells which pair was added, and how improbable its overlap was before (the Poisson tail)."""

    pair: tuple[str, str]
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StepwiseEstimate(Estimate):
    """Answers what stepwise choice finds. ``bootstrap`` holds the replicates, each with a choice of its own."""

    threshold: float
    steps: tuple[Step, ...] = ()
    bootstrap: Bootstrap | None = field(default=None, repr=False)

    def interval(self, level: float = 0.95) -> Limits | None:
        """Give the BCa interval, with the choice of the model inside; None where no replicates were drawn."""
        checked_level(level)
        return None if self.bootstrap is None else self.bootstrap.limits(level)


def stepwise_numbers(tables: Floats, lists: int, threshold: float) -> tuple[NDArray[np.int64], Floats]:
    """Choose stepwise for each row of counts (rows x 2**lists): the status codes, and the numbers of people.

    Where the status is not 0 the number is infinite, or that of those seen where the dark figure shrinks to nothing.
    """
    status, dark, _, _ = _choose(tables, lists, threshold)
    return status, tables.sum(axis=1) + dark


def _choose(
    tables: Floats, lists: int, threshold: float
) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64], Floats]:
    """Choose pairs stepwise for each row of counts (Chan, Silverman & Vincent 2021, section 3), from independence on.

    The overlap that is least probable under the current model is added while its Poisson tail is below ``threshold``; a pair with
    which the maximum does not exist is passed over. Gives the status of the fit and the dark figure (where even independence has no
    maximum it is infinite, or 0 where it shrinks), and per pair (in columns) when it was added, 0 for never, and its tail then.
    """
    pairs = _pairs(lists)
    rows = tables.shape[0]
    status, dark = np.zeros(rows, dtype=np.int64), np.full(rows, np.nan)
    ranks, chances = np.zeros((rows, pairs.size), dtype=np.int64), np.ones((rows, pairs.size))
    surprise = np.empty((rows, pairs.size))
    terms = np.zeros((rows, 1 + lists + pairs.size), dtype=np.int16)
    terms[:, 1 : 1 + lists] = 1 << np.arange(lists)
    sizes, added = np.full(rows, 1 + lists), np.full(rows, -1)
    going = np.arange(rows)
    while going.size:
        fits = fit_own(tables[going], terms[going], sizes[going])
        fitted = fits.status[:, 0] == ADMISSIBLE
        good, bad = going[fitted], going[~fitted]
        dark[good] = fits.dark[fitted, 0]
        if added[going[0]] < 0:
            status[bad] = fits.status[~fitted, 0]
            dark[bad] = np.where(fits.intercept[~fitted, 0] < 0, 0.0, np.inf)
            going = good
        else:
            ranks[good, added[good]] = sizes[good] - 1 - lists
            chances[good, added[good]] = surprise[good, added[good]]
            surprise[bad, added[bad]] = 1.0
            sizes[bad] -= 1
        surprise[good] = _surprises(tables[good], fits.fitted[fitted], pairs, ranks[good])
        added[going] = _least(surprise[going])
        going = going[surprise[going, added[going]] < threshold]
        terms[going, sizes[going]] = pairs[added[going]]
        sizes[going] += 1
    return status, dark, ranks, chances


def _pairs(lists: int) -> NDArray[np.int16]:
    """Give the pairs (1,2), (1,3), ... as bits."""
    both = [1 << first | 1 << second for first, second in combinations(range(lists), 2)]
    return np.array(both, dtype=np.int16)


def _surprises(counts: Floats, fitted: Floats, pairs: NDArray[np.int16], ranks: NDArray[np.int64]) -> Floats:
    """Say for each pair that is not in the model of its row how improbable its overlap is; 2 for those in it."""
    from ._stepwise_kernels import poisson_tails

    surprise = np.full(ranks.shape, 2.0)
    out = ranks == 0
    tails = np.empty(int(out.sum()))
    poisson_tails(_overlaps(counts, pairs)[out], _overlaps(fitted, pairs)[out], tails)
    surprise[out] = tails
    return surprise


def _overlaps(counts: Floats, pairs: NDArray[np.int16]) -> Floats:
    """Sum for each pair the counts of the histories with both lists."""
    sums = counts.copy()
    rows, cells = sums.shape
    bit = 1
    while bit < cells:
        halves = sums.reshape(rows, cells // (2 * bit), 2, bit)
        halves[:, :, 0] += halves[:, :, 1]
        bit *= 2
    return sums[:, pairs]


def _least(surprise: Floats) -> NDArray[np.int64]:
    """Give the place of the smallest in each row; of equal ones, the first."""
    rows, least = np.arange(surprise.shape[0]), np.zeros(surprise.shape[0], dtype=np.int64)
    for place in range(1, surprise.shape[1]):
        least[surprise[:, place] < surprise[rows, least] * (1.0 - _TIE)] = place
    return least


def estimate_stepwise(
    table: OverlapTable,
    *,
    random: np.random.Generator | None = None,
    replicates: int = 1000,
    threshold: float = 0.02,
) -> StepwiseEstimate:
    """Estimate by adding pairs while an overlap is less probable than ``threshold``, from independence on.

    ``random`` draws ``replicates`` tables from the observed one, each of which goes through the whole choice; without it,
    there is no interval. The threshold of 0.02 is that of the paper (section 3.3), found by simulation.
    """
    refuse_unfit(table)
    if not 0 <= threshold <= 1:
        raise CannotEstimate(
            N_("The threshold is a probability from 0 to 1; %(threshold)s was given."), threshold=threshold
        )
    lists = len(table.lists)
    codes, darks, ranks, tails = _choose(table.counts[None, :].astype(np.float64), lists, threshold)
    rank, chances, dark = ranks[0], tails[0], float(darks[0])
    status = status_named(int(codes[0])) if codes[0] < 4 else Status.NOT_CONVERGED
    pairs = [(i, j) for i in range(lists) for j in range(i + 1, lists)]
    added = [place for place in np.argsort(rank, kind="stable") if rank[place]]
    bare = StepwiseEstimate(
        method="stepwise",
        observed=table.observed,
        estimate=None,
        status=status,
        threshold=threshold,
        assumptions=(
            CLOSED,
            LINKED,
            Said(N_("No three lists depend on each other beyond what their pairs do.")),
        ),
        sources=_SOURCES,
        versions=versions_used(),
    )
    if status is not Status.EXISTS:
        return replace(bare, warnings=(absent(status),))
    answer = replace(
        bare,
        estimate=table.observed + dark,
        model=str(
            Hierarchy.generated(lists, [(1 << pairs[place][0]) | (1 << pairs[place][1]) for place in added])
        ),
        steps=tuple(
            Step((table.lists[pairs[place][0]], table.lists[pairs[place][1]]), float(chances[place]))
            for place in added
        ),
    )
    return answer if random is None else _with_bootstrap(answer, table, replicates, random)


def _with_bootstrap(
    answer: StepwiseEstimate, table: OverlapTable, replicates: int, random: np.random.Generator
) -> StepwiseEstimate:
    """Add the replicates and what they warn of."""
    lists, threshold = len(table.lists), answer.threshold
    status, values = stepwise_numbers(draw_tables(table, replicates, random), lists, threshold)
    acceleration = acceleration_of(table, stepwise_numbers(without_one(table), lists, threshold)[1])
    assert answer.estimate is not None
    bootstrap = Bootstrap(answer.estimate, values, int((status != 0).sum()), acceleration or 0.0)
    warnings = bootstrap.cautions()
    if acceleration is None:
        warnings += (WITHOUT_ONE,)
    return replace(answer, bootstrap=bootstrap, seed=seed_of(random), warnings=warnings)


WITHOUT_ONE: Final = Caution(
    "one-person-decides",
    Said(
        N_(
            "Without one single person there would be no estimate at all, or every person weighs the same: "
            "the interval is corrected for bias, and not for skewness."
        )
    ),
)


def follow_thresholds(
    table: OverlapTable, thresholds: Sequence[float] = (0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1)
) -> tuple[StepwiseEstimate, ...]:
    """Give the estimate at each threshold: an answer that jumps with a threshold nobody can justify is no answer."""
    return tuple(estimate_stepwise(table, threshold=threshold) for threshold in thresholds)
