"""Generalised scale-up: the adjustment is measured, by asking hidden people who knows of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.prevalence import CannotEstimate
from amparo.stats.results import Said
from amparo.vocab.text import N_

from ._design import SurveyDesign
from ._replicates import bootstrap
from ._result import VERSIONS, IntervalKind, Numbers, column_of, row_of, seed_of
from ._scale_up import FEEHAN, Degrees, ScaleUpEstimate

__all__ = ["HiddenReports", "generalised_scale_up"]

ASSUMPTIONS: Final = (
    Said(
        N_(
            "Nobody is counted as hidden who is not, and every respondent counts each hidden person they know of once."
        )
    ),
    Said(
        N_(
            "Hidden people say rightly how many people of the probe groups know of them, and how many they know there."
        )
    ),
    Said(
        N_("The probe groups, taken together, are known by hidden people as the whole frame population is.")
    ),
    Said(N_("The sample of hidden people has weights that are right up to a constant.")),
)


@dataclass(frozen=True, slots=True, eq=False)
class HiddenReports:
    """Holds what a sample of hidden people tells of probe groups (groups of known size in the frame population).

    For each hidden respondent: ``aware`` is how many people of all probe groups together know that the respondent belongs
    to the hidden population (not all of whom they know); ``known`` how many people of the probe groups the respondent
    knows. ``probes`` is the size of the probe groups together. ``design`` holds the weights, such as those of respondent-driven
    sampling, up to a constant.
    """

    aware: Numbers
    known: Numbers | None
    probes: float
    design: SurveyDesign

    @classmethod
    def of(
        cls,
        aware: Sequence[float] | Numbers,
        *,
        probes: float,
        design: SurveyDesign,
        known: Sequence[float] | Numbers | None = None,
    ) -> HiddenReports:
        """Read the reports; refuse negative ones, and one who is known of by more people than they know."""
        seen = column_of(aware, length=design.people, what="aware")
        _refuse_wrong(~(seen >= 0) | np.isinf(seen), N_("Row %(row)s: how many are aware must be 0 or more."))
        contacts = None
        if known is not None:
            contacts = column_of(known, length=design.people, what="known")
            _refuse_wrong(
                ~(contacts >= seen) | np.isinf(contacts),
                N_("Row %(row)s: more people are aware of this respondent than the respondent knows."),
            )
        if not probes > 0:
            raise CannotEstimate(N_("The probe groups must have a size above 0."))
        return cls(seen, contacts, float(probes), design)


def _refuse_wrong(wrong: NDArray[np.bool_], template: str) -> None:
    if wrong.any():
        raise CannotEstimate(template, row=row_of(wrong))


def generalised_scale_up(
    hidden: Sequence[float] | Numbers,
    design: SurveyDesign,
    visible: HiddenReports,
    *,
    frame: float,
    random: np.random.Generator,
    degrees: Degrees | None = None,
    replicates: int = 1000,
) -> ScaleUpEstimate:
    """Estimate the size as reports about the hidden over how visible the hidden are (Feehan and Salganik 2016, eq. 8-10).

    ``hidden`` and ``design`` are of the sample of the frame population, whose weights must add up to its size ``frame``: the
    numerator is the total of reports. The denominator is the mean number of people in the frame who are aware of a hidden
    person, frame / probes · mean(aware). Both samples are bootstrapped by clusters (by respondents where there are none),
    independently. Where ``degrees`` and ``visible.known`` are given, the result has the transmission (aware / known among
    the hidden) and the degree ratio (known by the hidden / degrees of the frame): what the basic estimate lacked.
    """
    reports = column_of(hidden, length=design.people, what="hidden")
    _refuse_wrong(
        ~(reports >= 0) | np.isinf(reports),
        N_("Row %(row)s: how many hidden people are known must be 0 or more."),
    )
    _refuse_unscaled(design, frame)
    ratio = frame / visible.probes

    def reported(weights: Numbers) -> float:
        return float(weights @ reports)

    def visibility(weights: Numbers) -> float:
        return float(ratio * (weights @ visible.aware) / weights.sum())

    value, seen = reported(design.weights), visibility(visible.design.weights)
    if value == 0 or seen == 0:
        raise CannotEstimate(
            N_("Nobody in the sample knows of anybody hidden.")
            if value == 0
            else N_("No hidden person is known of by anybody in the probe groups.")
        )
    above = _drawn(design, reported, random, replicates)
    below = _drawn(visible.design, visibility, random, replicates)
    drawn = np.divide(above, below, out=np.full(replicates, np.inf), where=below > 0)
    if not np.isfinite(drawn).all():
        raise CannotEstimate(
            N_(
                "In %(count)s of %(all)s replicates nobody hidden is visible: there are too few hidden respondents."
            ),
            count=int((~np.isfinite(drawn)).sum()),
            all=drawn.size,
        )
    transmission, degree_ratio = _factors(visible, degrees, design, ratio)
    return ScaleUpEstimate(
        quantity="size",
        method="generalised network scale-up",
        value=value / seen,
        standard_error=float(drawn.std(ddof=1)),
        sample=design.people,
        kind=IntervalKind.PERCENTILE,
        bounds=(0.0, np.inf),
        replicates=drawn,
        assumptions=ASSUMPTIONS,
        sources=(FEEHAN,),
        seed=seed_of(random),
        versions=VERSIONS,
        transmission=transmission,
        degree_ratio=degree_ratio,
        population=frame,
    )


def _drawn(
    design: SurveyDesign, statistic: Callable[[Numbers], float], random: np.random.Generator, replicates: int
) -> Numbers:
    return np.array(
        [statistic(weights) for weights in bootstrap(design, random=random, replicates=replicates)]
    )


def _refuse_unscaled(design: SurveyDesign, frame: float) -> None:
    total = float(design.weights.sum())
    if not abs(total / frame - 1) < 0.05:
        raise CannotEstimate(
            N_(
                "The weights add up to %(total)s and the frame population has %(frame)s people. The total of reports needs weights that "
                "add up to it: scale or post-stratify them."
            ),
            total=f"{total:,.0f}",
            frame=f"{frame:,.0f}",
        )


def _factors(
    visible: HiddenReports, degrees: Degrees | None, design: SurveyDesign, ratio: float
) -> tuple[float | None, float | None]:
    """Measure transmission and degree ratio where the reports allow it; None where they do not."""
    if visible.known is None:
        return None, None
    weights = visible.design.weights
    contacts = float(weights @ visible.known)
    if contacts == 0:
        return None, None
    transmission = float(weights @ visible.aware) / contacts
    if degrees is None:
        return transmission, None
    if degrees.values.size != design.people:
        raise CannotEstimate(N_("The degrees are not of the respondents of this sample."))
    known = ~np.isnan(degrees.values)
    mean = float(design.weights[known] @ degrees.values[known] / design.weights[known].sum())
    return transmission, ratio * contacts / float(weights.sum()) / mean if mean > 0 else None
