"""The estimators of respondent-driven sampling, on arrays: RDS-I, RDS-II, and Gile's successive sampling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from ._recruitment import Places, Recruitment
from ._result import Numbers
from ._successive import successive_weights

__all__ = ["Draw", "Estimator", "Observed", "Sample", "person_weights", "shares_of", "transition_counts"]

CLOSE: Final = (
    1e-5  # how far weights must settle within a bootstrap, where the spread is a hundred times that
)


class Estimator(StrEnum):
    """Names the estimators of respondent-driven sampling."""

    RDS_I = "RDS-I"  # Salganik and Heckathorn (2004)
    RDS_II = "RDS-II"  # Volz and Heckathorn (2008)
    SUCCESSIVE = "successive sampling"  # Gile (2011)


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Holds a sample, real or drawn: of each person the group (-1: not known), the degree, and the group of the recruiter.

    ``counted`` is false for whoever is left out of the shares. The recruiter's group is -1 for seeds, or where not known.
    ``start`` is a guess of how many people have each degree, from which successive sampling settles sooner.
    """

    codes: Places
    degrees: Numbers
    recruiter_codes: Places
    counted: np.ndarray[tuple[int], np.dtype[np.bool_]]
    start: tuple[Numbers, Numbers] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Holds the sample in canonical order: wave by wave, so that recruiters stand before those they recruited."""

    codes: Places
    degrees: Numbers
    parents: Places
    waves: Places
    counted: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @classmethod
    def of(cls, recruitment: Recruitment, codes: Places, order: Places, *, with_seeds: bool) -> Sample:
        """Bring a recruitment into this order."""
        place = np.empty(order.size, dtype=np.intp)
        place[order] = np.arange(order.size)
        parents = recruitment.recruiters[order]
        parents = np.where(parents < 0, -1, place[parents])
        counted = (codes[order] >= 0) & (with_seeds | (parents >= 0))
        return cls(codes[order], recruitment.degrees[order], parents, recruitment.waves[order], counted)

    def observed(self) -> Observed:
        """Give what the estimators need of the sample itself."""
        recruiters = np.where(self.parents < 0, -1, self.codes[self.parents])
        return Observed(self.codes, self.degrees, recruiters, self.counted)


Draw = Callable[[np.random.Generator], Observed]


def transition_counts(observed: Observed, groups: int) -> Numbers:
    """Count who recruited whom: rows are the groups of recruiters, columns those of the recruited."""
    both = (observed.recruiter_codes >= 0) & (observed.codes >= 0)
    pairs = observed.recruiter_codes[both] * groups + observed.codes[both]
    return np.bincount(pairs, minlength=groups * groups).reshape(groups, groups).astype(np.float64)


def equilibrium(transitions: Numbers) -> Numbers | None:
    """Give the shares at which recruitment settles, None where groups do not all lead to each other."""
    rows = transitions.sum(axis=1)
    groups = rows.size
    reach = np.linalg.matrix_power(np.eye(groups) + (transitions > 0), groups)
    if (rows == 0).any() or (reach == 0).any():
        return None
    step = transitions / rows[:, None]
    balance = np.vstack([step.T - np.eye(groups), np.ones(groups)])
    solution, *_ = np.linalg.lstsq(balance, np.append(np.zeros(groups), 1.0), rcond=None)
    shares: Numbers = np.clip(solution, 0, None)
    return shares / float(shares.sum())


def shares_of(
    method: Estimator,
    observed: Observed,
    groups: int,
    population: float | None = None,
    *,
    close: float = 1e-8,
) -> Numbers | None:
    """Give the shares of the groups; None where RDS-I has none, or nobody counts."""
    if not observed.counted.any():
        return None
    codes, degrees = observed.codes[observed.counted], observed.degrees[observed.counted]
    if method is Estimator.RDS_I:
        people = np.bincount(codes, minlength=groups)
        settled = equilibrium(transition_counts(observed, groups))
        if settled is None or (people == 0).any():
            return None
        mean_degrees = people / np.bincount(codes, weights=1 / degrees, minlength=groups)  # harmonic
        shares: Numbers = settled / mean_degrees
    else:
        weights = _weights(method, observed, population, close)
        shares = np.bincount(codes, weights=weights, minlength=groups).astype(np.float64)
    return shares / float(shares.sum())


def _weights(method: Estimator, observed: Observed, population: float | None, close: float) -> Numbers:
    degrees = observed.degrees[observed.counted]
    if method is Estimator.RDS_II:
        inverse: Numbers = 1 / degrees
        return inverse
    assert population is not None
    start = None
    if observed.start is not None:
        sizes, counts = observed.start
        start = np.interp(np.unique(degrees), sizes, counts)
    weights, _ = successive_weights(degrees, population, start=start, tolerance=close)
    return weights


def person_weights(
    method: Estimator, observed: Observed, shares: Numbers, population: float | None
) -> Numbers:
    """Give each person's weight, which together make 1 and add up to the shares; 0 for whoever does not count.

    With RDS-I everybody of a group has the same weight.
    """
    weights = np.zeros(observed.codes.size)
    if method is Estimator.RDS_I:
        codes = observed.codes[observed.counted]
        weights[observed.counted] = shares[codes] / np.bincount(codes, minlength=shares.size)[codes]
        return weights
    weights[observed.counted] = _weights(method, observed, population, 1e-8)
    return weights / float(weights.sum())
