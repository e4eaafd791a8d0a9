"""Give pages what is to be shown of studies: lists of them, overlaps, and charts with their tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from amparo.evidence.queries import StudyFile
from amparo.evidence.queries.saying import (
    about,
    estimate_lines,
    joined_names,
    level_key,
    list_names,
    say_changed,
    say_status,
    translated_names,
)
from amparo.evidence.queries.wording import say_value
from amparo.evidence.rules import StudyState
from amparo.evidence.rules.studies import STUDIED
from amparo.ui.formats import in_local_digits, say_number
from amparo.ui.parts import Cell, Column, DataTable, Progress, Row, State, SummaryRow
from amparo.vocab.facts import FactTable

if TYPE_CHECKING:
    from amparo.stats.prevalence import ProtectedOverlaps

_COLOURS = {
    StudyState.WAITING: "grey",
    StudyState.RUNNING: "blue",
    StudyState.DONE: "green",
    StudyState.FAILED: "red",
    StudyState.CANCELLED: "grey",
}
_TEXTS = re.compile(r">([^<>]+)<")


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownCount:
    """A count of an overlap table as it may be read: the number, or that it is hidden and why."""

    text: str
    is_hidden: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownTables:
    """The overlaps of lists, laid out: sizes, pairs in a triangle, and how many people are on how many lists."""

    observed: str
    heads: tuple[str, ...]
    sizes: tuple[tuple[str, ShownCount], ...]
    pairs: tuple[tuple[str, tuple[ShownCount | None, ...]], ...]
    captured: tuple[tuple[str, ShownCount], ...]
    notes: tuple[str, ...]


def studies_table(studies: tuple[StudyFile, ...]) -> DataTable:
    """List studies, newest first."""
    return DataTable(
        caption=_("Studies"),
        columns=(
            Column(key="lists", label=_("Lists"), main=True),
            Column(key="state", label=_("State")),
            Column(key="day", label=_("Facts as of")),
            Column(key="asked", label=_("Asked")),
            Column(key="by", label=_("By")),
        ),
        rows=tuple(
            Row(
                url=reverse("evidence:study", args=[study.id]),
                cells=(
                    Cell(value=joined_names(study.choices)),
                    Cell(value=study_state(study)),
                    Cell(value=study.day),
                    Cell(value=study.asked_at),
                    Cell(value=study.asked_by),
                ),
            )
            for study in studies
        ),
        empty_title=_("No study yet"),
        empty_text=_(
            "A study estimates from the overlap of lists how many people nobody has met. It is computed in the background and kept."
        ),
    )


def study_state(study: StudyFile) -> State:
    """Return the state of a study as a tag."""
    return State(label=_(study.state.label), colour=_COLOURS[study.state])


def study_progress(study: StudyFile) -> Progress:
    """Say how far the computing of a study is."""
    return Progress(
        label=_("The study is being computed"),
        done=study.done,
        total=max(study.total, 1),
        url=reverse("evidence:study", args=[study.id]),
        note=_(study.state.label),
    )


def study_rows(study: StudyFile, tables: Sequence[FactTable]) -> tuple[SummaryRow, ...]:
    """Say what was asked, and what makes the study again."""
    choices = study.choices
    rows = [
        SummaryRow(label=_("State"), value=study_state(study)),
        SummaryRow(label=_("Lists"), value=joined_names(choices)),
    ]
    if choices.first_year or choices.last_year:
        words = {
            "first": in_local_digits(choices.first_year) or "…",
            "last": in_local_digits(choices.last_year) or "…",
        }
        rows.append(SummaryRow(label=_("Cases opened"), value=_("%(first)s to %(last)s") % words))
    table = next((one for one in tables if one.name == STUDIED), None)
    for name, value in choices.only if table else ():
        column = table.column(name)  # type: ignore[union-attr]  # there is a table
        rows.append(SummaryRow(label=_(column.label), value=say_value(column, value)))
    rows += [
        SummaryRow(label=_("Facts as of"), value=study.day),
        SummaryRow(label=_("Asked"), value=study.asked_at, note=study.asked_by),
        SummaryRow(label=_("Bootstrap replicates"), value=choices.replicates),
        SummaryRow(label=_("Seed"), value=str(choices.seed)),
    ]
    if study.mark:
        versions = study.result.get("versions", {})
        rows += [
            SummaryRow(label=_("Fingerprint of the overlaps"), value=study.mark, is_reference=True),
            SummaryRow(
                label=_("Software"),
                value=", ".join(f"{name} {number}" for name, number in versions.items()),
            ),
        ]
    return tuple(rows)


def overlaps_as_kept(told: ProtectedOverlaps) -> dict[str, Any]:
    """Give protected overlaps as a study keeps them."""

    def counts(found: Iterable[Any]) -> list[dict[str, Any]]:
        return [{"value": one.value, "status": one.shown.value} for one in found]

    return {
        "threshold": told.threshold,
        "totals": counts(told.totals),
        "pairs": counts(count for _pair, count in told.pairs),
        "on_exactly": counts(told.captured),
    }


def overlap_tables(kept: Mapping[str, Any], *, observed: int, names: Sequence[str]) -> ShownTables:
    """Lay out overlaps that may be shown."""
    pairs = dict(zip(combinations(range(len(names)), 2), map(_count, kept["pairs"]), strict=True))
    found = [*kept["totals"], *kept["pairs"], *kept["on_exactly"]]
    statuses = {one["status"] for one in found}
    notes = []
    if "primary" in statuses:
        words = {"threshold": say_number(kept["threshold"])}
        notes.append(f"(a) {_('Hidden because it is fewer than %(threshold)s.') % words}")
    if "secondary" in statuses:
        notes.append(
            f"(b) {_('Hidden because a number hidden elsewhere could be worked out from it and the totals.')}"
        )
    places = range(len(names))
    return ShownTables(
        observed=say_number(observed),
        heads=tuple(names[1:]),
        sizes=tuple(zip(names, map(_count, kept["totals"]), strict=True)),
        pairs=tuple((names[i], tuple(pairs.get((i, j)) for j in places[1:])) for i in places[:-1]),
        captured=tuple(
            (say_number(number), _count(one)) for number, one in enumerate(kept["on_exactly"], start=1)
        ),
        notes=tuple(notes),
    )


def _count(one: Mapping[str, Any]) -> ShownCount:
    if one["value"] is not None:
        return ShownCount(text=say_number(one["value"]), is_hidden=False)
    mark = "a" if one["status"] == "primary" else "b"
    return ShownCount(text=_("hidden (%(mark)s)") % {"mark": mark}, is_hidden=True)


def estimates_chart(study: StudyFile) -> SafeString:
    """Draw the estimates of all methods with their intervals."""
    from amparo.stats.report import Row as Drawn
    from amparo.stats.report import draw_rows

    level, seen = level_key(study), study.result["n"]
    rows = []
    for line, one in zip(estimate_lines(study), study.result["estimates"], strict=True):
        limits = (one["intervals"] or {}).get(level)
        narrow = (one["intervals"] or {}).get("0.8") if level != "0.8" else None
        rows.append(
            Drawn(
                line.name,
                one["estimate"],
                _pair(limits),
                _pair(narrow),
                note="" if one["estimate"] is not None else _("no estimate"),
                is_other=line.is_floor,
            )
        )
    drawing = draw_rows(
        rows,
        axis=_("people, seen and unseen"),
        line_at=seen,
        line_words=_("%(number)s seen") % {"number": say_number(seen)},
    )
    told = _(
        "Each line is a method: the dot its estimate, the bars its intervals. A hollow dot is a floor. The dashed line stands at the people who were seen."
    )
    return _drawing(drawing, _("Estimates side by side"), told)


def _pair(limits: Sequence[float | None] | None) -> tuple[float, float] | None:
    if limits is None or limits[0] is None:
        return None
    return limits[0], float("inf") if limits[1] is None else limits[1]


def models_chart(study: StudyFile) -> SafeString | None:
    """Draw the models of lowest BIC, with the number that each of them gives; None where there are none."""
    from amparo.stats.report import Mark, draw_marks

    top = top_models(study)
    if not top:
        return None
    drawing = draw_marks(
        [Mark(one["estimate"], one["delta_bic"], one["model"]) for one in top],
        across=_("people, seen and unseen"),
        down=_("BIC above the lowest"),
    )
    told = _(
        "Each dot is a log-linear model; the higher it stands, the better it fits for its size. How far they spread from side to side is how much the answer hangs on the model."
    )
    return _drawing(drawing, _("The models that the data cannot tell apart"), told)


def top_models(study: StudyFile) -> list[dict[str, Any]]:
    """Return the models of lowest BIC that have an estimate."""
    models = (study.result.get("sensitivity") or {}).get("models") or {}
    return [one for one in models.get("top", ()) if one["estimate"] is not None]


def models_rows(study: StudyFile) -> tuple[tuple[str, str, str], ...]:
    """Give the models of lowest BIC as words."""
    return tuple(
        (one["model"], about(one["estimate"]), say_number(round(one["delta_bic"], 1)))
        for one in top_models(study)
    )


def variation_tables(study: StudyFile) -> tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]:
    """Give what the stepwise estimate becomes when lists are left out, merged, or links are missed: titles, notes, rows."""
    parts, names = study.result.get("sensitivity") or {}, translated_names(study)
    kinds = (
        (
            "omit",
            _("One list left out"),
            _("An estimate that stands or falls with one list is an estimate from that list."),
        ),
        (
            "merge",
            _("Two lists joined"),
            _("Where two lists send each other people, the joined list is the sounder one."),
        ),
    )
    found = [
        (title, note, tuple((say_changed(one["changed"], names), _number(one)) for one in parts[kind]))
        for kind, title, note in kinds
        if parts.get(kind)
    ]
    if parts.get("missed_links"):
        rows = tuple(
            (
                _("%(share)s %% of the links broken") % {"share": say_number(round(100 * one["at"]))},
                about(one["middle"]),
            )
            for one in parts["missed_links"]
        )
        note = _(
            "Links between lists are broken at random. Links that were missed in the data have done the same already: the truth is lower by about as much."
        )
        found.append((_("If links were missed"), note, rows))
    return tuple(found)


def _number(one: Mapping[str, Any]) -> str:
    return say_status(one["status"]) if one["estimate"] is None else about(one["estimate"])


def compared_rows(
    first: StudyFile, second: StudyFile
) -> tuple[tuple[str, tuple[tuple[str, str], tuple[str, str]]], ...]:
    """Put the answers of two studies side by side, method by method: number and interval of each."""
    left, right = (
        {line.method: (line.name, (line.number, line.interval)) for line in estimate_lines(one)}
        for one in (first, second)
    )
    nothing = ("", ("–", ""))
    return tuple(
        (
            left.get(method, right.get(method, nothing))[0],
            (left.get(method, nothing)[1], right.get(method, nothing)[1]),
        )
        for method in dict.fromkeys([*left, *right])
    )


def names_of(study: StudyFile) -> tuple[str, ...]:
    """Name the lists of a study."""
    return list_names(study.choices)


def _drawing(svg: str, title: str, told: str) -> SafeString:
    """Name a drawing, and say its numbers with the digits of the language. Its axis runs from left to right in every script."""
    named = f'<svg role="img" direction="ltr" aria-label="{escape(title)}. {escape(told)}" '
    local = _TEXTS.sub(lambda found: f">{in_local_digits(found.group(1))}<", svg)
    return SafeString(local.replace("<svg ", named, 1))
