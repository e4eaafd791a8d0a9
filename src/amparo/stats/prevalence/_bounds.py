"""Floors and pairs: what follows from the fewest assumptions, to hold other estimates against."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._describing import check_bearing
from ._estimate import Estimate, Limits, Status, exponential
from ._loglinear import CLOSED, LINKED, checked_level
from ._table import OverlapTable
from ._versions import versions_used

__all__ = ["ChaoBound", "PairEstimate", "PerListBound", "chao_bound", "pair_estimates", "per_list_bound"]

_CHAO: Final = (
    "Chao, A. (1987). Estimating the population size for capture-recapture data with unequal catchability. Biometrics 43, 783-791.",
)
_PER_LIST: Final = (
    *_CHAO,
    (
        "Rivest, L.-P., Baillargeon, S. (2007). Applications and extensions of Chao's moment estimator for the size of a closed "
        "population. Biometrics 63, 999-1006."
    ),
)
_PAIRS: Final = (
    (
        "Chapman, D. G. (1951). Some properties of the hypergeometric distribution with applications to zoological sample "
        "censuses. University of California Publications in Statistics 1, 131-160."
    ),
    (
        "Sadinle, M. (2009). Transformed logit confidence intervals for small populations in single capture-recapture "
        "estimation. Communications in Statistics - Simulation and Computation 38, 1909-1924."
    ),
)
_ALIKE: Final = Said(
    N_(
        "Being on one list does not change the chance of being on another; people may differ in their chances."
    )
)
_SAME_SIZE: Final = Said(N_("All lists reach a person with about the same, small chance."))
_MOST_STEPS: Final = 60
_CONVERGED: Final = 1e-9
_FURTHEST: Final = 60.0  # no log of an expected count lies further from 0 than this in data that people made


def _lognormal(observed: int, dark: float, variance: float, level: float) -> Limits:
    """Give an interval for n + dark that never falls below n (Chao 1987, eq. 12)."""
    if dark <= 0:
        return Limits(float(observed), float(observed))
    z = NormalDist().inv_cdf(0.5 + checked_level(level) / 2)
    factor = exponential(z * math.sqrt(math.log1p(variance / dark**2)))
    return Limits(observed + dark / factor, observed + dark * factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaoBound(Estimate):
    """Answers at least how many people there are, from those on exactly one and exactly two lists."""

    singles: int
    doubles: int
    variance: float | None = None

    def interval(self, level: float = 0.95) -> Limits | None:
        """Give the log-normal interval of the bound: it is about the floor, not about the number of people."""
        if self.estimate is None or self.variance is None:
            return None
        return _lognormal(self.observed, self.estimate - self.observed, self.variance, level)


def chao_bound(
    table: OverlapTable, *, is_bias_corrected: bool = True, has_few_lists: bool = False
) -> ChaoBound:
    """Give Chao's lower bound: n + f1 (f1 - 1) / (2 (f2 + 1)), or n + f1**2 / (2 f2) when not bias-corrected.

    ``has_few_lists`` multiplies what is added by (t - 1) / t: exact for t lists of one size where the bound above is for many.
    The plain bound overshoots with few lists of unequal size; a warning tells, with the floor that does not
    (:func:`per_list_bound`). Raises :class:`CannotEstimate` for a table that bears no answer.
    """
    check_bearing(table)
    captured = table.captured()
    f1, f2 = int(captured[1]), int(captured[2])
    share = (len(table.lists) - 1) / len(table.lists) if has_few_lists else 1.0
    about = {
        "method": "chao",
        "observed": table.observed,
        "assumptions": (CLOSED, LINKED, _ALIKE, _SAME_SIZE),
        "sources": _CHAO,
        "versions": versions_used(),
    }
    if not is_bias_corrected and not f2:
        words = N_(
            "Nobody is on exactly two lists, so the classical bound divides by zero. Use the bias-corrected one."
        )
        return ChaoBound(
            **about,  # type: ignore[arg-type]
            estimate=None,
            status=Status.REFUSED,
            warnings=(Caution("no-doubles", Said(words)),),
            singles=f1,
            doubles=f2,
        )
    if is_bias_corrected:
        dark = share * f1 * (f1 - 1) / (2 * (f2 + 1))
        variance = share**2 * (
            f1 * (f1 - 1) / (2 * (f2 + 1))
            + f1 * (2 * f1 - 1) ** 2 / (4 * (f2 + 1) ** 2)
            + f1**2 * f2 * (f1 - 1) ** 2 / (4 * (f2 + 1) ** 4)
        )
    else:
        ratio = f1 / f2
        dark = share * f1 * ratio / 2
        variance = share**2 * f2 * (ratio**2 / 2 + ratio**3 + ratio**4 / 4)
    return ChaoBound(
        **about,  # type: ignore[arg-type]
        estimate=table.observed + dark,
        warnings=_overshoot(table, table.observed + dark),
        singles=f1,
        doubles=f2,
        variance=variance,
    )


def _overshoot(table: OverlapTable, bound: float) -> tuple[Caution, ...]:
    """Warn where lists of unequal size lift Chao's bound above the one that gives each list its own size."""
    floor = per_list_bound(table).estimate
    if floor is None or bound <= 1.05 * floor:
        return ()
    words = N_(
        "This bound takes all lists to be of one size. The floor that gives each list its own size is %(floor)s; do not call "
        "anything between the two impossible."
    )
    return (Caution("lists-of-unequal-size", Said(words, {"floor": f"{float(f'{floor:.3g}'):,.0f}"})),)


# --- the bound with a size for each list ---


@dataclass(frozen=True, slots=True, kw_only=True)
class PerListBound(Estimate):
    """Answers at least how many people there are, each list having its own size and people differing in their chances.

    ``heterogeneity`` are the terms gamma_2 ... gamma_{t-1}, all zero or above: what differs between people can only have made
    those on many lists more numerous. All zero means that the bound is the estimate under independence.
    """

    heterogeneity: tuple[float, ...] = ()
    variance: float | None = None
    deviance: float | None = None
    freedom: int | None = None

    def interval(self, level: float = 0.95) -> Limits | None:
        """Give the log-normal interval of the bound: it is about the floor, not about the number of people."""
        if self.estimate is None or self.variance is None:
            return None
        return _lognormal(self.observed, self.estimate - self.observed, self.variance, level)


def per_list_bound(table: OverlapTable) -> PerListBound:
    """Give Chao's lower bound with a size for each list (model M_th of Rivest & Baillargeon 2007).

    log mu_w = a_0 + sum of b_i over the lists of w + sum over j = 2..t-1 of gamma_j max(|w| - j, 0), gamma_j >= 0, fitted by
    maximum likelihood under these signs. Raises :class:`CannotEstimate` for a table that bears no answer.
    """
    check_bearing(table)
    totals = table.totals()
    cells = np.array(
        [
            w
            for w in range(1, table.counts.size)
            if not any(w >> i & 1 and not totals[i] for i in range(len(totals)))
        ]
    )
    t = int((totals > 0).sum())
    size = np.array([int(w).bit_count() for w in cells])
    base = np.column_stack(
        [np.ones(cells.size), *((cells >> i & 1) for i in range(len(totals)) if totals[i])]
    ).astype(float)
    extra = (
        np.array([np.maximum(size - j, 0) for j in range(2, t)], dtype=float)
        .reshape(max(t - 2, 0), cells.size)
        .T
    )
    fitted = _fit_with_signs(table.counts[cells].astype(float), base, extra)
    about = {
        "method": "chao-per-list",
        "observed": table.observed,
        "assumptions": (CLOSED, LINKED, _ALIKE),
        "sources": _PER_LIST,
        "versions": versions_used(),
    }
    if fitted is None:
        words = N_(
            "The overlaps are too few for a size of each list: the likelihood of this bound has no maximum."
        )
        return PerListBound(
            **about,  # type: ignore[arg-type]
            estimate=None,
            status=Status.NO_MAXIMUM,
            warnings=(Caution("no-estimate", Said(words)),),
        )
    coefficients, variance, deviance = fitted
    dark = math.exp(coefficients[0])
    gammas = coefficients[base.shape[1] :]
    return PerListBound(
        **about,  # type: ignore[arg-type]
        estimate=table.observed + dark,
        heterogeneity=tuple(float(gamma) for gamma in gammas),
        variance=dark + dark**2 * variance,
        deviance=deviance,
        freedom=int(cells.size - base.shape[1] - (gammas > 0).sum()),
    )


def _fit_with_signs(
    counts: NDArray[np.float64], base: NDArray[np.float64], extra: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float, float] | None:
    """Maximise a Poisson likelihood with the coefficients of ``extra`` at zero or above, by the method of active sets.

    Gives all coefficients, the variance of the first, and the deviance; None when there is no maximum. A converged Newton
    iteration is itself the proof that there is one.
    """
    used: list[int] = []
    for _ in range(4 * extra.shape[1] + 1):
        fit = _fit(counts, np.column_stack([base, extra[:, used]]))
        if fit is None:
            return None
        coefficients, means, covariance = fit
        signed = coefficients[base.shape[1] :]
        if (signed < 0).any():
            used.pop(int(np.argmin(signed)))
            continue
        pull = extra.T @ (counts - means)
        pull[used] = 0.0
        if pull.size == 0 or pull.max() <= 1e-7 * counts.sum():
            everything = np.zeros(base.shape[1] + extra.shape[1])
            everything[: base.shape[1]] = coefficients[: base.shape[1]]
            everything[[base.shape[1] + j for j in used]] = signed
            logs = np.log(np.where(counts > 0, counts / means, 1.0))
            return everything, float(covariance[0, 0]), float(2 * (counts * logs - counts + means).sum())
        used = sorted([*used, int(np.argmax(pull))])
    return None


def _fit(
    counts: NDArray[np.float64], design: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]] | None:
    eta = np.log(counts + 0.1)
    for _ in range(_MOST_STEPS):
        means = np.exp(eta)
        weighted = design * means[:, None]
        try:
            covariance: NDArray[np.float64] = np.linalg.inv(design.T @ weighted).astype(np.float64)
        except np.linalg.LinAlgError:
            return None
        coefficients = covariance @ (weighted.T @ (eta + (counts - means) / means))
        new = design @ coefficients
        if not np.isfinite(new).all() or np.abs(new).max() > _FURTHEST:
            return None
        moved = float(np.abs(new - eta).max())
        eta = new
        if moved < _CONVERGED:
            return coefficients, np.exp(eta), covariance
    return None


# --- pairs ---


@dataclass(frozen=True, slots=True, kw_only=True)
class PairEstimate(Estimate):
    """Answers how many people there are from two lists alone (Chapman); ``lincoln_petersen`` is the uncorrected number.

    ``observed`` counts the people on either of the two lists.
    """

    lists: tuple[str, str]
    sizes: tuple[int, int]
    shared: int
    lincoln_petersen: float | None = None

    def interval(self, level: float = 0.95) -> Limits | None:
        """Give Sadinle's transformed logit interval, which keeps its level for small overlaps."""
        if self.estimate is None:
            return None
        both = self.shared + 0.5
        first, second = (size - self.shared + 0.5 for size in self.sizes)
        spread = math.sqrt(1 / both + 1 / first + 1 / second + both / (first * second))
        z = NormalDist().inv_cdf(0.5 + checked_level(level) / 2)
        centre = first * second / both
        low, high = (centre * exponential(sign * z * spread) for sign in (-1, 1))
        return Limits(self.observed - 0.5 + low, self.observed - 0.5 + high)


def pair_estimates(table: OverlapTable) -> tuple[PairEstimate, ...]:
    """Estimate from each pair of lists alone, as if they did not depend on each other; a pair that shares nobody gives none.

    Where pairs differ by much more than their intervals, the lists depend on each other or reach different people.
    """
    found = []
    totals = table.totals()
    for i, j in combinations(range(len(table.lists)), 2):
        first, second, both = int(totals[i]), int(totals[j]), table.on_all_of(1 << i | 1 << j)
        about = {
            "method": "chapman",
            "observed": first + second - both,
            "model": f"{i + 1},{j + 1}",
            "assumptions": (CLOSED, LINKED, _ALIKE),
            "sources": _PAIRS,
            "versions": versions_used(),
            "lists": (table.lists[i], table.lists[j]),
            "sizes": (first, second),
            "shared": both,
        }
        if both:
            estimate = (first + 1) * (second + 1) / (both + 1) - 1
            found.append(
                PairEstimate(**about, estimate=estimate, lincoln_petersen=first * second / both)  # type: ignore[arg-type]
            )
        else:
            words = N_("The two lists share nobody, so any number of unseen people fits them.")
            found.append(
                PairEstimate(
                    **about,  # type: ignore[arg-type]
                    estimate=None,
                    status=Status.NO_MAXIMUM,
                    warnings=(Caution("no-overlap", Said(words)),),
                )
            )
    return tuple(found)
