"""Say in words whom a number counts, and lay the numbers of an item out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from amparo.publishing.rules import Item
from amparo.stats.disclosure.register import PERIOD, Cell, Mark
from amparo.ui.formats import in_local_digits, join_words, say_number
from amparo.vocab.null import NullReason, is_null_reason

Labels = Mapping[str, Mapping[str, str]]
MOST_VALUES = 6
_MARKS = {"primary": "a", "secondary": "b"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownCell:
    """One number of a table as it may be read."""

    text: str
    is_hidden: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """A table of an item, laid out: heads, and lines of labels and cells."""

    row_heads: tuple[str, ...]
    column_heads: tuple[str, ...]
    lines: tuple[tuple[tuple[str, ...], tuple[ShownCell, ...], bool], ...]
    notes: tuple[str, ...]


def labels_of(items: Iterable[Item], beside: Iterable[Mapping[str, Any]] = ()) -> Labels:
    """Give the words for variables and their values in the language of the page; what has none is shown as its code.

    `beside` holds those of earlier releases, for numbers that only they gave.
    """
    found: dict[str, dict[str, str]] = {}
    for told in (*beside, *(item.content.get("labels", {}) for item in items)):
        for name, words in (told.get(get_language() or "en") or told.get("en") or {}).items():
            found.setdefault(name, {}).update(words)
    return found


def in_language(item: Item, name: str, otherwise: str = "") -> str:
    """Give what an item says of itself, in the language of the page where it brought the words."""
    words = item.content.get("words", {}).get(get_language() or "en", {})
    return str(words.get(name) or otherwise or getattr(item, name, ""))


def whom(cell: Cell, labels: Labels) -> str:
    """Say whom a cell counts: "Sex: female, citizenship: Syria", or everybody."""
    parts = [
        _("%(label)s: %(value)s")
        % {"label": _name(name, labels), "value": _values(values, labels.get(name, {}))}
        for name, values in sorted(cell.predicate.items(), key=lambda one: (one[0] != PERIOD, one[0]))
    ]
    return " · ".join(parts) or _("Everybody")


def number(cell: Cell) -> str:
    """Say what a reader sees in a cell's place, or may think of it."""
    if cell.mark is Mark.SHOWN:
        return say_number(cell.low)
    if cell.high is None:
        words = {"low": say_number(cell.low)}
        return (_("hidden: %(low)s or more") if cell.is_hidden else _("%(low)s or more")) % words
    words = {"low": say_number(cell.low), "high": say_number(cell.high)}
    return (_("hidden: %(low)s to %(high)s") if cell.is_hidden else _("%(low)s to %(high)s")) % words


def grid_of(item: Item) -> Grid | None:
    """Lay out the table of an item; None where it holds none, or one of more dimensions than a page has."""
    content = item.content
    if not all(name in content for name in ("rows", "columns", "cells")):
        return None
    labels = labels_of([item])
    rows, columns = content["rows"], content["columns"]
    shown = {(_key(one["row"]), _key(one["column"])): one for one in content["cells"]}
    row_keys, column_keys = (
        dict.fromkeys(row for row, _column in shown),
        dict.fromkeys(column for _row, column in shown),
    )
    return Grid(
        row_heads=tuple(_name(one, labels) for one in rows),
        column_heads=tuple(_category(columns, key, labels) for key in column_keys),
        lines=tuple(
            (
                _labels(rows, row, labels),
                tuple(_shown(shown[row, column]) for column in column_keys),
                row is None,
            )
            for row in row_keys
        ),
        notes=tuple(content.get("notes", {}).get(get_language() or "en", ())),
    )


def _shown(one: Mapping[str, Any]) -> ShownCell:
    if one["value"] is not None:
        return ShownCell(text=say_number(one["value"]))
    mark = _MARKS.get(one["status"], "")
    return ShownCell(text=_("hidden (%(mark)s)") % {"mark": mark}, is_hidden=True)


def _key(values: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)


def _labels(names: Sequence[str], key: tuple[str, ...] | None, labels: Labels) -> tuple[str, ...]:
    if key is None:
        return (_("Total"), *("" for _one in names[1:]))
    return tuple(_value(value, labels.get(name, {})) for name, value in zip(names, key, strict=True))


def _category(names: Sequence[str], key: tuple[str, ...] | None, labels: Labels) -> str:
    return _("Total") if key is None else " · ".join(_labels(names, key, labels))


def _name(name: str, labels: Labels) -> str:
    return labels.get(name, {}).get("") or (_("Period") if name == PERIOD else name)


def _values(values: Iterable[str], words: Mapping[str, str]) -> str:
    given = sorted(values)
    said = [_value(value, words) for value in given[:MOST_VALUES]]
    if len(given) > MOST_VALUES:
        said.append(_("%(number)s more") % {"number": say_number(len(given) - MOST_VALUES)})
    return join_words(said)


def _value(value: str, words: Mapping[str, str]) -> str:
    if is_null_reason(value) and value not in words:
        return _(NullReason(value).label)
    # The empty text among the words is the name of the variable itself, and among values it is that none was recorded.
    return (words.get(value) or in_local_digits(value)) if value else _("(blank)")
