"""Stepwise choice of pairwise terms, with an interval that holds the choice within (Chan, Silverman & Vincent 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._bootstrap import Bootstrap, acceleration_of, draw_tables, seed_of, without_one
from ._estimate import Estimate, Limits, Status
from ._existence import status_named
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
    from ._stepwise_kernels import choose_each

    status, dark = np.empty(tables.shape[0], dtype=np.int64), np.empty(tables.shape[0])
    choose_each(np.ascontiguousarray(tables, dtype=np.float64), lists, threshold, status, dark)
    return status, tables.sum(axis=1) + dark


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
    from ._stepwise_kernels import choose

    lists = len(table.lists)
    rank, chances = np.empty(lists * (lists - 1) // 2, dtype=np.int64), np.empty(lists * (lists - 1) // 2)
    code, dark = choose(table.counts.astype(np.float64), lists, threshold, rank, chances)
    status = status_named(code) if code < 4 else Status.NOT_CONVERGED
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
