"""Whether the estimates of strata add up to that of all people together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.prevalence._bootstrap import draw_part, quantile
from amparo.stats.prevalence._describing import check_bearing
from amparo.stats.prevalence._estimate import Limits
from amparo.stats.prevalence._loglinear import checked_level
from amparo.stats.prevalence._stepwise import estimate_stepwise, stepwise_numbers
from amparo.stats.prevalence._table import CannotEstimate, OverlapTable
from amparo.vocab.text import N_

__all__ = ["Addition", "AddsUp", "check_addition"]

SOURCES: Final = (
    (
        "Sekar, C. C., Deming, W. E. (1949). On a method of estimating birth and death rates and the extent of registration. "
        "Journal of the American Statistical Association 44, 101-115."
    ),
    "Good, P. (2005). Permutation, parametric and bootstrap tests of hypotheses, 3rd edition. Springer.",
)
_MOST_REFUSED: Final = 0.2  # share of splits without a ratio beyond which the range would only tell of them

Floats = NDArray[np.float64]


class AddsUp(StrEnum):
    """Says how the ratio lies to what groups drawn at random give."""

    MORE = "parts give more"
    LESS = "parts give less"
    AS_BY_CHANCE = "as by chance"  # that is no proof that the groups are alike
    NOT_KNOWN = "not known"  # too many splits without an estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """Compares the sum of the strata's estimates with the estimate of all together, both by stepwise choice.

    ``ratio`` is sum over whole. ``splits`` are the ratios where the same people are split at random into groups of the same sizes:
    there too sum and whole differ, for small tables let the choice find less. Splits in which a group has no estimate are NaN.
    """

    level: float
    parts: float
    whole: float
    splits: Floats = field(repr=False)
    method: str = "stepwise"
    sources: tuple[str, ...] = SOURCES

    @property
    def ratio(self) -> float:
        """Give how many times the whole the sum of the parts is."""
        return self.parts / self.whole

    @property
    def refused(self) -> int:
        """Give how many splits have no ratio."""
        return int(np.isnan(self.splits).sum())

    def by_chance(self, level: float) -> Limits | None:
        """Give the middle of the ratios of random groups; a split without one widens it at both ends. None where there are too many."""
        checked_level(level)
        if self.refused > _MOST_REFUSED * self.splits.size:
            return None
        low, high = (np.sort(np.nan_to_num(self.splits, nan=end, posinf=np.inf)) for end in (0.0, np.inf))
        return Limits(quantile(low, (1 - level) / 2), quantile(high, (1 + level) / 2))

    @property
    def verdict(self) -> AddsUp:
        """Say whether the ratio lies outside what random groups give."""
        limits = self.by_chance(self.level)
        if limits is None:
            return AddsUp.NOT_KNOWN
        if self.ratio > limits.high:
            return AddsUp.MORE
        return AddsUp.LESS if self.ratio < limits.low else AddsUp.AS_BY_CHANCE


def check_addition(
    whole: OverlapTable,
    strata: Mapping[str, OverlapTable],
    *,
    random: np.random.Generator,
    replicates: int = 1000,
    threshold: float = 0.02,
    level: float = 0.95,
) -> Addition:
    """Compare the sum of the strata with the whole (Sekar & Deming 1949), and with what ``replicates`` random splits give.

    Where chances to be on the lists differ between strata, the whole is estimated with a bias that the sum does not have. Raises
    :class:`CannotEstimate` where strata and whole are not of the same people, or one of them has no estimate.
    """
    tables = [strata[name] for name in sorted(strata) if strata[name].observed]
    if len(tables) < 2:
        raise CannotEstimate(
            N_("Two strata with people in them are needed to compare their sum with the whole.")
        )
    summed = np.sum([one.counts for one in tables], axis=0)
    if any(one.lists != whole.lists for one in tables) or not np.array_equal(summed, whole.counts):
        raise CannotEstimate(
            N_("The strata are not the parts of the whole: their counts do not add up to its.")
        )
    numbers = []
    for one in (*tables, whole):
        check_bearing(one)
        found = estimate_stepwise(one, threshold=threshold).estimate
        if found is None:
            raise CannotEstimate(
                N_("Whether the parts add up cannot be told: one of them has no estimate by stepwise choice.")
            )
        numbers.append(found)
    drawn = _split(whole, [one.observed for one in tables], replicates, random)
    parts = np.zeros(replicates)
    for rows in drawn:
        status, estimates = stepwise_numbers(rows, len(whole.lists), threshold)
        parts += np.where((status == 0) & np.isfinite(estimates), estimates, np.nan)
    return Addition(level=level, parts=sum(numbers[:-1]), whole=numbers[-1], splits=parts / numbers[-1])


def _split(
    whole: OverlapTable, sizes: list[int], replicates: int, random: np.random.Generator
) -> list[Floats]:
    """Split the people at random into groups of these sizes: for each group a table a row."""
    groups = [np.empty((replicates, whole.counts.size)) for _ in sizes]
    for row in range(replicates):
        left = whole.counts
        for group, size in zip(groups[:-1], sizes[:-1], strict=True):
            part = draw_part(left, size, random)
            group[row], left = part, left - part
        groups[-1][row] = left
    return groups
