"""A figure as it is laid out: the same lines for the page, the chart and the downloads. It holds no number that is hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from amparo.evidence.queries.snapshots import SnapshotFile
from amparo.evidence.queries.wording import ordered, say, say_category, say_key, say_variable
from amparo.evidence.rules import TableChoices, Variable
from amparo.evidence.rules.asking import METHODS
from amparo.stats.disclosure import Method, ProtectedTable, Status
from amparo.ui.formats import say_day, say_number
from amparo.vocab.codes import code_list
from amparo.vocab.facts import FactTable

Key = tuple[str, ...]
MARKS = {Status.PRIMARY: "a", Status.SECONDARY: "b"}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A table that may be read, with all that its readers need to judge it."""

    choices: TableChoices
    facts: FactTable
    rows: tuple[Variable, ...]
    columns: tuple[Variable, ...]
    only: tuple[tuple[Variable, str], ...]
    table: ProtectedTable
    snapshot: SnapshotFile
    is_training: bool

    @property
    def threshold(self) -> int:
        """Return how many people a number must speak of to be shown."""
        return self.table.threshold


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownCell:
    """One cell as it may be read. A hidden one has no value, a mark, and the reason."""

    value: int | None
    mark: str = ""
    reason: str = ""

    @property
    def text(self) -> str:
        """Return the number with the digits of the language, or the word that it is hidden."""
        if self.value is not None:
            return say_number(self.value)
        return _("hidden (%(mark)s)") % {"mark": self.mark}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a table; the labels name its categories."""

    labels: tuple[str, ...]
    cells: tuple[ShownCell, ...]
    is_total: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """A table with its heads; the last column and the last line are totals."""

    row_heads: tuple[str, ...]
    column_heads: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def total(self) -> ShownCell:
        """Return the total of all."""
        return self.lines[-1].cells[-1]


def layout_of(figure: Figure) -> Layout:
    """Lay a figure out, its categories in the order of their lists."""
    table = figure.table
    shown = {(cell.row, cell.column): cell for cell in table.cells()}
    reasons = {status: _reason(figure, status) for status in Status}

    def cell(row: Key | None, column: Key | None) -> ShownCell:
        found = shown[row, column]
        return ShownCell(value=found.value, mark=MARKS.get(found.status, ""), reason=reasons[found.status])

    row_keys = [*_ordered(figure.rows, table.row_keys), None]
    column_keys = [*_ordered(figure.columns, table.column_keys), None]
    return Layout(
        row_heads=tuple(say_variable(one) for one in figure.rows),
        column_heads=tuple(say_key(figure.columns, key) for key in column_keys),
        lines=tuple(
            Line(
                labels=_labels(figure.rows, row),
                cells=tuple(cell(row, column) for column in column_keys),
                is_total=row is None,
            )
            for row in row_keys
        ),
    )


def _ordered(variables: tuple[Variable, ...], keys: tuple[Key, ...]) -> list[Key]:
    places = [
        {value: place for place, value in enumerate(ordered(one.column, {key[at] for key in keys}))}
        for at, one in enumerate(variables)
    ]
    return sorted(keys, key=lambda key: [place[value] for place, value in zip(places, key, strict=True)])


def _labels(variables: tuple[Variable, ...], key: Key | None) -> tuple[str, ...]:
    if key is None:
        return (_("Total"), *("" for _one in variables[1:]))
    return tuple(say_category(one, value) for one, value in zip(variables, key, strict=True))


def _reason(figure: Figure, status: Status) -> str:
    if status is Status.PRIMARY and len(figure.table.rules) > 1:
        return _(
            "Hidden because it is fewer than %(threshold)s, or speaks of fewer than %(threshold)s different people."
        ) % {"threshold": say_number(figure.threshold)}
    if status is Status.PRIMARY:
        return _("Hidden because it is fewer than %(threshold)s.") % {
            "threshold": say_number(figure.threshold)
        }
    if status is Status.SECONDARY:
        return _("Hidden because a number hidden elsewhere could be worked out from it and the totals.")
    return ""


def title_of(figure: Figure) -> str:
    """Return what a figure shows, in one line."""
    words = {
        "unit": _(figure.facts.label),
        "rows": _(" and ").join(_lowered(say_variable(one)) for one in figure.rows),
        "columns": _(" and ").join(_lowered(say_variable(one)) for one in figure.columns),
    }
    if figure.columns:
        return _("%(unit)s by %(rows)s, and by %(columns)s") % words
    return _("%(unit)s by %(rows)s") % words


def _lowered(label: str) -> str:
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def only_words(figure: Figure) -> tuple[tuple[str, str], ...]:
    """Return what a figure is narrowed to: pairs of a label and a category."""
    return tuple((say_variable(one), say_category(one, value)) for one, value in figure.only)


def hidden_words(figure: Figure) -> tuple[str, ...]:
    """Say how many numbers are hidden and why, or that all are rounded."""
    table = figure.table
    number = {"threshold": say_number(figure.threshold)}
    if table.method is Method.ROUND:
        return (
            _("Each number is rounded to a multiple of %(threshold)s near it; the table still adds up.")
            % number,
        )
    found = Counter(table.statuses)
    said = []
    for status, mark in MARKS.items():
        if found[status]:
            words = {"count": say_number(found[status]), "mark": mark, "reason": _reason(figure, status)}
            said.append(_("(%(mark)s), %(count)s numbers. %(reason)s") % words)
    return tuple(said) or (_("No number had to be hidden."),)


def hidden_summary(figure: Figure) -> str:
    """Say in one line how much of a figure can be read."""
    table = figure.table
    words = {
        "hidden": say_number(sum(value is None for value in table.values)),
        "all": say_number(len(table.values)),
    }
    words["threshold"] = say_number(figure.threshold)
    if table.method is Method.ROUND:
        return _("All numbers are rounded to multiples of %(threshold)s.") % words
    if table.audit.hidden:
        return (
            _("%(hidden)s of %(all)s numbers are hidden, totals included. Why stands under the table.")
            % words
        )
    return _("No number had to be hidden.")


def caution_words(figure: Figure) -> tuple[str, ...]:
    """Return what to keep in mind."""
    said = [_("A higher number can also mean that more was found. It never tells how much there is.")]
    return (*said, *(say(one.message) for one in figure.table.cautions))


def about(figure: Figure) -> Iterator[tuple[str, str]]:
    """Give what a reader needs to judge a figure, as pairs of a label and a text: the metadata of a download."""
    yield _("Title"), title_of(figure)
    yield _("What is counted"), _(figure.facts.label)
    yield _("Definition"), _(figure.facts.definition)
    for one in (*figure.rows, *figure.columns):
        yield say_variable(one), _described(one)
    for label, value in only_words(figure):
        yield _("Only"), _("%(label)s: %(value)s") % {"label": label, "value": value}
    yield _("Source"), _(figure.facts.source)
    yield _("As of"), say_day(figure.snapshot.day)
    yield _("Snapshot"), str(figure.snapshot.id)
    yield _("Fingerprint of the facts"), figure.snapshot.fingerprints.get(figure.facts.name, "")
    yield _("Method"), _(METHODS[figure.table.method])
    yield _("Threshold"), say_number(figure.threshold)
    for words in hidden_words(figure):
        yield _("Hidden numbers"), words
    for words in caution_words(figure):
        yield _("To keep in mind"), words
    if figure.is_training:
        yield _("Training data"), _("None of these people exist.")


def _described(variable: Variable) -> str:
    column = variable.column
    said = _(column.definition)
    if not column.codes:
        return said
    listed = code_list(column.codes)
    words = {"definition": said, "list": _(listed.title), "version": listed.version}
    return _("%(definition)s Code list: %(list)s, version %(version)s.") % words
