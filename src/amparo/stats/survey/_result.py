"""What a survey answers: a value with its standard error, and intervals on request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

import amparo
from amparo.stats.prevalence import CannotEstimate, Limits
from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

__all__ = ["IntervalKind", "SurveyEstimate"]

VERSIONS: Final = {"amparo": amparo.__version__, "numpy": np.__version__}
Numbers = NDArray[np.float64]


class IntervalKind(StrEnum):
    """Says how an interval is made from an estimate."""

    STUDENT = "student"  # value ± t · standard error
    LOGIT = "logit"  # the same on the logit scale: for shares
    BETA = "beta"  # Korn and Graubard (1998): Clopper-Pearson with the effective sample size
    LOG = "log"  # the same as STUDENT on the log scale: for sizes
    PERCENTILE = "percentile"  # quantiles of the replicates


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurveyEstimate:
    """Answers a mean, a share, a ratio, a total or a size of a population from a sample of it.

    ``sample`` is the number of respondents used, ``degrees`` those of the t distribution, ``design_effect`` how many times
    larger the variance is than that of a simple random sample of the same size. ``replicates`` are the estimates of a
    bootstrap, ``seed`` that of its random generator.
    """

    quantity: str
    method: str
    value: float
    standard_error: float
    sample: int
    kind: IntervalKind = IntervalKind.STUDENT
    degrees: float = float("inf")
    bounds: tuple[float, float] = (-np.inf, np.inf)  # what the quantity can be at all
    design_effect: float | None = None
    replicates: Numbers | None = None
    assumptions: tuple[Said, ...] = ()
    warnings: tuple[Caution, ...] = ()
    sources: tuple[str, ...] = ()  # how to cite the method
    seed: int | None = None
    versions: Mapping[str, str] = field(default_factory=lambda: dict(VERSIONS))

    def interval(self, level: float = 0.95) -> Limits:
        """Give the interval of this level (0 < level < 1), never outside what the quantity can be."""
        tail = tail_of(level)
        low, high = _LIMITS[self.kind](self, tail)
        floor, ceiling = self.bounds
        return Limits(float(min(max(low, floor), ceiling)), float(max(min(high, ceiling), floor)))


def tail_of(level: float) -> float:
    """Give the probability beyond one end of an interval of this level, or refuse the level."""
    if not 0 < level < 1:
        raise CannotEstimate(
            N_("The level of an interval lies between 0 and 1, and %(level)s does not."), level=level
        )
    return (1 - level) / 2


def quantile_of_t(probability: float, degrees: float) -> float:
    """Give a quantile of Student's t, of the normal distribution for infinitely many degrees of freedom."""
    from scipy import special

    if degrees <= 0:
        return np.inf if probability > 0.5 else -np.inf
    if np.isinf(degrees):
        return float(special.ndtri(probability))
    return float(special.stdtrit(degrees, probability))


def _student(estimate: SurveyEstimate, tail: float) -> tuple[float, float]:
    if estimate.standard_error == 0:
        return estimate.value, estimate.value
    half = quantile_of_t(1 - tail, estimate.degrees) * estimate.standard_error
    return estimate.value - half, estimate.value + half


def _logit(estimate: SurveyEstimate, tail: float) -> tuple[float, float]:
    share = estimate.value
    if not 0 < share < 1:
        return _beta(estimate, tail)
    middle, spread = np.log(share / (1 - share)), estimate.standard_error / (share * (1 - share))
    half = quantile_of_t(1 - tail, estimate.degrees) * spread
    return 1 / (1 + np.exp(half - middle)), 1 / (1 + np.exp(-half - middle))


def _log(estimate: SurveyEstimate, tail: float) -> tuple[float, float]:
    if estimate.value <= 0:
        return _student(estimate, tail)
    half = quantile_of_t(1 - tail, estimate.degrees) * estimate.standard_error / estimate.value
    with np.errstate(over="ignore"):
        return estimate.value * np.exp(-half), estimate.value * np.exp(half)


def _beta(estimate: SurveyEstimate, tail: float) -> tuple[float, float]:
    """Korn and Graubard (1998), as svyciprop(method="beta") has it: no cap at the number of respondents."""
    from scipy import special

    share, people = estimate.value, float(estimate.sample)
    if estimate.degrees <= 0:
        return 0.0, 1.0
    if 0 < share < 1 and estimate.standard_error > 0:
        people = share * (1 - share) / estimate.standard_error**2
        t_of_people = quantile_of_t(tail, estimate.sample - 1)
        people *= (t_of_people / quantile_of_t(tail, estimate.degrees)) ** 2
    yes, no = people * share, people * (1 - share)
    low = float(special.betaincinv(yes, no + 1, tail)) if yes > 0 else 0.0
    high = float(special.betaincinv(yes + 1, no, 1 - tail)) if no > 0 else 1.0
    return low, high


def _percentile(estimate: SurveyEstimate, tail: float) -> tuple[float, float]:
    assert estimate.replicates is not None
    low, high = np.quantile(estimate.replicates, [tail, 1 - tail], method="median_unbiased")
    return float(low), float(high)


_LIMITS: Final = {
    IntervalKind.STUDENT: _student,
    IntervalKind.LOGIT: _logit,
    IntervalKind.BETA: _beta,
    IntervalKind.LOG: _log,
    IntervalKind.PERCENTILE: _percentile,
}


def seed_of(random: np.random.Generator) -> int | None:
    """Give the seed that this generator was made from, where it is known."""
    sequence = getattr(random.bit_generator, "seed_seq", None)
    entropy = getattr(sequence, "entropy", None)
    return int(entropy) if isinstance(entropy, int) else None


def caution(code: str, template: str, **values: object) -> Caution:
    """Make a caution from a template marked by N_ and its values."""
    return Caution(code, Said(template, values))


def column_of(values: object, *, length: int | None, what: str) -> Numbers:
    """Give numbers as one column; refuse another length, and what is not a number, with the row (from 1)."""
    try:
        column = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise CannotEstimate(N_("%(what)s: not every value is a number."), what=what) from None
    if column.ndim != 1 or (length is not None and column.size != length):
        raise CannotEstimate(
            N_("%(what)s: %(given)s values were given for %(wanted)s respondents."),
            what=what,
            given=column.size if column.ndim == 1 else str(column.shape),
            wanted="the" if length is None else length,
        )
    return column


def table_of(values: object, *, columns: int, what: str) -> Numbers:
    """Give numbers as a table with so many columns; refuse another shape, and what is not a number."""
    try:
        table = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise CannotEstimate(
            N_("%(what)s: not every value is a number, or rows are of different lengths."), what=what
        ) from None
    if table.ndim != 2 or table.shape[1] != columns:
        raise CannotEstimate(
            N_(
                "%(what)s: there must be one row for each respondent, with this number of columns: %(count)s."
            ),
            what=what,
            count=columns,
        )
    return table


def row_of(where: NDArray[np.bool_]) -> int:
    """Give the number of the first row (from 1) where this is so."""
    return int(np.flatnonzero(where)[0]) + 1
