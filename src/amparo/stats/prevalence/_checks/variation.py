"""How an estimate moves when lists are left out or merged, or when a choice inside the method is another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np

from amparo.stats.prevalence._estimate import Estimate, Status
from amparo.stats.prevalence._table import CannotEstimate, OverlapTable

__all__ = [
    "Estimator",
    "Variation",
    "Variations",
    "answered",
    "merge_each",
    "omit_each",
    "sweep_deltas",
    "sweep_priors",
    "sweep_thresholds",
]

Estimator = Callable[[OverlapTable], Estimate]


@dataclass(frozen=True, slots=True)
class Variation:
    """Holds what the estimate is when one thing is another; None where it does not exist, with the reason as status."""

    changed: str
    observed: int
    estimate: float | None
    status: Status


@dataclass(frozen=True, slots=True)
class Variations:
    """Holds the variations of one kind: "omit", "merge", "threshold", "delta" or "prior"."""

    kind: str
    method: str
    variations: tuple[Variation, ...]

    @property
    def range(self) -> tuple[float, float] | None:
        """Give the smallest and the largest estimate that exists."""
        found = [variation.estimate for variation in self.variations if variation.estimate is not None]
        return (min(found), max(found)) if found else None


def answered(table: OverlapTable, estimator: Estimator, changed: str) -> Variation:
    """Estimate, and keep a refusal as an answer."""
    try:
        found = estimator(table)
    except CannotEstimate:
        return Variation(changed, table.observed, None, Status.REFUSED)
    except (ArithmeticError, np.linalg.LinAlgError):
        return Variation(changed, table.observed, None, Status.NOT_CONVERGED)
    return Variation(changed, table.observed, found.estimate, found.status)


def omit_each(table: OverlapTable, estimator: Estimator, method: str = "stepwise") -> Variations:
    """Leave each list out in turn. An estimate that stands or falls with one list is an estimate from that list."""
    if len(table.lists) < 3:
        return Variations("omit", method, ())
    return Variations(
        "omit", method, tuple(answered(table.omit(name), estimator, name) for name in table.lists)
    )


def merge_each(table: OverlapTable, estimator: Estimator, method: str = "stepwise") -> Variations:
    """Merge each pair of lists in turn: where two lists send each other people, their merger is the sounder list."""
    if len(table.lists) < 3:
        return Variations("merge", method, ())
    return Variations(
        "merge",
        method,
        tuple(
            answered(table.merge(*pair), estimator, "+".join(pair)) for pair in combinations(table.lists, 2)
        ),
    )


def sweep_thresholds(
    table: OverlapTable, thresholds: Sequence[float] = (0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1)
) -> Variations:
    """Follow the stepwise estimate over the thresholds at which a pair of lists is let in."""
    from amparo.stats.prevalence._stepwise import follow_thresholds

    found = follow_thresholds(table, thresholds)
    return _of("threshold", "stepwise", [f"{threshold:g}" for threshold in thresholds], found)


def sweep_deltas(table: OverlapTable) -> Variations:
    """Follow the average over decomposable graphs over prior counts of a cell, from an eighth of the default to 1."""
    from amparo.stats.prevalence._decomposable import sweep_delta

    found = sweep_delta(table)
    return _of("delta", "dga", [str(Fraction(one.delta).limit_denominator(1 << 20)) for one in found], found)


def sweep_priors(table: OverlapTable) -> Variations:
    """Give the average over decomposable graphs under both usual priors of the number of people, 1/N and uniform."""
    from amparo.stats.prevalence._decomposable import sweep_prior

    return _of("prior", "dga", ["1/N", "uniform"], sweep_prior(table))


def _of(kind: str, method: str, changed: Sequence[str], found: Sequence[Estimate]) -> Variations:
    return Variations(
        kind,
        method,
        tuple(
            Variation(name, one.observed, one.estimate, one.status)
            for name, one in zip(changed, found, strict=True)
        ),
    )
