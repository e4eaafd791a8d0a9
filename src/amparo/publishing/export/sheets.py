"""A published table for spreadsheets: text with commas, and a workbook. Nothing in them can become a formula or a link."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from amparo.publishing.export.about import TableOf, about, code, mark_words
from amparo.stats.disclosure import neutral

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_MARK: Final = "\ufeff"  # by which spreadsheet programs tell UTF-8
_LONGEST: Final = 32_767
_MOST_COLUMNS: Final = 16_000  # of a worksheet; a wider table stands on the sheet of its cells alone


def to_csv(one: TableOf, *, address: str) -> bytes:
    """Give the table as text: first what it is, each line behind a #, then a line for each cell, with codes and with words."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for label, text in about(one, address=address):
        writer.writerow([f"# {label}", neutral(" ".join(text.split()))])
    writer.writerow(_heads(one))
    for row in _lines(one):
        writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in row])
    return (_MARK + buffer.getvalue()).encode()


def to_xlsx(one: TableOf, *, address: str) -> bytes:
    """Give the table as a workbook: as it is read, its cells one by one, and what it is."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, {**options, "in_memory": True}) as book:
        grid, cells, facts = (book.add_worksheet(name) for name in (_("Table"), _("Cells"), _("About")))
        if get_language_bidi():
            for sheet in (grid, cells, facts):
                sheet.right_to_left()
        if len(one.table.column_places()) <= _MOST_COLUMNS:
            _write_grid(book, grid, one)
        _write_cells(book, cells, one)
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        facts.set_column(0, 0, 28)
        facts.set_column(1, 1, 90, wrapped)
        for line, (label, text) in enumerate(about(one, address=address)):
            facts.write_string(line, 0, label, bold)
            facts.write_string(line, 1, text[:_LONGEST], wrapped)
    return stream.getvalue()


def _heads(one: TableOf) -> list[str]:
    own = [neutral(axis.code) for axis in one.table.axes]
    words = [neutral(f"{axis.code}_label") for axis in one.table.axes]
    return [*own, *words, "unit", "value", "status"]


def _lines(one: TableOf) -> Iterator[list[str | int]]:
    table = one.table
    for place, cell in table.in_order():
        pairs = list(zip(table.axes, place, strict=True))
        yield [
            *(code(value) for _axis, value in pairs),
            *(one.value(axis.code, value) for axis, value in pairs),
            table.unit,
            "" if cell.value is None else cell.value,
            str(cell.status),
        ]


def _write_grid(book: Workbook, sheet: Worksheet, one: TableOf) -> None:
    table = one.table
    bold = book.add_format({"bold": True})
    hatched = book.add_format({"align": "right", "italic": True, "pattern": 14, "fg_color": "#a9b4b9"})
    sheet.write_string(0, 0, table.title[:_LONGEST], bold)
    top, left = 2 + max(len(table.over), 1), len(table.down)
    for at, axis in enumerate(table.down):
        sheet.write_string(top - 1, at, one.variable(axis.code), bold)
    for level, axis in enumerate(table.over):
        sheet.write_string(1, left + level, one.variable(axis.code), bold)
    columns, rows = table.column_places(), table.row_places()
    for at, place in enumerate(columns):
        for level, text in enumerate(_said(one, place, offset=left) or [_("Number")]):
            sheet.write_string(2 + level, left + at, text, bold)
    for at, place in enumerate(rows):
        for level, text in enumerate(_said(one, place)):
            sheet.write_string(top + at, level, text, bold)
        for across, other in enumerate(columns):
            cell = table.cells.get((*place, *other))
            if cell is not None and cell.value is not None:
                sheet.write_number(top + at, left + across, cell.value)
            elif cell is not None:
                sheet.write_string(top + at, left + across, mark_words(cell), hatched)
    sheet.set_column(0, max(left - 1, 0), 24)
    sheet.set_column(left, left + len(columns), 14)
    sheet.freeze_panes(top, left)


def _said(one: TableOf, place: Sequence[str | None], *, offset: int = 0) -> list[str]:
    return [one.value(axis.code, value) for axis, value in zip(one.table.axes[offset:], place, strict=False)]


def _write_cells(book: Workbook, sheet: Worksheet, one: TableOf) -> None:
    bold = book.add_format({"bold": True})
    for at, text in enumerate(_heads(one)):
        sheet.write_string(0, at, text, bold)
    for line, row in enumerate(_lines(one), start=1):
        for at, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(line, at, cell)
            elif cell:
                sheet.write_string(line, at, cell[:_LONGEST])
    sheet.freeze_panes(1, 0)
