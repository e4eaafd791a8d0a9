"""Bayesian thresholding (Silverman 2020, JRSS A 183, 691-736): keep the pairs that stand out, and draw N from what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._bootstrap import seed_of
from ._chains import Convergence, check_chains, rank_hat
from ._estimate import Estimate, Limits, Status
from ._hierarchy import Hierarchy
from ._latent import NO_OVERLAP
from ._loglinear import absent, checked_level
from ._table import CannotEstimate, OverlapTable
from ._versions import versions_used

__all__ = ["ThresholdEstimate", "estimate_thresholded"]

FLAT: Final = 1e-4  # precision of the intercept and of the main effects
BURN: Final = 10_000
KEPT: Final = 5_000  # draws of a chain, of 20 steps each
CLOSE: Final = 0.1
SOURCES: Final = (
    "Silverman BW (2020). Multiple-systems analysis for the quantification of modern slavery. JRSS A 183, 691-736.",
)
ASSUMPTIONS: Final = (
    Said(N_("Nobody comes or goes while the lists are made, and each person is recognised on every list.")),
    Said(
        N_(
            "Lists depend on each other in pairs, as a log-linear model has it; three lists together add nothing."
        )
    ),
    Said(N_("A pair whose interaction lies less than the threshold from 0 has none at all.")),
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ThresholdEstimate(Estimate):
    """Answers with the posterior of N under the pairs that were kept; ``estimate`` is its median.

    ``standing`` tells of each pair (lists counted from 1) how many standard deviations its interaction lies from 0;
    ``never`` are pairs that share nobody, taken at minus infinity under the improper prior. ``draws`` is chains x draws.
    """

    standing: Mapping[tuple[int, int], float]
    kept: tuple[tuple[int, int], ...]
    never: tuple[tuple[int, int], ...]
    threshold: float
    draws: Floats = field(repr=False)
    convergence: Convergence | None

    def interval(self, level: float = 0.95) -> Limits | None:
        """Give the equal-tailed interval; None where chains disagree. It takes the pairs as known: no pair is drawn anew."""
        checked_level(level)
        if self.estimate is None:
            return None
        low, high = np.quantile(self.draws, [(1 - level) / 2, (1 + level) / 2])
        return Limits(float(low), float(high))


@dataclass(frozen=True, slots=True)
class _Model:
    """Holds a Poisson model: its cells and effects (0, each list, then pairs as bits), and the precisions of their priors."""

    terms: tuple[int, ...]
    design: Floats
    counts: Floats
    precision: Floats


def estimate_thresholded(
    table: OverlapTable,
    *,
    random: np.random.Generator,
    prior: Literal["proper", "improper"] = "proper",
    variance: float = 1.0,
    threshold: float = 2.0,
    chains: int = 4,
    greatest_hat: float = 1.05,
) -> ThresholdEstimate:
    """Fit all pairs, drop those whose |mean / sd| is below ``threshold``, fit again, and draw N = n + exp(a0).

    The intercept and the main effects have a normal prior of variance 10,000, interactions one of ``variance`` ("proper") or
    none ("improper": pairs that share nobody are then at minus infinity, and nothing is answered where the likelihood of
    all pairs has no maximum). Chains begin apart; with R-hat above ``greatest_hat`` the status is NOT_CONVERGED.
    """
    _check(table, prior, variance, threshold, chains)
    pairs = [1 << i | 1 << j for i, j in combinations(range(len(table.lists)), 2)]
    shared = {pair: table.counts[np.arange(table.counts.size) & pair == pair].sum() for pair in pairs}
    never = [pair for pair in pairs if prior == "improper" and not shared[pair]]
    answer = _Answer(table, random, threshold, tuple(never))
    if not any(shared.values()):
        return answer.without(Status.REFUSED, NO_OVERLAP)
    if prior == "improper" and (status := _existence(table, pairs)) is not Status.EXISTS:
        return answer.without(status, absent(status))
    precision = 1 / variance if prior == "proper" else 0.0
    first = _model(table, [pair for pair in pairs if pair not in never], never, precision)
    draws = _sample(first, random, chains)
    at = slice(1 + len(table.lists), None)
    worst = max((rank_hat(draws[:, :, i]) for i in range(draws.shape[2])), default=1.0)
    together = draws.reshape(-1, draws.shape[2])
    standing = dict(
        zip(first.terms[at], np.abs(together.mean(axis=0) / together.std(axis=0))[at].tolist(), strict=True)
    )
    if worst > greatest_hat:
        return answer.without(Status.NOT_CONVERGED, _disagree(worst, greatest_hat), standing)
    kept = [pair for pair, value in standing.items() if value >= threshold]
    people = table.observed + np.exp(_sample(_model(table, kept, never, precision), random, chains)[:, :, 0])
    found = check_chains(people, BURN + 20 * KEPT)
    if found.rank_hat > greatest_hat:
        return answer.without(Status.NOT_CONVERGED, _disagree(found.rank_hat, greatest_hat), standing)
    return answer.complete(standing, kept, people, found)


def _check(table: OverlapTable, prior: str, variance: float, threshold: float, chains: int) -> None:
    """Refuse what the method cannot take."""
    if len(table.lists) < 3:
        raise CannotEstimate(
            N_("Bayesian thresholding takes 3 lists or more, and there are %(lists)s."),
            lists=len(table.lists),
        )
    if table.observed == 0:
        raise CannotEstimate(N_("Nobody is on any list."))
    if prior not in ("proper", "improper"):
        raise CannotEstimate(
            N_('The prior of interactions is "proper" or "improper". It is %(prior)s.'), prior=prior
        )
    if not 0 < variance < np.inf or not 0 <= threshold < np.inf or chains < 2:
        raise CannotEstimate(
            N_(
                "The variance must be above 0, the threshold 0 or more, and chains 2 at least. "
                "They are %(variance)s, %(threshold)s and %(chains)s."
            ),
            variance=variance,
            threshold=threshold,
            chains=chains,
        )


def _existence(table: OverlapTable, pairs: list[int]) -> Status:
    """Ask whether the likelihood of all pairs has a maximum, pairs that share nobody being at minus infinity."""
    from ._existence import exact_status, status_named

    terms = [0, *(1 << i for i in range(len(table.lists))), *pairs]
    return status_named(exact_status(table.counts.astype(float), np.array(terms)))


def _model(table: OverlapTable, pairs: list[int], never: list[int], precision: float) -> _Model:
    """Make the model with these pairs, without the cells of pairs that are never together."""
    terms = (0, *(1 << i for i in range(len(table.lists))), *pairs)
    cells = np.array([w for w in range(1, table.counts.size) if not any(w & pair == pair for pair in never)])
    design = (cells[:, None] & np.array(terms) == np.array(terms)).astype(float)
    priors = np.array([FLAT] * (1 + len(table.lists)) + [precision] * len(pairs))
    return _Model(terms, np.ascontiguousarray(design), table.counts[cells].astype(float), priors)


def _highest(model: _Model) -> tuple[Floats, Floats]:
    """Find the mode by Newton steps (the posterior is log-concave), and the Cholesky root of the covariance there."""

    def height(effects: Floats) -> float:
        level = np.minimum(model.design @ effects, 700.0)
        return float(model.counts @ level - np.exp(level).sum() - 0.5 * model.precision @ effects**2)

    effects: Floats = np.linalg.lstsq(model.design, np.log(model.counts + 0.5), rcond=None)[0].astype(
        np.float64
    )
    for _ in range(200):
        mean = np.exp(np.minimum(model.design @ effects, 700.0))
        curve = model.design.T @ (mean[:, None] * model.design) + np.diag(model.precision)
        slope = model.design.T @ (model.counts - mean) - model.precision * effects
        step = np.linalg.solve(curve, slope).astype(np.float64)
        share, before = 1.0, height(effects)
        while height(effects + share * step) < before - 1e-9 and share > 1e-6:
            share /= 2
        effects = effects + share * step
        if np.abs(step).max() < 1e-9:
            break
    return effects, np.ascontiguousarray(np.linalg.cholesky(np.linalg.inv(curve)), dtype=np.float64)


def _sample(model: _Model, random: np.random.Generator, chains: int) -> Floats:
    """Draw effects from their posterior. Shape: chains x draws x effects. Each chain begins far from the mode."""
    from ._threshold_kernels import walk

    mode, root = _highest(model)
    draws = np.empty((chains, KEPT, mode.size))
    for one, out in zip(random.spawn(chains), draws, strict=True):
        start = mode + 2 * root @ one.standard_normal(mode.size)
        walk(one, model.design, model.counts, model.precision, root, start, BURN, out)
    return draws


def _disagree(hat: float, most: float) -> Caution:
    """Say that chains disagree."""
    return Caution(
        "chains_disagree",
        Said(
            N_(
                "The chains give different answers (R-hat %(hat).2f, at most %(most).2f is taken). There is no estimate."
            ),
            {"hat": hat, "most": most},
        ),
    )


def _positions(pair: int) -> tuple[int, int]:
    """Name the two lists of a pair, counted from 1."""
    return (pair & -pair).bit_length(), pair.bit_length()


@dataclass(frozen=True, slots=True)
class _Answer:
    """Puts the result together."""

    table: OverlapTable
    random: np.random.Generator
    threshold: float
    never: tuple[int, ...]

    def without(
        self, status: Status, caution: Caution, standing: Mapping[int, float] | None = None
    ) -> ThresholdEstimate:
        """Answer that there is no estimate, and why."""
        return self._make(status, (caution,), standing or {}, [], np.empty((0, 0)), None)

    def complete(
        self, standing: Mapping[int, float], kept: list[int], people: Floats, found: Convergence
    ) -> ThresholdEstimate:
        """Answer with the posterior, and say which pairs lie so close to the threshold that another seed may decide."""
        close = [pair for pair, value in standing.items() if abs(value - self.threshold) < CLOSE]
        cautions = [CONDITIONAL]
        if close:
            names = tuple(" & ".join(self.table.names_of(pair)) for pair in close)
            cautions.append(
                Caution(
                    "at_threshold",
                    Said(
                        N_(
                            "These pairs lie within %(close)s of the threshold, so that another seed may decide otherwise: "
                            "%(pairs)s."
                        ),
                        {"close": CLOSE, "pairs": names},
                    ),
                )
            )
        return self._make(Status.EXISTS, tuple(cautions), standing, kept, people, found)

    def _make(
        self,
        status: Status,
        cautions: tuple[Caution, ...],
        standing: Mapping[int, float],
        kept: list[int],
        people: Floats,
        found: Convergence | None,
    ) -> ThresholdEstimate:
        lists = len(self.table.lists)
        exists = status is Status.EXISTS
        return ThresholdEstimate(
            method="threshold",
            observed=self.table.observed,
            estimate=float(np.median(people)) if exists else None,
            status=status,
            model=str(Hierarchy.generated(lists, kept)) if exists else None,
            assumptions=ASSUMPTIONS,
            warnings=cautions,
            sources=SOURCES,
            seed=seed_of(self.random),
            versions=versions_used("numba"),
            standing={_positions(pair): value for pair, value in standing.items()},
            kept=tuple(_positions(pair) for pair in kept),
            never=tuple(_positions(pair) for pair in self.never),
            threshold=self.threshold,
            draws=people,
            convergence=found,
        )


CONDITIONAL: Final = Caution(
    "conditional",
    Said(
        N_(
            "The interval takes the pairs that were kept as known. Show it beside one that chooses again in each replicate."
        )
    ),
)
