"""What may be said of a study, and what may not: sentences that follow from its numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from amparo.stats.prevalence._bounds import ChaoBound
from amparo.stats.prevalence._describing import FEW_REPEATED
from amparo.stats.prevalence._estimate import Estimate
from amparo.stats.prevalence._protecting import Shown
from amparo.stats.prevalence._study import Study

from ._words import about, joined, level_words, lowered, number, ratio

__all__ = ["Range", "full_estimates", "may_be_said", "may_not_be_said", "range_of"]

_CONDITIONAL = {"loglinear"}  # its interval takes one model for granted
_FAR_APART = 1.5


@dataclass(frozen=True, slots=True)
class Range:
    """Holds the range of several estimates: of the numbers themselves, and of all their intervals together."""

    estimates: tuple[Estimate, ...]
    lowest: float
    highest: float
    low: float
    high: float


def full_estimates(study: Study) -> tuple[Estimate, ...]:
    """Give the estimates of the whole number whose interval allows for the choice of the model: no floors, no single models."""
    return tuple(
        one
        for one in study.estimates
        if one.estimate is not None and not isinstance(one, ChaoBound) and one.method not in _CONDITIONAL
    )


def range_of(study: Study) -> Range | None:
    """Give the range of the full estimates; None when there is none."""
    found = full_estimates(study)
    limits = [limits for one in found if (limits := one.interval(study.level)) is not None]
    if not found or not limits:
        return None
    numbers = [one.estimate for one in found if one.estimate is not None]
    return Range(
        found, min(numbers), max(numbers), min(one.low for one in limits), max(one.high for one in limits)
    )


def may_be_said(study: Study) -> Iterator[str]:
    """Give the sentences that the numbers bear."""
    seen = study.description.observed
    yield f"{number(seen)} people were seen on at least one of {len(study.table.lists)} lists ({joined(study.table.lists)})."
    floor = study.sensitivity.floor if study.sensitivity else None
    if floor is not None and floor.estimate is not None:
        limits = floor.interval(study.level)
        assert limits is not None
        below = [
            one for one in full_estimates(study) if one.estimate is not None and one.estimate < floor.estimate
        ]
        yield (
            f"At least about {about(floor.estimate)} people, and hardly fewer than {about(limits.low)}, provided that being on one "
            "list does not make it less likely to be on another."
            + (
                f" Estimates below that ({joined(lowered(one) for one in below)}) take people to be alike in their chances, or find that "
                "some lists avoid each other."
                if below
                else ""
            )
        )
    found = range_of(study)
    if found is None:
        return
    methods = joined(lowered(one) for one in found.estimates)
    span = (
        f"{about(found.low)} people or more, without an upper limit"
        if math.isinf(found.high)
        else f"Between {about(found.low)} and {about(found.high)} people"
    )
    if len(found.estimates) == 1:
        yield f"{span}: the {level_words(study.level)} interval of one method ({methods}), which allows for the choice of its model."
    else:
        yield (
            f"{span}: the range of the {level_words(study.level)} intervals of {len(found.estimates)} methods ({methods}), each of which "
            f"allows for the choice of its model. The methods themselves put the number at {_between(found.lowest, found.highest, about)}."
        )
    low, high_ratio = (found.lowest - seen) / seen, (found.highest - seen) / seen
    yield f"For each person on a list, {_between(low, high_ratio, ratio)} are on none."
    if study.population is not None:
        low, high = (study.population.rate(end) for end in (found.low, found.high))
        rates = f"{_rate(low)} or more" if math.isinf(high) else f"Between {_rate(low)} and {_rate(high)}"
        yield f"{rates} per 100,000 {study.population.words} ({number(study.population.people)} in all)."


def _between(low: float, high: float, words: Callable[[float], str]) -> str:
    return f"about {words(low)}" if words(low) == words(high) else f"between {words(low)} and {words(high)}"


def may_not_be_said(study: Study) -> Iterator[str]:
    """Give the sentences that somebody may wish to say and the numbers do not bear."""
    yield "One number without its interval, or one interval without saying that other methods give others."
    found = range_of(study)
    if found is None:
        yield "Any number of unseen people with an interval that allows for the choice of the model: none was found."
    elif found.highest / found.lowest > _FAR_APART:
        yield (
            f"That the methods agree: the highest is {ratio(found.highest / found.lowest)} times the lowest. Nothing in the data "
            "decides between them."
        )
    if found is not None and math.isinf(found.high):
        yield "Any upper limit: for at least one method the data set none."
    told = study.overlaps.repeated if study.overlaps else None
    repeated = study.description.repeated
    if repeated < FEW_REPEATED:
        many = (
            f"{number(repeated)} people"
            if told is not None and told.shown is Shown.SHOWN
            else "very few people"
        )
        yield f"Anything that hangs on the exact number: all of it rests on {many} who are on two lists or more."
    yield from _from_checks(study)
    yield (
        "That the number rose or fell since another estimate, unless both were made from the same lists, with the same "
        "definitions and linkage, and their intervals lie apart."
    )
    yield (
        "Anything about people whom none of the lists could ever have reached: they are in no estimate of this kind, and the true "
        "number is higher by them."
    )
    if not study.strata:
        yield "Anything about groups (women, children, a region): no estimate was made for them."


def _from_checks(study: Study) -> Iterator[str]:
    parts = study.sensitivity
    if parts is None:
        yield "That the estimate is robust: what it hangs on was not looked at."
        return
    if parts.consistency is not None and parts.consistency.points:
        held, asked = parts.consistency.held
        if held < asked:
            yield (
                f"That the stepwise method proved itself on these lists: when a list of known size was hidden, {held} of {asked} "
                f"intervals of {level_words(parts.consistency.level)} held that size."
            )
    if (
        parts.omitted is not None
        and (span := parts.omitted.range) is not None
        and span[1] / span[0] > _FAR_APART
    ):
        yield (
            f"That no single list decides: leaving out one of them puts the stepwise estimate anywhere between {about(span[0])} and "
            f"{about(span[1])}."
        )
    if parts.redrawn is None:
        yield (
            "That the links are right: how many people were not recognised on a second list is not in these data. Each such person "
            "makes the estimate too high."
        )


def _rate(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"
