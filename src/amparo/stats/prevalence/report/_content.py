"""The report of a study as a document: what was found first, then what it rests on, then how it was made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from amparo.stats.prevalence._bounds import ChaoBound
from amparo.stats.prevalence._estimate import Estimate
from amparo.stats.prevalence._protecting import ProtectedOverlaps, PublishedCount, Shown
from amparo.stats.prevalence._study import Study, bootstrap_of

from ._charts import Row, draw_rows
from ._document import Block, Chart, Document, Heading, Items, Paragraph, Table
from ._hanging import hanging_parts
from ._saying import may_be_said, may_not_be_said, range_of
from ._words import about, interval, joined, level_words, lowered, method_words, number, ratio, status_words

__all__ = ["report_of"]


def report_of(study: Study) -> Document:
    """Put a study into a document for readers who were not there."""
    about_lists = f"{number(study.description.observed)} people on {len(study.table.lists)} lists"
    subtitle = f"{study.source}: {about_lists}" if study.source else about_lists[:1].upper() + about_lists[1:]
    return Document("How many people are never seen", subtitle, list(_blocks(study)))


def _blocks(study: Study) -> Iterator[Block]:
    yield from _in_short(study)
    yield Heading("What may be said")
    yield Items(tuple(may_be_said(study)))
    yield Heading("What may not be said")
    yield Items(tuple(may_not_be_said(study)))
    yield from _lists(study)
    yield from _estimates(study)
    yield from _strata(study)
    if study.sensitivity is not None:
        yield from hanging_parts(study, study.sensitivity)
    yield from _how(study)


def _in_short(study: Study) -> Iterator[Block]:
    if study.not_done:
        yield Paragraph(
            f"This study was stopped before it was done. Not reached: {joined(study.not_done)}. What stands here is complete in "
            "itself.",
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
                "No estimate exists. The reasons stand with each method below; they are findings, not faults of the program.",
                is_warning=True,
            )
        return
    first = found.estimates[0]
    yield Paragraph(
        f"{number(study.description.observed)} people were seen. {method_words(first)} puts the number of all at about "
        f"{about(first.estimate)} ({_said(first, study.level)})."
        + (
            f" Other methods put it between {about(found.lowest)} and {about(found.highest)}; all their intervals together reach from "
            f"{about(found.low)} to {about(found.high)}."
            if len(found.estimates) > 1
            else ""
        )
    )


def _said(one: Estimate, level: float) -> str:
    return f"{level_words(level)} interval {interval(one.interval(level))}"


# --- estimates ---


def _estimates(study: Study) -> Iterator[Block]:
    yield Heading("The estimates, side by side")
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
                note="" if one.estimate is not None else "no estimate",
                is_other=isinstance(one, ChaoBound),
            )
        )
    floor = study.sensitivity.floor if study.sensitivity else None
    drawing = draw_rows(
        rows,
        axis="people, seen and unseen",
        line_at=study.description.observed,
        line_words=f"{number(study.description.observed)} seen",
    )
    widths = " and ".join(level_words(level) for level in levels)
    told_words = (
        f"Each line is a method: the dot its estimate, the bars its intervals of {widths}. A hollow dot is a floor, not an estimate. The "
        "dashed line stands at the people who were seen."
    )
    yield Chart("Estimates and intervals", drawing, told_words, _table_of(study, levels))
    if floor is not None and floor.estimate is not None:
        yield Paragraph(
            f"Floor with a size for each list: {about(floor.estimate)} ({_said(floor, study.level)}). It is about the least number that "
            "fits, not about the number."
        )
    repeated = f" {study.description.repeated} people "
    is_hidden = study.overlaps is None or study.overlaps.repeated.shown is not Shown.SHOWN
    notes = [
        f"{method_words(one)}: {caution.message}"
        for one in study.estimates
        for caution in one.warnings
        if not (is_hidden and repeated in str(caution.message))  # the lists above say it without the number
    ]
    if notes:
        yield Heading("What the methods say of themselves", 3)
        yield Items(tuple(notes))


def _table_of(study: Study, levels: Iterable[float]) -> Table:
    levels = list(levels)
    headings = [
        "Method",
        "Model",
        "Estimate",
        *(level_words(level) for level in levels),
        "Unseen per seen",
    ]
    if study.population is not None:
        headings.append("Per 100,000")
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
    notes = "Models are named by the positions of their lists: 12 lets lists 1 and 2 depend on each other."
    if study.population is not None:
        notes += f" Rates are per 100,000 {study.population.words}, of whom there are {number(study.population.people)}."
    return Table("Estimates", tuple(headings), tuple(rows), labels=2, notes=notes)


# --- lists ---


def _lists(study: Study) -> Iterator[Block]:
    yield Heading("The lists")
    if study.overlaps is None:
        yield Paragraph(
            "The overlaps are not shown: small counts could not be hidden well enough.", is_warning=True
        )
    else:
        yield from _overlaps(study.overlaps)
    for caution in study.description.warnings:
        if caution.code == "few-on-two-lists" and (
            study.overlaps is None or study.overlaps.repeated.shown is not Shown.SHOWN
        ):
            yield Paragraph(
                "Very few people are on two lists or more: every method rests on them.", is_warning=True
            )
        else:
            yield Paragraph(str(caution.message), is_warning=True)


def _overlaps(told: ProtectedOverlaps) -> Iterator[Block]:
    notes = ""
    if told.threshold and any(count.shown is not Shown.SHOWN for count in _all_counts(told)):
        notes = (
            f"1–{told.threshold - 1}: hidden because it is small; ×: hidden because a small count could be worked out from it. This is proved "
            "for a reader of these tables. The estimates follow from the same counts; they are rounded, which blurs and proves nothing: who "
            "publishes them decides how many to give."
        )
    yield Table(
        "People on each list",
        ("List", "Position", "People"),
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
    yield Table("People on both of two lists", ("", *told.lists[1:]), tuple(rows))
    yield Table(
        "People by the number of their lists",
        ("On exactly", "People"),
        tuple(
            (f"{k} {'list' if k == 1 else 'lists'}", count.text) for k, count in enumerate(told.captured, 1)
        ),
    )
    if told.histories:
        yield Table(
            "People by the lists they are on, and no others",
            ("Lists", "People"),
            tuple((" + ".join(names), count.text) for names, count in told.histories),
            notes="Combinations that are not named have nobody.",
        )


def _all_counts(told: ProtectedOverlaps) -> list[PublishedCount]:
    return [
        *told.totals,
        *told.captured,
        *(count for _, count in told.pairs),
        *(count for _, count in told.histories),
    ]


# --- strata ---


def _strata(study: Study) -> Iterator[Block]:
    if not study.strata:
        return
    yield Heading(f"By {study.strata_by}")
    methods = [one.method for one in study.estimates]
    names = [method_words(one) for one in study.estimates]
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
        sums.append(about(sum(told)) if len(told) == len(numbers) else "none: a part lacks one")
    rows.append(("Sum of the parts", number(study.description.observed), *sums))
    pooled = {one.method: one for one in study.estimates}
    rows.append(
        (
            "All together",
            number(study.description.observed),
            *(_cell(pooled[m], study.level) for m in methods),
        )
    )
    yield Table(
        f"Estimates by {study.strata_by}, with intervals of {level_words(study.level)}",
        (study.strata_by, "Seen", *names),
        tuple(rows),
    )
    yield Paragraph(
        "Where the parts do not add up to the whole, people of different groups have different chances to be on the lists: then "
        "the sum of the parts is the sounder number, provided that each part is large enough for an estimate of its own."
    )
    for stratum, part in study.strata.items():
        for one in part.estimates:
            if one.estimate is None and one.warnings:
                yield Paragraph(f"{stratum}, {lowered(one)}: {one.warnings[0].message}")


def _cell(one: Estimate | None, level: float) -> str:
    if one is None or one.estimate is None:
        return "none"
    return f"{about(one.estimate)} ({interval(one.interval(level))})"


# --- how it was made ---


def _data(study: Study) -> str:
    # Where counts are hidden, the digest of all counts would tell who guesses them whether the guess is right.
    is_open = study.overlaps is not None and all(
        count.shown is Shown.SHOWN for count in _all_counts(study.overlaps)
    )
    name = study.source or "lists"
    mark = study.mark or (study.description.fingerprint[:16] if is_open else "")
    return f"{name}, fingerprint {mark}" if mark else f"{name} (fingerprint in the JSON)"


def _how(study: Study) -> Iterator[Block]:
    assumptions: dict[str, list[str]] = {}
    for one in study.estimates:
        for said in one.assumptions:
            assumptions.setdefault(str(said), []).append(lowered(one))
    every = len([one for one in study.estimates if one.assumptions])
    if assumptions:
        yield Heading("What is taken for granted")
        yield Items(
            tuple(
                text if len(methods) == every else f"{text} ({joined(methods)})"
                for text, methods in assumptions.items()
            )
        )
    yield Heading("How this was made")
    versions = next((one.versions for one in study.estimates if one.versions), {})
    table = [
        ("Data", _data(study)),
        ("Seed", str(study.settings.seed)),
        ("Bootstrap replicates", number(study.settings.replicates)),
        ("Software", ", ".join(f"{name} {version}" for name, version in versions.items())),
    ]
    for one in study.estimates:
        replicates = bootstrap_of(one)
        if replicates is not None:
            share = replicates.refused / replicates.values.size
            refused = f"{number(replicates.refused)} of {number(replicates.values.size)} ({share:.1%})"
            table.append((f"Replicates without an estimate, {lowered(one)}", refused))
    yield Table("How to make it again", ("What", "Value"), tuple(table), labels=2)
    for name, error in study.cannot.items():
        yield Paragraph(f"Not shown ({name}): {error}")
    sources = dict.fromkeys(source for one in study.estimates for source in one.sources)
    if sources:
        yield Heading("To cite", 3)
        yield Items(tuple(sources))
