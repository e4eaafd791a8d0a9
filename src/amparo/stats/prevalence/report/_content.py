"""The report of a study as a document: what was found first, then what it rests on, then how it was made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from amparo.stats.prevalence._bounds import ChaoBound
from amparo.stats.prevalence._estimate import Estimate
from amparo.stats.prevalence._protecting import ProtectedOverlaps, PublishedCount, Shown
from amparo.stats.prevalence._sensitivity import bootstrap_of
from amparo.stats.prevalence._study import ADDITION, Study
from amparo.stats.report import (
    Block,
    Chart,
    Document,
    Heading,
    Items,
    Paragraph,
    Row,
    Table,
    apart,
    draw_rows,
    ngettext,
    percent,
    say,
    speaking,
)
from amparo.stats.report import gettext as _

from ._hanging import hanging_parts
from ._saying import floor_said, may_be_said, may_not_be_said, range_of
from ._strata import strata_parts
from ._words import (
    about,
    interval,
    joined,
    level_words,
    lowered,
    method_words,
    number,
    ratio,
    status_words,
    task_words,
)

__all__ = ["report_of"]


def report_of(study: Study, language: str = "en") -> Document:
    """Put a study into a document for readers who were not there, in one of the :func:`languages`."""
    with speaking(language):
        about_lists = _("%(people)s people on %(count)s lists") % {
            "people": number(study.description.observed),
            "count": len(study.table.lists),
        }
        subtitle = (
            f"{apart(study.source)}: {about_lists}"
            if study.source
            else about_lists[:1].upper() + about_lists[1:]
        )
        return Document(_("How many people are never seen"), subtitle, list(_blocks(study)), language)


def _blocks(study: Study) -> Iterator[Block]:
    yield from _in_short(study)
    words, is_sign = floor_said(study)
    if words:
        yield Paragraph(words, is_warning=is_sign)
    yield Heading(_("What may be said"))
    yield Items(tuple(may_be_said(study)))
    yield Heading(_("What may not be said"))
    yield Items(tuple(may_not_be_said(study)))
    yield from _lists(study)
    yield from _estimates(study)
    yield from strata_parts(study)
    if study.sensitivity is not None:
        yield from hanging_parts(study, study.sensitivity)
    yield from _how(study)


def _in_short(study: Study) -> Iterator[Block]:
    if study.not_done:
        yield Paragraph(
            _(
                "This study was stopped before it was done. Not reached: %(tasks)s. What stands here is complete in itself."
            )
            % {"tasks": "; ".join(map(task_words, study.not_done))},
            is_warning=True,
        )
    found = range_of(study)
    if found is None:
        existing = [one for one in study.estimates if one.estimate is not None]
        if existing:
            one = existing[0]
            yield Paragraph(f"{method_words(one)}: {about(one.estimate)} ({_said(one, study.level)}).")
        elif study.estimates:
            yield Paragraph(
                _(
                    "No estimate exists. The reasons stand with each method below; they are findings, not faults of the program."
                ),
                is_warning=True,
            )
        return
    first = found.estimates[0]
    said = _(
        "%(people)s people were seen. %(method)s puts the number of all at about %(number)s (%(interval)s)."
    ) % {
        "people": number(study.description.observed),
        "method": method_words(first),
        "number": about(first.estimate),
        "interval": _said(first, study.level),
    }
    if len(found.estimates) > 1:
        said += " " + _(
            "Other methods put it between %(lowest)s and %(highest)s; all their intervals together reach from %(low)s to %(high)s."
        ) % {
            "lowest": about(found.lowest),
            "highest": about(found.highest),
            "low": about(found.low),
            "high": about(found.high),
        }
    yield Paragraph(said)


def _said(one: Estimate, level: float) -> str:
    return _("%(level)s interval %(limits)s") % {
        "level": level_words(level),
        "limits": interval(one.interval(level)),
    }


# --- estimates ---


def _estimates(study: Study) -> Iterator[Block]:
    yield Heading(_("The estimates, side by side"))
    levels = sorted({0.8, study.level})
    rows = []
    for one in study.estimates:
        pairs = [one.interval(level) for level in levels]
        told = [None if pair is None else (pair.low, pair.high) for pair in pairs]
        rows.append(
            Row(
                method_words(one),
                one.estimate,
                told[-1],
                told[0] if len(levels) > 1 else None,
                note="" if one.estimate is not None else _("no estimate"),
                is_other=isinstance(one, ChaoBound),
            )
        )
    floor = study.sensitivity.floor if study.sensitivity else None
    drawing = draw_rows(
        rows,
        axis=_("people, seen and unseen"),
        line_at=study.description.observed,
        line_words=_("%(people)s seen") % {"people": number(study.description.observed)},
    )
    told_words = _(
        "Each line is a method: the dot its estimate, the bars its intervals of %(levels)s. A hollow dot is a floor, not an estimate. The "
        "dashed line stands at the people who were seen."
    ) % {"levels": joined(level_words(level) for level in levels)}
    yield Chart(_("Estimates and intervals"), drawing, told_words, _table_of(study, levels))
    if floor is not None and floor.estimate is not None:
        yield Paragraph(
            _(
                "Floor with a size for each list: %(number)s (%(interval)s). It is about the least number that fits, not about the number."
            )
            % {"number": about(floor.estimate), "interval": _said(floor, study.level)}
        )
    repeated = f" {study.description.repeated} people "
    is_hidden = study.overlaps is None or study.overlaps.repeated.shown is not Shown.SHOWN
    notes: dict[str, list[str]] = {}
    for one in study.estimates:
        for caution in one.warnings:
            if is_hidden and repeated in str(caution.message):  # the lists above say it without the number
                continue
            who = notes.setdefault(say(caution.message), [])
            who.append(lowered(one) if who else method_words(one))
    if notes:
        yield Heading(_("What the methods say of themselves"), 3)
        yield Items(tuple(f"{joined(who)}: {said}" for said, who in notes.items()))


def _table_of(study: Study, levels: Iterable[float]) -> Table:
    levels = list(levels)
    headings = [
        _("Method"),
        _("Model"),
        _("Estimate"),
        *(level_words(level) for level in levels),
        _("Unseen per seen"),
    ]
    if study.population is not None:
        headings.append(_("Per 100,000"))
    rows = []
    for one in study.estimates:
        row = [method_words(one), one.model or "", about(one.estimate)]
        if one.estimate is None:
            row[2] = status_words(one.status)
            row += [""] * (len(headings) - 3)
        else:
            row += [interval(one.interval(level)) for level in levels]
            row.append(ratio((one.estimate - one.observed) / one.observed))
            if study.population is not None:
                row.append(f"{study.population.rate(one.estimate):.1f}")
        rows.append(tuple(row))
    notes = _("Models are named by the positions of their lists: 12 lets lists 1 and 2 depend on each other.")
    if study.population is not None:
        notes += " " + _("Rates are per 100,000 %(who)s, of whom there are %(people)s.") % {
            "who": study.population.words,
            "people": number(study.population.people),
        }
    return Table(_("Estimates"), tuple(headings), tuple(rows), labels=2, notes=notes)


# --- lists ---


def _lists(study: Study) -> Iterator[Block]:
    yield Heading(_("The lists"))
    if study.overlaps is None:
        yield Paragraph(
            _("The overlaps are not shown: small counts could not be hidden well enough."), is_warning=True
        )
    else:
        yield from _overlaps(study.overlaps)
    for caution in study.description.warnings:
        if caution.code == "few-on-two-lists" and (
            study.overlaps is None or study.overlaps.repeated.shown is not Shown.SHOWN
        ):
            yield Paragraph(
                _("Very few people are on two lists or more: every method rests on them."), is_warning=True
            )
        else:
            yield Paragraph(say(caution.message), is_warning=True)


def _overlaps(told: ProtectedOverlaps) -> Iterator[Block]:
    notes = ""
    if told.threshold and any(count.shown is not Shown.SHOWN for count in _all_counts(told)):
        notes = _(
            "1–%(most)s: hidden because it is small; ×: hidden because a small count could be worked out from it. This is proved for a "
            "reader of these tables. The estimates follow from the same counts; they are rounded, which blurs and proves nothing: who "
            "publishes them decides how many to give."
        ) % {"most": told.threshold - 1}
    yield Table(
        _("People on each list"),
        (_("List"), _("Position"), _("People")),
        tuple(
            (name, str(place), count.text)
            for place, (name, count) in enumerate(zip(told.lists, told.totals, strict=True), 1)
        ),
        notes=notes,
    )
    by_pair = dict(told.pairs)
    rows = []
    for i, name in enumerate(told.lists[:-1]):
        cells = [by_pair[(name, other)].text if j > i else "" for j, other in enumerate(told.lists) if j > 0]
        rows.append((name, *cells))
    yield Table(_("People on both of two lists"), ("", *told.lists[1:]), tuple(rows))
    yield Table(
        _("People by the number of their lists"),
        (_("On exactly"), _("People")),
        tuple(
            (ngettext("%(number)s list", "%(number)s lists", k) % {"number": k}, count.text)
            for k, count in enumerate(told.captured, 1)
        ),
    )
    if told.histories:
        yield Table(
            _("People by the lists they are on, and no others"),
            (_("Lists"), _("People")),
            tuple((" + ".join(names), count.text) for names, count in told.histories),
            notes=_("Combinations that are not named have nobody."),
        )


def _all_counts(told: ProtectedOverlaps) -> list[PublishedCount]:
    return [
        *told.totals,
        *told.captured,
        *(count for _, count in told.pairs),
        *(count for _, count in told.histories),
    ]


# --- how it was made ---


def _data(study: Study) -> str:
    # Where counts are hidden, the digest of all counts would tell who guesses them whether the guess is right.
    is_open = study.overlaps is not None and all(
        count.shown is Shown.SHOWN for count in _all_counts(study.overlaps)
    )
    mark = study.mark or (study.description.fingerprint[:16] if is_open else "")
    words = {"name": apart(study.source) or _("lists"), "digest": apart(mark)}
    return (
        _("%(name)s, fingerprint %(digest)s") if mark else _("%(name)s (fingerprint in the JSON)")
    ) % words


def _how(study: Study) -> Iterator[Block]:
    assumptions: dict[str, list[str]] = {}
    for one in study.estimates:
        for said in one.assumptions:
            assumptions.setdefault(say(said), []).append(lowered(one))
    every = len([one for one in study.estimates if one.assumptions])
    if assumptions:
        yield Heading(_("What is taken for granted"))
        yield Items(
            tuple(
                text if len(methods) == every else f"{text} ({joined(methods)})"
                for text, methods in assumptions.items()
            )
        )
    yield Heading(_("How this was made"))
    versions = dict(pair for one in study.estimates for pair in one.versions.items())
    table = [
        (_("Data"), _data(study)),
        (_("Seed"), str(study.settings.seed)),
        (_("Bootstrap replicates"), number(study.settings.replicates)),
        (_("Software"), ", ".join(f"{name} {version}" for name, version in versions.items())),
    ]
    for one in study.estimates:
        replicates = bootstrap_of(one)
        if replicates is not None:
            share = replicates.refused / replicates.values.size
            words = {
                "refused": number(replicates.refused),
                "all": number(replicates.values.size),
                "share": percent(share, 1),
            }
            table.append(
                (
                    _("Replicates without an estimate, %(method)s") % {"method": lowered(one)},
                    _("%(refused)s of %(all)s (%(share)s)") % words,
                )
            )
    yield Table(_("How to make it again"), (_("What"), _("Value")), tuple(table), labels=2)
    for name, error in study.cannot.items():
        if name != ADDITION:
            yield Paragraph(
                _("Not shown (%(part)s): %(reason)s") % {"part": task_words(name), "reason": say(error)}
            )
    sources = dict.fromkeys(source for one in study.estimates for source in one.sources)
    if study.addition is not None:
        sources |= dict.fromkeys(study.addition.sources)
    if sources:
        yield Heading(_("To cite"), 3)
        yield Items(tuple(sources))
