"""The part of the report about what the estimates hang on: models, lists, choices within methods, and checks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from amparo.stats.prevalence._checks import ConsistencyCheck, ConsistencyPoint, Spread, Variations
from amparo.stats.prevalence._loglinear import RankedModel
from amparo.stats.prevalence._sensitivity import PathOfModels, Ranking, Sensitivity
from amparo.stats.prevalence._study import Study
from amparo.stats.report import (
    Band,
    Block,
    Chart,
    Heading,
    Mark,
    Paragraph,
    Row,
    Table,
    draw_lines,
    draw_marks,
    draw_rows,
    ngettext,
    percent,
)
from amparo.stats.report import gettext as _
from amparo.vocab.text import N_

from ._words import about, interval, level_words, names, number, ratio, status_words

__all__ = ["hanging_parts"]

# What was drawn at one point: where, the low, middle and high value, how many draws gave none, and of how many.
_Drawn = tuple[str, float | None, float | None, float | None, int, int]

_KINDS = {
    "omit": (
        N_("A list left out"),
        N_("Without"),
        N_("Each line leaves one list out. What one list brings in alone, nobody else can check."),
    ),
    "merge": (
        N_("Two lists merged"),
        N_("Merged"),
        N_(
            "Each line makes one list of two. Where two lists send each other people, this is the sounder way."
        ),
    ),
}
_SWEEPS = {
    "threshold": (
        N_("The threshold of the stepwise choice"),
        N_("probability below which a pair of lists is let in"),
    ),
    "delta": (N_("The prior count of the average over graphs"), N_("delta, the prior count of a cell")),
    "prior": (N_("The prior of the number of people"), N_("prior of N")),
}
_CHOICES = {"uniform": N_("uniform")}  # what a choice within a method is called; the others are numbers
_SPREADS = {
    "growth": (
        N_("From growing parts of the people seen"),
        N_("share of the people seen"),
        N_(
            "The estimate for each person seen, from random parts of them. A line that still climbs or falls at its end has not settled."
        ),
    ),
    "missed-links": (
        N_("If links were missed"),
        N_("share of links broken at random"),
        N_(
            "What the stepwise estimate becomes when links between lists are broken. Links that were missed in the data themselves have "
            "already done so: the truth is lower by about as much."
        ),
    ),
    "drawn-links": (
        N_("If uncertain links are drawn"),
        N_("all links, by their probability"),
        N_("The stepwise estimate over tables that were drawn by the probabilities of the links."),
    ),
}


def hanging_parts(study: Study, parts: Sensitivity) -> Iterator[Block]:
    """Give the blocks on what the estimates hang on, and the checks."""
    yield Heading(_("What the estimates hang on"))
    if parts.ranking is not None:
        yield from _ranking(parts.ranking)
    for variations in (parts.omitted, parts.merged):
        if variations is not None and variations.variations:
            yield from _variations(variations, study)
    for sweep in (parts.thresholds, parts.deltas, parts.priors):
        if sweep is not None and sweep.variations:
            yield from _sweep(sweep)
    if parts.models is not None and len(parts.models.points) > 1:
        yield from _path(parts.models)
    if study.shown_pairs and parts.pairs:
        yield _pairs(study, len(parts.pairs))
    yield from _checks(study, parts)


def _checks(study: Study, parts: Sensitivity) -> Iterator[Block]:
    yield Heading(_("Checks"))
    if parts.consistency is not None:
        yield from _consistency(parts.consistency, study)
    for spread in (parts.growth, parts.missed, parts.redrawn):
        if spread is not None:
            yield from _spread(spread)


def _ranking(ranking: Ranking) -> Iterator[Block]:
    counts = {
        "admissible": number(ranking.admissible),
        "fitted": number(ranking.fitted),
        "others": number(ranking.fitted - ranking.admissible),
    }
    words = (
        _(
            "%(admissible)s of %(fitted)s log-linear models have an estimate. %(others)s have none with these overlaps."
        )
        if ranking.is_whole
        else _("There are too many models to fit all: a search found the %(admissible)s of lowest BIC.")
    ) % counts
    if ranking.near_range is not None:
        low, high = ranking.near_range
        near = ngettext(
            "One lies within 10 units of the lowest BIC and so cannot be told from it by the data: it says %(low)s.",
            "%(number)s lie within 10 units of the lowest BIC and so cannot be told from it by the data: they say %(low)s to %(high)s.",
            ranking.near,
        )
        words += " " + near % {"number": number(ranking.near), "low": about(low), "high": about(high)}
    yield Heading(_("The choice of the model"), 3)
    yield Paragraph(words)
    if ranking.models:
        yield _models_of_lowest_bic(ranking.models)


def _models_of_lowest_bic(models: Sequence[RankedModel]) -> Block:
    return Chart(
        _("The models of lowest BIC"),
        draw_marks(
            [Mark(model.estimate, model.delta_bic, str(model.hierarchy)) for model in models],
            across=_("people, seen and unseen"),
            down=_("BIC above the lowest"),
        ),
        _(
            "Each dot is one of the %(count)s log-linear models that fit best for their size; the higher it stands, the better. How far "
            "they spread from left to right is how much the answer hangs on the model."
        )
        % {"count": len(models)},
        Table(
            _("The models of lowest BIC"),
            (_("Model"), _("Estimate"), _("BIC above the lowest"), _("AIC above the lowest")),
            tuple(
                (
                    str(model.hierarchy),
                    about(model.estimate),
                    f"{model.delta_bic:.1f}",
                    f"{model.delta_aic:.1f}",
                )
                for model in models
            ),
            notes=_(
                "BIC and AIC, two information criteria, weigh how well a model fits against how many terms it has; lower is better."
            ),
        ),
    )


def _variations(found: Variations, study: Study) -> Iterator[Block]:
    title, heading, told = map(_, _KINDS[found.kind])
    base = next((one.estimate for one in study.estimates if one.method == found.method), None)
    rows = [
        Row(one.changed, one.estimate, note="" if one.estimate is not None else _("no estimate"))
        for one in found.variations
    ]
    yield Chart(
        title,
        draw_rows(
            rows,
            axis=_("people by the stepwise choice"),
            line_at=base,
            line_words=_("%(number)s with all lists") % {"number": about(base)} if base is not None else "",
        ),
        told,
        Table(
            title,
            (heading, _("Estimate"), _("Of the estimate with all lists")),
            tuple(
                (
                    one.changed,
                    about(one.estimate) if one.estimate is not None else status_words(one.status),
                    percent(one.estimate / base) if one.estimate is not None and base is not None else "",
                )
                for one in found.variations
            ),
        ),
    )


def _sweep(found: Variations) -> Iterator[Block]:
    title, across = map(_, _SWEEPS[found.kind])
    numbers = Table(
        title,
        (across[:1].upper() + across[1:], _("Estimate")),
        tuple(
            (
                _(_CHOICES.get(one.changed, one.changed)),
                about(one.estimate) if one.estimate is not None else status_words(one.status),
            )
            for one in found.variations
        ),
    )
    if len(found.variations) < 3:
        yield numbers
        return
    drawing = draw_lines(
        [Band(one.changed, one.estimate) for one in found.variations], across=across, up=_("estimate")
    )
    yield Chart(
        title, drawing, _("An answer that jumps with a choice that nobody can justify is no answer."), numbers
    )


def _path(path: PathOfModels) -> Iterator[Block]:
    bands = [
        Band(
            str(models),
            math.sqrt(limits.low * limits.high) if math.isfinite(limits.high) else None,
            limits.low,
            limits.high,
        )
        for models, limits in path.points
    ]
    told = [one for one in path.points if one[0] in {1, 2, 5, 10, 20, 50, 100, path.points[-1][0]}]
    yield Chart(
        _("The number of models that a replicate may choose from"),
        draw_lines(bands, across=_("models, the best on the data first"), up=_("interval")),
        _(
            "The interval of %(level)s of the choice by BIC (band; the line is its middle). Where it still grows at the right end, it is "
            "too short."
        )
        % {"level": level_words(path.level)},
        Table(
            _("The interval by the number of models"),
            (_("Models"), _("Interval")),
            tuple((str(models), interval(limits)) for models, limits in told),
        ),
    )


def _pairs(study: Study, all_pairs: int) -> Block:
    rows = tuple(
        (
            names(one.lists),
            about(one.estimate) if one.estimate is not None else _("none: they share nobody"),
            interval(one.interval(study.level)) if one.estimate is not None else "",
        )
        for one in study.shown_pairs
    )
    notes = _(
        "Lists that send each other people make it too low, lists that reach different people too high."
    )
    if len(rows) < all_pairs:
        notes += " " + _(
            "%(shown)s of %(all)s pairs are shown: the overlap of the others is hidden, and could be worked out from this."
        ) % {"shown": len(rows), "all": all_pairs}
    headings = (_("Lists"), _("Estimate"), level_words(study.level))
    return Table(_("From two lists alone"), headings, rows, notes=notes)


def _consistency(check: ConsistencyCheck, study: Study) -> Iterator[Block]:
    yield Heading(_("Lists of known size, hidden"), 3)
    if not check.points:
        yield Paragraph(_("No list could be hidden: of none do the others see thirty people or more."))
        return
    held, asked = check.held
    yield Paragraph(
        _(
            "Each list was hidden in turn, and its size estimated from those of its people who are on other lists, by stepwise choice. "
            "%(held)s of %(asked)s intervals of %(level)s held the size. People on no list may be harder to reach than any of these."
        )
        % {"held": held, "asked": asked, "level": level_words(check.level)}
    )
    yield _hidden_lists(check, study)


def _hidden_lists(check: ConsistencyCheck, study: Study) -> Block:
    sizes = {
        point.hidden: count.text if (count := study.size_of(point.hidden)) else "×" for point in check.points
    }
    is_shown = {name for name, size in sizes.items() if "×" not in size and "–" not in size}
    rows = [
        Row(
            f"{point.hidden} ({sizes[point.hidden]})",
            None if point.estimate is None else point.estimate / point.truth,
            None
            if point.limits is None
            else (point.limits.low / point.truth, point.limits.high / point.truth),
            note="" if point.estimate is not None else _("no estimate"),
        )
        for point in check.points
    ]
    told = _("Each line hides one list; the dashed line is its true size.")
    if check.too_few:
        told += " " + _("Left out, since the others see too few of their people: %(lists)s.") % {
            "lists": names(check.too_few)
        }
    return Chart(
        _("Estimated size over true size"),
        draw_rows(
            rows,
            axis=_("estimate for each person who is on the list"),
            line_at=1.0,
            line_words=_("the truth"),
        ),
        told,
        Table(
            _("Lists of known size, hidden"),
            (_("Hidden list"), _("True size"), _("Estimate"), level_words(check.level)),
            tuple(
                (
                    point.hidden,
                    sizes[point.hidden],
                    _hidden_or(point, is_shown),
                    interval(point.limits) if point.hidden in is_shown else "",
                )
                for point in check.points
            ),
        ),
    )


def _hidden_or(point: ConsistencyPoint, is_shown: set[str]) -> str:
    if point.estimate is None:
        return status_words(point.status)
    if point.hidden in is_shown:
        return about(point.estimate)
    return _("%(share)s of it") % {"share": percent(point.estimate / point.truth)}


def _spread(spread: Spread) -> Iterator[Block]:
    title, across, told = map(_, _SPREADS[spread.kind])
    is_growth = spread.kind == "growth"

    def scaled(value: float | None, observed: float) -> float | None:
        return value / observed if value is not None and is_growth else value

    numbers = [
        (
            percent(point.at),
            scaled(point.low, point.observed),
            scaled(point.middle, point.observed),
            scaled(point.high, point.observed),
            point.refused,
            point.draws,
        )
        for point in spread.points
    ]
    table = _spread_table(title, across, numbers, ratio if is_growth else about)
    if len(numbers) < 2:
        yield Heading(title, 3)
        yield Paragraph(told)
        yield table
        return
    yield Chart(
        title,
        draw_lines(
            [Band(at, middle, low, high) for at, low, middle, high, *rest in numbers],
            across=across,
            up=_("people for each seen") if is_growth else _("estimate"),
        ),
        told,
        table,
    )


def _spread_table(title: str, across: str, numbers: Sequence[_Drawn], said: Callable[[float], str]) -> Table:
    def shown(value: float | None) -> str:
        return about(value) if value is None else said(value)

    return Table(
        title,
        (
            across[:1].upper() + across[1:],
            _("Middle"),
            _("Middle %(share)s of the draws") % {"share": level_words(0.8)},
            _("Draws without an estimate"),
        ),
        tuple(
            (
                at,
                shown(middle),
                _("%(low)s to %(high)s") % {"low": shown(low), "high": shown(high)}
                if middle is not None
                else "",
                _("%(part)s of %(all)s") % {"part": refused, "all": draws},
            )
            for at, low, middle, high, refused, draws in numbers
        ),
    )
