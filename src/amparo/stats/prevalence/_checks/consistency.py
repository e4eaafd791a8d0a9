"""Internal consistency: hide a list whose size is known, and estimate that size from the other lists."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from amparo.stats.prevalence._estimate import Limits, Status
from amparo.stats.prevalence._table import CannotEstimate, OverlapTable

from .variation import Estimator

__all__ = ["ConsistencyCheck", "ConsistencyPoint", "check_consistency"]

FEWEST_SEEN: Final = 30


@dataclass(frozen=True, slots=True)
class ConsistencyPoint:
    """Holds one hidden list: how many are on it, how many of those the others see, and what they say it holds."""

    hidden: str
    truth: int
    observed: int
    estimate: float | None
    limits: Limits | None
    status: Status

    @property
    def log_ratio(self) -> float | None:
        """Give the logarithm of estimate over truth; None without an estimate."""
        return None if self.estimate is None else math.log(self.estimate / self.truth)

    @property
    def holds(self) -> bool | None:
        """Tell whether the interval holds the truth; None without an interval."""
        return None if self.limits is None else self.limits.low <= self.truth <= self.limits.high


@dataclass(frozen=True, slots=True)
class ConsistencyCheck:
    """Holds a point for each list that could be hidden, and the lists that could not since the others see too few of them."""

    level: float
    points: tuple[ConsistencyPoint, ...]
    too_few: tuple[str, ...]

    @property
    def log_error(self) -> float | None:
        """Give the root mean square of the log ratios of the points with an estimate."""
        ratios = [point.log_ratio for point in self.points if point.log_ratio is not None]
        return math.sqrt(sum(ratio**2 for ratio in ratios) / len(ratios)) if ratios else None

    @property
    def held(self) -> tuple[int, int]:
        """Give how many intervals hold the truth, and how many there are."""
        told = [point.holds for point in self.points if point.holds is not None]
        return sum(told), len(told)


def check_consistency(
    table: OverlapTable, estimator: Estimator, *, level: float = 0.95, fewest: int = FEWEST_SEEN
) -> ConsistencyCheck:
    """Hide each list in turn and estimate its size from those of its people whom the others see (Binette & Steorts 2022).

    Lists of whose people the others see fewer than ``fewest`` are left out, as in the paper. It tells how a method does on
    people who are on a list: those on none may be harder to reach than any of them.
    """
    points, too_few = [], []
    for place, name in enumerate(table.lists if len(table.lists) > 2 else ()):
        inside = table.given(name)
        if inside.observed < fewest:
            too_few.append(name)
            continue
        truth = int(table.totals()[place])
        try:
            found = estimator(inside)
        except CannotEstimate:
            points.append(ConsistencyPoint(name, truth, inside.observed, None, None, Status.REFUSED))
            continue
        points.append(
            ConsistencyPoint(
                name, truth, inside.observed, found.estimate, found.interval(level), found.status
            )
        )
    return ConsistencyCheck(level, tuple(points), tuple(too_few))
