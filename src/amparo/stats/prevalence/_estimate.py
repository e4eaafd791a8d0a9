"""What every method answers: a number with its interval, or the reason why there is none."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from amparo.stats.results import Caution, Said

__all__ = ["Estimate", "Limits", "Status", "exponential"]


class Status(StrEnum):
    """Says whether an estimate exists, and if not, why."""

    EXISTS = "exists"
    NO_MAXIMUM = "no maximum"  # the likelihood grows without end: no finite number follows from the data
    NOT_IDENTIFIABLE = "not identifiable"  # many numbers fit the data equally well
    NEITHER = "no maximum and not identifiable"
    NOT_CONVERGED = "not converged"  # chains disagree, or the search did not end
    REFUSED = "refused"  # the data cannot bear this method; the first warning says why


def exponential(value: float) -> float:
    """Give e to a power, infinite where numbers end: a limit that far out is none."""
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


@dataclass(frozen=True, slots=True)
class Limits:
    """Holds an interval for a number of people; ``high`` is infinite where the data set no upper limit."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Answers how many people there are, seen and unseen. Each method's result is of a class below this one.

    ``estimate`` is None exactly when ``status`` is not EXISTS. ``model`` is in the notation of generators by position of
    the list ("12,13,4"). ``seed`` is that of the random generator, None where nothing is drawn.
    """

    method: str
    observed: int
    estimate: float | None
    status: Status = Status.EXISTS
    model: str | None = None
    assumptions: tuple[Said, ...] = ()
    warnings: tuple[Caution, ...] = ()
    sources: tuple[str, ...] = ()  # how to cite the method
    seed: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    @abstractmethod
    def interval(self, level: float = 0.95) -> Limits | None:
        """Give the interval of this level (0 < level < 1), or None when there is no estimate."""

    @property
    def unseen(self) -> float | None:
        """Give the dark figure: those on no list."""
        return None if self.estimate is None else self.estimate - self.observed
