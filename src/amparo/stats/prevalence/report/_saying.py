"""What may be said of a study, and what may not: sentences that follow from its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from amparo.stats.prevalence._bounds import ChaoBound
from amparo.stats.prevalence._describing import FEW_REPEATED
from amparo.stats.prevalence._estimate import Estimate
from amparo.stats.prevalence._flooring import floor_words
from amparo.stats.prevalence._protecting import Shown
from amparo.stats.prevalence._study import Population, Study
from amparo.stats.report import gettext as _
from amparo.stats.report import ngettext

from ._words import about, joined, level_words, lowered, names, number, ratio

__all__ = ["Range", "floor_said", "full_estimates", "may_be_said", "may_not_be_said", "range_of"]

_CONDITIONAL = {"loglinear", "threshold"}  # their intervals take the model for granted
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


def floor_said(study: Study) -> tuple[str, bool]:
    """Say that a floor lies above estimates, and whether that is a warning sign; empty where none does."""
    told = [
        (lowered(one), about(one.estimate), caution.code, caution.message.values.get("floor"))
        for one in study.estimates
        for caution in one.warnings
    ]
    return floor_words(told, _, joined)


def may_be_said(study: Study) -> Iterator[str]:
    """Give the sentences that the numbers bear."""
    seen = study.description.observed
    yield _("%(people)s people were seen on at least one of %(count)s lists (%(lists)s).") % {
        "people": number(seen),
        "count": len(study.table.lists),
        "lists": names(study.table.lists),
    }
    yield from _floor(study)
    found = range_of(study)
    if found is None:
        return
    yield _span(study, found)
    low, high = (found.lowest - seen) / seen, (found.highest - seen) / seen
    if ratio(low) == ratio(high):
        yield _("For each person on a list, about %(number)s are on none.") % {"number": ratio(low)}
    else:
        yield _("For each person on a list, between %(low)s and %(high)s are on none.") % {
            "low": ratio(low),
            "high": ratio(high),
        }
    if study.population is not None:
        yield _rates(study.population, found)


def _floor(study: Study) -> Iterator[str]:
    floor = study.sensitivity.floor if study.sensitivity else None
    if floor is None or floor.estimate is None:
        return
    limits = floor.interval(study.level)
    assert limits is not None
    yield _(
        "At least about %(floor)s people, and hardly fewer than %(low)s, provided that being on one list does not make it less likely "
        "to be on another."
    ) % {"floor": about(floor.estimate), "low": about(limits.low)}


def _span(study: Study, found: Range) -> str:
    """Say how far the intervals reach, whose they are, and where the methods put the number themselves."""
    words = {
        "low": about(found.low),
        "high": about(found.high),
        "level": level_words(study.level),
        "count": len(found.estimates),
        "methods": joined(lowered(one) for one in found.estimates),
    }
    is_endless = math.isinf(found.high)
    if len(found.estimates) == 1:
        one = (
            _(
                "%(low)s people or more, without an upper limit: the %(level)s interval of one method (%(methods)s), which allows for the "
                "choice of its model."
            )
            if is_endless
            else _(
                "Between %(low)s and %(high)s people: the %(level)s interval of one method (%(methods)s), which allows for the choice of "
                "its model."
            )
        )
        return one % words
    several = (
        _(
            "%(low)s people or more, without an upper limit: the range of the %(level)s intervals of %(count)s methods (%(methods)s), each "
            "of which allows for the choice of its model."
        )
        if is_endless
        else _(
            "Between %(low)s and %(high)s people: the range of the %(level)s intervals of %(count)s methods (%(methods)s), each of which "
            "allows for the choice of its model."
        )
    )
    lowest, highest = about(found.lowest), about(found.highest)
    themselves = (
        _("The methods themselves put the number about %(number)s.") % {"number": lowest}
        if lowest == highest
        else _("The methods themselves put the number between %(low)s and %(high)s.")
        % {"low": lowest, "high": highest}
    )
    return f"{several % words} {themselves}"


def _rates(population: Population, found: Range) -> str:
    words = {
        "low": _rate(population.rate(found.low)),
        "high": _rate(population.rate(found.high)),
        "who": population.words,
        "people": number(population.people),
    }
    said = (
        _("%(low)s or more per 100,000 %(who)s (%(people)s in all).")
        if math.isinf(found.high)
        else _("Between %(low)s and %(high)s per 100,000 %(who)s (%(people)s in all).")
    )
    return said % words


def may_not_be_said(study: Study) -> Iterator[str]:
    """Give the sentences that somebody may wish to say and the numbers do not bear."""
    yield _("One number without its interval, or one interval without saying that other methods give others.")
    found = range_of(study)
    if found is None:
        yield _(
            "Any number of unseen people with an interval that allows for the choice of the model: none was found."
        )
    elif found.highest / found.lowest > _FAR_APART:
        yield _(
            "That the methods agree: the highest is %(times)s times the lowest. Nothing in the data decides between them."
        ) % {"times": ratio(found.highest / found.lowest)}
    if found is not None and math.isinf(found.high):
        yield _("Any upper limit: for at least one method the data set none.")
    repeated = study.description.repeated
    if repeated < FEW_REPEATED:
        is_told = study.overlaps is not None and study.overlaps.repeated.shown is Shown.SHOWN
        yield (
            ngettext(
                "Anything that hangs on the exact number: all of it rests on %(number)s person who is on two lists or more.",
                "Anything that hangs on the exact number: all of it rests on %(number)s people who are on two lists or more.",
                repeated,
            )
            % {"number": number(repeated)}
            if is_told
            else _(
                "Anything that hangs on the exact number: all of it rests on very few people who are on two lists or more."
            )
        )
    yield from _from_checks(study)
    yield _(
        "That the number rose or fell since another estimate, unless both were made from the same lists, with the same definitions "
        "and linkage, and their intervals lie apart."
    )
    yield _(
        "Anything about people whom none of the lists could ever have reached: they are in no estimate of this kind, and the true "
        "number is higher by them."
    )
    if not study.strata:
        yield _("Anything about groups (women, children, a region): no estimate was made for them.")


def _from_checks(study: Study) -> Iterator[str]:
    parts = study.sensitivity
    if parts is None:
        yield _("That the estimate is robust: what it hangs on was not looked at.")
        return
    if parts.consistency is not None and parts.consistency.points:
        held, asked = parts.consistency.held
        if held < asked:
            yield _(
                "That the stepwise method proved itself on these lists: when a list of known size was hidden, %(held)s of %(asked)s "
                "intervals of %(level)s held that size."
            ) % {"held": held, "asked": asked, "level": level_words(parts.consistency.level)}
    if (
        parts.omitted is not None
        and (span := parts.omitted.range) is not None
        and span[1] / span[0] > _FAR_APART
    ):
        yield _(
            "That no single list decides: leaving out one of them puts the stepwise estimate anywhere between %(low)s and %(high)s."
        ) % {"low": about(span[0]), "high": about(span[1])}
    path = parts.thresholds.range if parts.thresholds is not None else None
    if path is not None and path[1] / path[0] > _FAR_APART:
        yield _(
            "That the threshold of the stepwise choice does not matter: from the smallest to the largest that was tried it gives anything "
            "between %(low)s and %(high)s."
        ) % {"low": about(path[0]), "high": about(path[1])}
    if parts.redrawn is None:
        yield _(
            "That the links are right: how many people were not recognised on a second list is not in these data. Each such person "
            "makes the estimate too high."
        )


def _rate(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"
