"""A published table on paper: a tagged PDF in the language of the page, turned the way that it is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from amparo.publishing.export.about import TableOf, about, direction_of, mark_words, notes_of
from amparo.publishing.rules.tables import CONCEALED, Place
from amparo.ui.printing import print_pdf

TEMPLATE: Final = Path(__file__).parents[1] / "printed" / "table.typ"
MOST_PRINTED: Final = 2_000  # cells; a larger table is read by a program
MOST_COLUMNS: Final = 12
_UPRIGHT: Final = 7


def fits_paper(one: TableOf) -> bool:
    """Tell whether a table can be read on paper."""
    return len(one.table.cells) <= MOST_PRINTED and len(one.table.column_places()) <= MOST_COLUMNS


def to_pdf(one: TableOf, *, address: str, now: datetime) -> bytes:
    """Give the table as PDF, with what it is below it."""
    table = one.table
    columns = table.column_places()
    values: dict[str, Any] = {
        "title": table.title,
        "release": f"{one.release.number} · {one.release.title}",
        "licence": one.release.licence,
        "address": address,
        "page": _("Page {page} of {pages}"),
        "heads": [one.variable(axis.code) for axis in table.down],
        "columns": [column_words(one, place) for place in columns],
        "across": ", ".join(one.variable(axis.code) for axis in table.over),
        "lines": [
            {"labels": row_words(one, place), "cells": _cells(one, place, columns), "is_total": None in place}
            for place in table.row_places()
        ],
        "notes": [_turned(words) for words in notes_of(one.item, table)],
        "about": [[label, _turned(text)] for label, text in about(one, address=address)],
        "about_title": _("About this table"),
        "is_wide": len(table.down) + len(columns) > _UPRIGHT,
    }
    return print_pdf(TEMPLATE, values, now=now)


def row_words(one: TableOf, place: Place) -> list[str]:
    """Name a row: a label for each of its variables."""
    return [one.value(axis.code, value) for axis, value in zip(one.table.down, place, strict=True)]


def column_words(one: TableOf, place: Place) -> str:
    """Name a column: the values of its variables, or the number that a table without columns has."""
    said = [one.value(axis.code, value) for axis, value in zip(one.table.over, place, strict=True)]
    return " · ".join(said) or _("Number")


def _turned(text: str) -> dict[str, str]:
    return {"text": text, "direction": direction_of(text)}


def _cells(one: TableOf, row: Place, columns: Sequence[Place]) -> list[dict[str, Any]]:
    found = [one.table.cells.get((*row, *column)) for column in columns]
    return [
        {"text": "", "is_hidden": False}
        if cell is None
        else {"text": mark_words(cell), "is_hidden": cell.status in CONCEALED}
        for cell in found
    ]
