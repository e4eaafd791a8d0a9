"""Say what the register found in the words of the page: whom by their labels, and the subtraction as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from amparo.publishing.panels.cells import Labels, number, whom
from amparo.publishing.rules import EXPLAINABLE, KIND_LABELS
from amparo.stats.disclosure.register import Finding, FindingKind
from amparo.ui.formats import join_words, say_number
from amparo.ui.parts import Cell, Column, DataTable, Row, State

MOST_NAMED = 3
_BEFORE_AND_NOW = (FindingKind.CHANGED, FindingKind.CONTRADICTED, FindingKind.UNCOVERED, FindingKind.COVERED)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownFinding:
    """One finding: its kind, whether it holds the release up, the sentence, and the numbers of the subtraction."""

    title: str
    state: State
    words: str
    calculation: DataTable | None
    explanation: str


def shown_findings(
    findings: Sequence[Finding], labels: Labels, explanations: Mapping[str, str]
) -> tuple[ShownFinding, ...]:
    """Say each finding, with the very subtraction as a table."""
    return tuple(
        ShownFinding(
            title=_(KIND_LABELS[one.kind]),
            state=_state(one, explanations.get(one.kind, "")),
            words=said(one, labels),
            calculation=_calculation(one, place, labels),
            explanation=explanations.get(one.kind, ""),
        )
        for place, one in enumerate(findings, start=1)
    )


def said(one: Finding, labels: Labels) -> str:
    """Say a finding in a sentence or two; what cannot be said with labels is said as the register says it."""
    if one.kind is FindingKind.DIFFERENCE and len(one.cells) == 2:
        return _leaves(one, labels)
    if one.kind is FindingKind.WORKED_OUT and one.cells:
        return _worked_out(one, labels)
    values = dict(one.message.values)
    if one.kind in _BEFORE_AND_NOW and len(one.cells) == 2:
        now, before = one.cells
        values |= {"whom": whom(now, labels), "now": number(now), "before": number(before)}
        values["release"] = _named(one.releases)
        if one.kind is FindingKind.CHANGED:
            values["people"] = say_number(abs(now.low - before.low))
            changed = _(
                "%(whom)s: %(before)s in %(release)s, %(now)s now. The difference, %(people)s, tells of few people that they "
                "came or went."
            )
            return changed % values
    return _(one.message.template) % values


def _leaves(one: Finding, labels: Labels) -> str:
    larger, smaller = one.cells
    least = larger.low - (smaller.low if smaller.high is None else smaller.high)
    most = None if larger.high is None else larger.high - smaller.low
    words = {
        "larger": whom(larger, labels),
        "more": number(larger),
        "smaller": whom(smaller, labels),
        "less": number(smaller),
        "people": say_number(least)
        if least == most or most is None
        else _("%(low)s to %(high)s") % {"low": say_number(least), "high": say_number(most)},
        "release": _named(one.releases),
    }
    return (
        _(
            "%(larger)s (%(more)s) less %(smaller)s (%(less)s) leaves a number of people that nobody may learn: %(people)s. "
            "The other number stands in %(release)s."
        )
        % words
    )


def _worked_out(one: Finding, labels: Labels) -> str:
    values = one.message.values
    words = {"whom": whom(one.cells[0], labels), "number": values.get("number"), "most": values.get("most")}
    if words["number"] == words["most"]:
        return _("%(whom)s: the numbers below leave exactly %(number)s, which nobody may learn.") % words
    return _("%(whom)s: the numbers below leave at most %(most)s, where more had to stay possible.") % words


def _named(releases: Sequence[str]) -> str:
    more = len(releases) - MOST_NAMED
    others = [_("%(number)s more") % {"number": say_number(more)}] if more > 0 else []
    return join_words([*releases[:MOST_NAMED], *others])


def _state(one: Finding, explanation: str) -> State:
    if not one.holds_up:
        return State(label=_("To keep in mind"), colour="grey")
    if one.kind not in EXPLAINABLE:
        return State(label=_("Holds the release up"), colour="red")
    if explanation:
        return State(label=_("Explained"), colour="blue")
    return State(label=_("To be explained"), colour="yellow")


def _calculation(one: Finding, place: int, labels: Labels) -> DataTable | None:
    if not one.cells or one.kind is FindingKind.PARTLY:
        return None
    rows = tuple(
        Row(
            cells=(
                Cell(value=whom(cell, labels)),
                Cell(value=number(cell)),
                Cell(value=cell.release or _("This release"), is_reference=bool(cell.release)),
                Cell(value=_part(one, at)),
            )
        )
        for at, cell in enumerate(one.cells)
    )
    return DataTable(
        caption=_("Finding %(number)s: the numbers that it follows from") % {"number": say_number(place)},
        columns=(
            Column(key="whom", label=_("Who is counted"), main=True),
            Column(key="number", label=_("Number"), numeric=True),
            Column(key="release", label=_("Stands in")),
            Column(key="part", label=_("Its part in it")),
        ),
        rows=rows,
    )


def _part(one: Finding, at: int) -> str:
    """Say whether a number is added or taken away; of what can be worked out, the first is what comes out."""
    if one.kind is FindingKind.DIFFERENCE:
        return _("the larger number") if at == 0 else _("is taken away")
    if one.kind is not FindingKind.WORKED_OUT:
        return _("now") if at == 0 else _("before")
    if at == 0:
        return _("can be worked out")
    added = one.message.values.get("added")
    if not isinstance(added, int):
        return _("is used for it")
    return _("is added") if at <= added else _("is taken away")
