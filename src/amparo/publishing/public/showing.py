"""Lay a published release out for reading: its tables with what is hidden, a chart of each, and its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from amparo.publishing.export import MOST_PRINTED, TableOf, mark_words, notes_of
from amparo.publishing.export.about import direction_of, only_words
from amparo.publishing.export.paper import column_words, fits_paper, row_words
from amparo.publishing.queries import PublishedRelease, say_population
from amparo.publishing.rules import ItemKind
from amparo.publishing.rules.tables import CONCEALED, Place, PublishedItem, TableCell
from amparo.ui.charts import MOST_SERIES, Bar, BarChart, BarGroup, Drawing, draw_bars
from amparo.ui.formats import join_words, say_number
from amparo.ui.parts import SummaryRow

MOST_SHOWN: Final = MOST_PRINTED
MOST_GROUPS: Final = 20
FORMS: Final = ("csv", "xlsx", "parquet", "json", "pdf")
FORM_WORDS: Final = {
    "csv": "CSV", "xlsx": "XLSX", "parquet": "Parquet", "json": "JSON-stat 2.0", "pdf": "PDF",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownTable:
    """One table on the page."""

    title: str
    number: int
    about: tuple[SummaryRow, ...]
    heads: tuple[str, ...]
    across: str
    columns: tuple[str, ...]
    lines: tuple[Mapping[str, Any], ...]
    notes: tuple[tuple[str, str], ...]  # with the direction in which each is read
    chart: Drawing | None
    chart_note: str
    forms: tuple[tuple[str, str], ...]
    is_too_large: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownFile:
    """A file or a study on the page."""

    title: str
    position: int
    about: tuple[SummaryRow, ...]
    cautions: tuple[tuple[str, str], ...]
    file_name: str
    digest: str
    figures: tuple[Mapping[str, Any], ...]


def shown_table(one: TableOf) -> ShownTable:
    """Lay out a table; one that nobody could read on a page is left to its files."""
    table = one.table
    is_too_large = len(table.cells) > MOST_SHOWN
    columns, rows = ([], []) if is_too_large else (table.column_places(), table.row_places())
    chart, note = (None, "") if is_too_large else _chart(one)
    return ShownTable(
        title=table.title,
        number=one.number,
        about=item_rows(one.item, only=only_words(one)),
        heads=tuple(one.variable(axis.code) for axis in table.down) or (_("Population"),),
        across=" · ".join(one.variable(axis.code) for axis in table.over),
        columns=tuple(column_words(one, place) for place in columns),
        lines=tuple(
            {
                "labels": row_words(one, place) or [say_population(one.release.population)],
                "cells": [_shown(table.cells.get((*place, *other))) for other in columns],
                "is_total": bool(place) and all(value is None for value in place),
            }
            for place in rows
        ),
        notes=tuple((words, direction_of(words)) for words in notes_of(one.item, table)),
        chart=chart,
        chart_note=note,
        forms=tuple((form, FORM_WORDS[form]) for form in FORMS if form != "pdf" or fits_paper(one)),
        is_too_large=is_too_large,
    )


def shown_files(release: PublishedRelease) -> tuple[ShownFile, ...]:
    """Lay out what is no table: files of made-up or of single records, and studies."""
    return tuple(
        ShownFile(
            title=item.title,
            position=position,
            about=(*item_rows(item), *_more_rows(item)),
            cautions=tuple(
                (words, direction_of(words)) for words in (*_usual_cautions(item), *notes_of(item))
            ),
            file_name=str(item.content.get("file_name", "")),
            digest=str(item.content.get("sha256", "")),
            figures=tuple(map(_figure, item.content.get("figures", ()))),
        )
        for position, item in enumerate(_spoken(release), start=1)
        if item.kind is not ItemKind.TABLE
    )


def _spoken(release: PublishedRelease) -> list[PublishedItem]:
    return [item.in_language(get_language() or "en") for item in release.items]


def item_rows(item: PublishedItem, *, only: tuple[str, ...] = ()) -> tuple[SummaryRow, ...]:
    """Say what an item is, how it was made and how it is protected."""
    rows = (
        (_("What is counted"), item.definition),
        (_("Unit"), item.unit),
        (_("Only"), join_words(only)),
        (_("Source"), item.source),
        (_("Method"), item.method),
        (_("Protection"), item.protection),
    )
    return tuple(SummaryRow(label=label, value=text, is_name=True) for label, text in rows if text)


def _more_rows(item: PublishedItem) -> tuple[SummaryRow, ...]:
    told = item.content.get("about") or ()
    pairs = list(told.items() if isinstance(told, Mapping) else told)
    if columns := item.content.get("columns"):
        labels = item.content.get("labels", {}).get(get_language() or "en", {})
        named = (f"{labels[name]['']} ({name})" if labels.get(name) else name for name in columns)
        pairs.append((_("Columns"), join_words(named)))
    return tuple(SummaryRow(label=str(label), value=str(text), is_name=True) for label, text in pairs)


def _usual_cautions(item: PublishedItem) -> tuple[str, ...]:
    match item.kind:
        case ItemKind.SYNTHETIC:
            return (
                _(
                    "No row is a person. The file was made so that its counts are near those of the real records."
                ),
                _(
                    "Count with it, and say in your work how far its counts may be off. Draw no conclusion about a single row."
                ),
            )
        case ItemKind.STUDY:
            return (_("An estimate, not a count. Give its interval wherever you give its number."),)
        case ItemKind.MICRODATA:
            return (
                _(
                    "Single records, coarsened so that nobody stands alone. Do not try to find out who somebody is."
                ),
            )
    return ()


def _figure(kept: Mapping[str, Any]) -> Mapping[str, Any]:
    low, high = kept.get("low"), kept.get("high")
    interval = {"low": say_number(low or 0), "high": say_number(high or 0)}
    return {
        "label": str(kept.get("label", "")),
        "value": say_number(kept["value"]) if kept.get("value") is not None else _("Not estimated"),
        "interval": "" if low is None or high is None else _("%(low)s to %(high)s") % interval,
    }


def _shown(cell: TableCell | None) -> Mapping[str, Any]:
    if cell is None:
        return {"text": "", "is_hidden": False}
    return {"text": mark_words(cell), "is_hidden": cell.status in CONCEALED}


def _chart(one: TableOf) -> tuple[Drawing | None, str]:
    """Draw the rows of a table, its columns as series where they can be told apart; gives what of the table it leaves out."""
    table = one.table
    rows = _charted_rows(one)
    columns = [place for place in table.column_places() if None not in place]
    totals = [place for place in table.column_places() if all(value is None for value in place)]
    drawn = columns if 0 < len(columns) <= MOST_SERIES else totals
    if not rows or not drawn:
        return None, ""
    series = tuple(column_words(one, place) for place in drawn) if len(drawn) > 1 else ()
    groups = tuple(
        BarGroup(
            label=" · ".join(
                text for text, value in zip(row_words(one, row), row, strict=True) if value is not None
            ),
            bars=tuple(_bar(table.cells.get((*row, *column))) for column in drawn),
        )
        for row in rows[:MOST_GROUPS]
    )
    notes = _left_out(rows, columns, drawn, groups)
    chart = BarChart(
        title=table.title, description=_description(groups, series), groups=groups, series=series
    )
    direction = "rtl" if get_language_bidi() else "ltr"
    return draw_bars(chart, direction=direction, name=f"chart-{one.number}"), " ".join(notes)


def _charted_rows(one: TableOf) -> list[Place]:
    """Choose the rows of the chart: by the first variable alone, where the table has totals over the others in its rows."""
    rows = [place for place in one.table.row_places() if place]
    by_first = [place for place in rows if place[0] is not None and set(place[1:]) == {None}]
    return by_first or [place for place in rows if None not in place]


def _bar(cell: TableCell | None) -> Bar:
    return Bar(value=0, text="") if cell is None else Bar(value=cell.value, text=mark_words(cell))


def _left_out(
    rows: list[Place], columns: list[Place], drawn: list[Place], groups: tuple[BarGroup, ...]
) -> list[str]:
    notes = []
    if drawn != columns and len(columns) > MOST_SERIES:
        notes.append(_("The chart shows totals only, because the table has too many columns to tell apart."))
    if any(bar.value is None for group in groups for bar in group.bars):
        notes.append(_("Hatched bars are hidden numbers; their length tells nothing."))
    if len(rows) > len(groups):
        words = {"shown": say_number(len(groups)), "all": say_number(len(rows))}
        notes.append(_("The chart shows the first %(shown)s of %(all)s rows.") % words)
    return notes


def _description(groups: tuple[BarGroup, ...], series: tuple[str, ...]) -> str:
    if not series:
        return "; ".join(f"{group.label}: {group.bars[0].text}" for group in groups)
    return "; ".join(
        f"{group.label}: "
        + ", ".join(f"{name} {bar.text}" for name, bar in zip(series, group.bars, strict=True))
        for group in groups
    )
