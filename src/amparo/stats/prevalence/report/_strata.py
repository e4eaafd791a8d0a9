"""The part of the report about strata: their estimates, their sum, and whether it is that of all together."""

from __future__ import annotations

import math
from collections.abc import Iterator

from amparo.stats.prevalence._checks import Addition, AddsUp
from amparo.stats.prevalence._estimate import Estimate, Limits
from amparo.stats.prevalence._study import ADDITION, Study
from amparo.stats.report import Block, Heading, Paragraph, Table, say
from amparo.stats.report import gettext as _

from ._words import about, interval, level_words, lowered, method_words, number

__all__ = ["strata_parts"]


def strata_parts(study: Study) -> Iterator[Block]:
    """Give the blocks on strata; none where there are none."""
    if not study.strata:
        return
    yield Heading(_("By %(column)s") % {"column": study.strata_by})
    yield _table(study)
    if study.addition is not None:
        yield Paragraph(_compared(study.addition))
        yield Paragraph(_meant(study.addition))
    elif ADDITION in study.cannot:
        yield Paragraph(say(study.cannot[ADDITION]))
    for stratum, part in study.strata.items():
        for one in part.estimates:
            if one.estimate is None and one.warnings:
                yield Paragraph(f"{stratum}, {lowered(one)}: {say(one.warnings[0].message)}")


def _table(study: Study) -> Table:
    methods = [one.method for one in study.estimates]
    rows = []
    seen = study.seen_by_stratum()
    for stratum, part in study.strata.items():
        by = {one.method: one for one in part.estimates}
        rows.append((stratum, seen[stratum].text, *(_cell(by.get(m), study.level) for m in methods)))
    sums = []
    for method in methods:
        numbers = [
            next((one.estimate for one in part.estimates if one.method == method), None)
            for part in study.strata.values()
        ]
        told = [one for one in numbers if one is not None]
        sums.append(about(sum(told)) if len(told) == len(numbers) else _("none: a part lacks one"))
    all_seen = number(study.description.observed)
    rows.append((_("Sum of the parts"), all_seen, *sums))
    rows.append((_("All together"), all_seen, *(_cell(one, study.level) for one in study.estimates)))
    words = {"column": study.strata_by, "level": level_words(study.level)}
    return Table(
        _("Estimates by %(column)s, with intervals of %(level)s") % words,
        (study.strata_by, _("Seen"), *(method_words(one) for one in study.estimates)),
        tuple(rows),
    )


def _cell(one: Estimate | None, level: float) -> str:
    if one is None or one.estimate is None:
        return _("none")
    return f"{about(one.estimate)} ({interval(one.interval(level))})"


def _compared(found: Addition) -> str:
    """Give the numbers of the comparison, or say why they cannot be read."""
    said = _(
        "By stepwise choice the parts add up to %(parts)s, which is %(ratio)s times the %(whole)s of all together."
    ) % {
        "parts": about(found.parts),
        "whole": about(found.whole),
        "ratio": f"{found.ratio:.2f}",
    }
    words = {
        "level": level_words(found.level),
        "splits": number(found.splits.size),
        "refused": number(found.refused),
    }
    limits = found.by_chance(found.level)
    if limits is None:
        more = _(
            "What random groups of the same sizes would give cannot be told: in %(refused)s of %(splits)s splits one of them has no "
            "estimate."
        )
    else:
        words["limits"] = _limits(limits)
        more = _(
            "Random groups of the same sizes, from the same people, give %(limits)s times in %(level)s of %(splits)s splits: small "
            "tables let the choice find less, so that sum and whole differ by themselves."
        )
    return f"{said} {more % words}"


def _limits(limits: Limits) -> str:
    low = f"{limits.low:.2f}"
    if math.isinf(limits.high):
        return _("%(low)s or more") % {"low": low}
    return _("%(low)s to %(high)s") % {"low": low, "high": f"{limits.high:.2f}"}


def _meant(found: Addition) -> str:
    """Say what follows."""
    match found.verdict:
        case AddsUp.MORE | AddsUp.LESS:
            return _(
                "This is outside: people of different groups have different chances to be on the lists, and the parts do not add up to the "
                "whole. Then the sum of the parts is the sounder number, provided that each part is large enough for an estimate of its own."
            )
        case AddsUp.AS_BY_CHANCE:
            return _(
                "This is within what chance gives: the data do not show that the groups differ in their chances to be on the lists. That is "
                "no proof that they are alike."
            )
        case _:
            return _("Whether the parts add up is not known: they are too small.")
