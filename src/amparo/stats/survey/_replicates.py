"""Replicate weights: the variance of anything that can be computed with weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from amparo.stats.prevalence import CannotEstimate
from amparo.vocab.text import N_

from ._design import SurveyDesign
from ._estimates import ASSUMPTIONS
from ._result import IntervalKind, Numbers, SurveyEstimate, seed_of

__all__ = ["ReplicateWeights", "bootstrap", "jackknife"]

SOURCES: Final = {
    "jackknife": "Wolter, K. M. (2007). Introduction to Variance Estimation, 2nd ed. Springer, ch. 4.",
    "bootstrap": "Rao, J. N. K., Wu, C. F. J., Yue, K. (1992). Some recent work on resampling methods for complex surveys. Survey "
    "Methodology 18, 209-217.",
}


@dataclass(frozen=True, slots=True, eq=False)
class ReplicateWeights:
    """Holds by how much each replicate multiplies the weights of each cluster (replicates × clusters).

    ``factors`` has what each squared deviation counts for in the variance.
    """

    design: SurveyDesign
    method: str
    multipliers: Numbers
    factors: Numbers
    seed: int | None = None

    def __iter__(self) -> Iterator[Numbers]:
        """Give the weights of one replicate after the other; a raked or post-stratified design is adjusted anew each time."""
        for row in self.multipliers:
            weights = self.design.base * row[self.design.clusters]
            calibration = self.design.calibration
            yield weights if calibration is None else calibration.fitted(weights)

    def estimate(
        self,
        statistic: Callable[[Numbers], float],
        *,
        quantity: str = "statistic",
        kind: IntervalKind = IntervalKind.STUDENT,
        bounds: tuple[float, float] = (-np.inf, np.inf),
    ) -> SurveyEstimate:
        """Estimate what ``statistic`` computes from weights. Deviations are taken from the full estimate (not from the mean).

        An interval of the kind percentile needs the bootstrap.
        """
        if kind is IntervalKind.PERCENTILE and self.method != "bootstrap":
            raise CannotEstimate(N_("Only a bootstrap has percentiles. Ask for another kind of interval."))
        value = float(statistic(self.design.weights))
        replicates = np.array([float(statistic(weights)) for weights in self])
        if not (np.isfinite(value) and np.isfinite(replicates).all()):
            raise CannotEstimate(
                N_(
                    "The statistic has no finite value in %(count)s of %(all)s replicates, so it has no variance here."
                ),
                count=int((~np.isfinite(replicates)).sum()),
                all=replicates.size,
            )
        return SurveyEstimate(
            quantity=quantity,
            method=self.method,
            value=value,
            standard_error=float(np.sqrt(self.factors @ (replicates - value) ** 2)),
            sample=self.design.people,
            kind=kind,
            degrees=float(self.design.degrees),
            bounds=bounds,
            replicates=replicates,
            assumptions=ASSUMPTIONS,
            sources=(SOURCES[self.method],),
            seed=self.seed,
        )


def jackknife(design: SurveyDesign) -> ReplicateWeights:
    """Leave out one cluster at a time and scale up the others of its stratum (JK1 without strata, JKn with)."""
    design.refuse_lonely_strata()
    drawn = design.drawn()[design.stratum_of_cluster].astype(np.float64)
    same = design.stratum_of_cluster[:, None] == design.stratum_of_cluster[None, :]
    multipliers = np.where(same, (drawn / np.maximum(drawn - 1, 1))[:, None], 1.0)
    np.fill_diagonal(multipliers, 0.0)
    certain = drawn == 1  # the only cluster there is: leaving it out would say nothing
    factors = (1 - design.fractions[design.stratum_of_cluster]) * (drawn - 1) / drawn
    return ReplicateWeights(design, "jackknife", multipliers[~certain], factors[~certain])


def bootstrap(
    design: SurveyDesign, *, random: np.random.Generator, replicates: int = 1000
) -> ReplicateWeights:
    """Draw n - 1 of the n clusters of each stratum with replacement, and rescale (Rao, Wu and Yue 1992)."""
    design.refuse_lonely_strata()
    if replicates < 2:
        raise CannotEstimate(
            N_("A bootstrap needs at least 2 replicates; %(count)s were asked for."), count=replicates
        )
    multipliers = np.ones((replicates, design.stratum_of_cluster.size))
    for stratum, fraction in enumerate(design.fractions):
        members = np.flatnonzero(design.stratum_of_cluster == stratum)
        if members.size < 2:
            continue
        times = random.multinomial(members.size - 1, np.full(members.size, 1 / members.size), size=replicates)
        shrink = np.sqrt(1 - fraction)
        multipliers[:, members] = 1 - shrink + shrink * members.size / (members.size - 1) * times
    factors = np.full(replicates, 1 / replicates)
    return ReplicateWeights(design, "bootstrap", multipliers, factors, seed_of(random))
