"""Means, shares, ratios and totals of a population, with Taylor linearisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.prevalence import CannotEstimate
from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._design import SurveyDesign
from ._result import IntervalKind, Numbers, SurveyEstimate, caution, column_of, row_of

__all__ = ["estimate_mean", "estimate_proportion", "estimate_ratio", "estimate_total"]

SOURCES: Final = (
    "Horvitz, D. G., Thompson, D. J. (1952). A generalization of sampling without replacement from a finite universe. JASA 47, 663-685.",
    "Särndal, C.-E., Swensson, B., Wretman, J. (1992). Model Assisted Survey Sampling. Springer.",
)
KORN_GRAUBARD: Final = (
    "Korn, E. L., Graubard, B. I. (1998). Confidence intervals for proportions with small expected number of positive counts "
    "estimated from survey data. Survey Methodology 24, 193-201."
)
ASSUMPTIONS: Final = (
    Said(
        N_(
            "Everybody in the population had a known chance above 0 to be drawn, and the weights are one divided by it."
        )
    ),
    Said(N_("Clusters were drawn independently of each other within their stratum.")),
    Said(N_("Those who did not answer are like those of their group who did.")),
)
FEW_DEGREES: Final = 8
FEW_PEOPLE: Final = 30

Flags = Sequence[bool] | NDArray[np.bool_]


def estimate_total(
    design: SurveyDesign, values: Sequence[float] | Numbers, *, domain: Flags | None = None
) -> SurveyEstimate:
    """Estimate the total of ``values`` over the population, or over those of ``domain`` (Horvitz and Thompson 1952).

    A missing value (NaN) counts as outside the domain: the total is then too low, and a caution says so.
    """
    column, inside, cautions = _used(design, values, domain)
    counted = np.where(inside, column, 0.0)
    return _estimate(
        design,
        "total",
        float(design.weights @ counted),
        design.variance_of_total(counted),
        inside,
        cautions=cautions,
    )


def estimate_ratio(
    design: SurveyDesign,
    numerator: Sequence[float] | Numbers,
    denominator: Sequence[float] | Numbers,
    *,
    domain: Flags | None = None,
) -> SurveyEstimate:
    """Estimate the total of ``numerator`` over the total of ``denominator``; rows where one is missing are left out."""
    above, first, cautions = _used(design, numerator, domain)
    below, second, _ = _used(design, denominator, domain)
    inside = first & second
    above, below = np.where(inside, above, 0.0), np.where(inside, below, 0.0)
    total = float(design.weights @ below)
    if total == 0:
        raise CannotEstimate(N_("The denominator adds up to 0, so there is no ratio."))
    ratio = float(design.weights @ above) / total
    variance = design.variance_of_total((above - ratio * below) / total)
    return _estimate(design, "ratio", ratio, variance, inside, cautions=cautions)


def estimate_mean(
    design: SurveyDesign, values: Sequence[float] | Numbers, *, domain: Flags | None = None
) -> SurveyEstimate:
    """Estimate the mean of ``values`` (Hájek 1971): the weighted total over the sum of the weights.

    Respondents outside ``domain``, and those with a missing value, stay in the design, as the variance of a domain needs.
    """
    column, inside, cautions = _used(design, values, domain)
    mean, variance = _mean(design, column, inside)
    effect = _design_effect(design, column, inside, variance)
    return _estimate(design, "mean", mean, variance, inside, cautions=cautions, effect=effect)


def estimate_proportion(
    design: SurveyDesign,
    flags: Sequence[float] | Numbers,
    *,
    domain: Flags | None = None,
    kind: IntervalKind = IntervalKind.BETA,
) -> SurveyEstimate:
    """Estimate the share of people for whom ``flags`` is 1 (0: not so, NaN: not known, left out).

    The interval is that of Korn and Graubard (1998), or on the logit scale, or Student's: ``kind``.
    """
    if kind not in {IntervalKind.BETA, IntervalKind.LOGIT, IntervalKind.STUDENT}:
        raise CannotEstimate(
            N_("An interval of a share is of the kind beta, logit or student, not %(kind)s."), kind=kind
        )
    column, inside, cautions = _used(design, flags, domain)
    wrong = inside & (column != 0) & (column != 1)
    if wrong.any():
        raise CannotEstimate(
            N_("Row %(row)s has %(value)s. For a share every value is 1, 0 or missing."),
            row=row_of(wrong),
            value=column[wrong][0],
        )
    share, variance = _mean(design, column, inside)
    if share in {0.0, 1.0}:
        template = N_(
            "All %(count)s respondents say the same: the interval is that of a simple random sample of them."
        )
        cautions += (caution("all-alike", template, count=int(inside.sum())),)
    effect = _design_effect(design, column, inside, variance)
    return _estimate(
        design,
        "proportion",
        share,
        variance,
        inside,
        cautions=cautions,
        effect=effect,
        kind=kind,
        bounds=(0.0, 1.0),
    )


def _mean(design: SurveyDesign, column: Numbers, inside: NDArray[np.bool_]) -> tuple[float, float]:
    weight = float(design.weights[inside].sum())
    mean = float(design.weights[inside] @ column[inside]) / weight
    return mean, design.variance_of_total(np.where(inside, column - mean, 0.0) / weight)


def _design_effect(
    design: SurveyDesign, column: Numbers, inside: NDArray[np.bool_], variance: float
) -> float | None:
    """Compare the variance with that of a simple random sample with replacement of as many people (Kish 1965)."""
    weights, values = design.weights[inside], column[inside]
    people = values.size
    if people < 2:
        return None
    mean = weights @ values / weights.sum()
    spread = float(weights @ (values - mean) ** 2 / weights.sum()) * people / (people - 1)
    return variance / (spread / people) if spread > 0 else None


def _used(
    design: SurveyDesign, values: Sequence[float] | Numbers, domain: Flags | None
) -> tuple[Numbers, NDArray[np.bool_], tuple[Caution, ...]]:
    column = column_of(values, length=design.people, what="value")
    inside = np.ones(design.people, dtype=np.bool_)
    if domain is not None:
        inside = np.array(domain, dtype=np.bool_)
        if inside.shape != (design.people,):
            raise CannotEstimate(N_("The domain has not one value for each respondent."))
    missing = inside & np.isnan(column)
    if np.isinf(column[inside]).any():
        raise CannotEstimate(N_("Row %(row)s has an infinite value."), row=row_of(inside & np.isinf(column)))
    inside &= ~missing
    if not inside.any():
        raise CannotEstimate(N_("No respondent has a value, so there is nothing to estimate."))
    cautions: tuple[Caution, ...] = ()
    if missing.any():
        template = N_("Respondents left out because they have no value: %(count)s.")
        cautions = (caution("missing-values", template, count=int(missing.sum())),)
    return np.where(np.isnan(column), 0.0, column), inside, cautions


def _estimate(
    design: SurveyDesign,
    quantity: str,
    value: float,
    variance: float,
    inside: NDArray[np.bool_],
    *,
    cautions: tuple[Caution, ...] = (),
    effect: float | None = None,
    kind: IntervalKind = IntervalKind.STUDENT,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> SurveyEstimate:
    degrees = design.degrees
    if degrees < FEW_DEGREES:
        template = N_(
            "There are only %(degrees)s degrees of freedom (clusters less strata): the interval is wide for that reason."
        )
        cautions += (caution("few-clusters", template, degrees=degrees),)
    if (people := int(inside.sum())) < FEW_PEOPLE:
        template = N_("Only %(count)s respondents stand behind this number.")
        cautions += (caution("few-respondents", template, count=people),)
    return SurveyEstimate(
        quantity=quantity,
        method="taylor linearisation",
        value=value,
        standard_error=float(np.sqrt(variance)),
        sample=people,
        kind=kind,
        degrees=float(degrees),
        bounds=bounds,
        design_effect=effect,
        assumptions=ASSUMPTIONS,
        warnings=cautions,
        sources=(*SOURCES, KORN_GRAUBARD) if kind is IntervalKind.BETA else SOURCES,
    )
