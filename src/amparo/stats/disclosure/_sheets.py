"""A protected table for spreadsheets: CSV with a line for each cell, and a workbook with the facts about the table."""

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from amparo.vocab.text import N_, ToldError

from ._about import about, category, mark, title
from ._protect import ProtectedTable, PublishedCell, Status
from ._table import Key

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

__all__ = ["CannotWrite", "neutral", "to_csv", "to_xlsx"]

_MOST_COLUMNS = 16_000
_LONGEST_TEXT = 32_767
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class CannotWrite(ToldError):
    """Says that a table does not fit the form asked for."""


def neutral(text: str) -> str:
    """Disarm a text that a spreadsheet would run as a formula, by an apostrophe before it."""
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def to_csv(table: ProtectedTable) -> Iterator[str]:
    """Give the table as CSV, a line for each cell; ``total_of`` tells totals from cells: columns, rows, or all."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    rows, columns = table.request.rows, table.request.columns
    own = [_unlike(name, (*rows, *columns)) for name in ("total_of", "value", "status", "reason")]
    writer.writerow([*map(neutral, (*rows, *columns)), *own])
    for cell in table.cells():
        values = [*(cell.row or ("",) * len(rows)), *(cell.column or ("",) * len(columns))]
        value = "" if cell.value is None else cell.value
        writer.writerow(
            [*map(neutral, values), _total_of(cell, columns), value, cell.status.value, cell.reason]
        )
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _unlike(name: str, taken: tuple[str, ...]) -> str:
    return name if name not in taken else _unlike(f"{name}_", taken)


def _total_of(cell: PublishedCell, columns: tuple[str, ...]) -> str:
    if cell.row is None:
        return "all" if cell.column is None else "rows"
    return "columns" if columns and cell.column is None else ""


def to_xlsx(table: ProtectedTable, stream: BinaryIO) -> None:
    """Write the table as a workbook: the table, its cells with the reason for each hidden one, and what it counts.

    Numbers are numbers and texts are texts: nothing in the data can become a formula or a link.
    """
    import xlsxwriter

    if table.width > _MOST_COLUMNS:
        raise CannotWrite(
            N_(
                "The table has %(columns)s columns; a worksheet holds %(most)s. Swap rows and columns, or use CSV."
            ),
            columns=f"{table.width:,}",
            most=f"{_MOST_COLUMNS:,}",
        )
    if any(len(value) > _LONGEST_TEXT for key in (*table.row_keys, *table.column_keys) for value in key):
        raise CannotWrite(N_("A category is longer than a cell of a worksheet can hold. Use CSV."))
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, {**options, "in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        hidden = book.add_format({"align": "right", "font_color": "#505a5f"})
        grid, cells, facts = (book.add_worksheet(name) for name in ("Table", "Cells", "About"))
        _write_grid(table, grid, bold, hidden)
        _write_cells(table, cells, bold)
        facts.set_column(0, 0, 18)
        facts.set_column(1, 1, 90, wrapped)
        for line, (name, text) in enumerate(about(table)):
            facts.write_string(line, 0, name, bold)
            facts.write_string(line, 1, text, wrapped)


def _write_grid(table: ProtectedTable, sheet: "Worksheet", bold: "Format", hidden: "Format") -> None:
    rows, columns = table.request.rows, table.request.columns
    top, left = 1 + max(len(columns), 1), len(rows)
    sheet.write_string(0, 0, title(table), bold)
    for at, name in enumerate(rows):
        sheet.write_string(top - 1, at, name, bold)
    for at, key in enumerate((*table.column_keys, None)):
        _write_key(sheet, [(1 + level, left + at) for level in range(len(columns) or 1)], key, bold)
    for at, key in enumerate((*table.row_keys, None)):
        _write_key(sheet, [(top + at, level) for level in range(left)], key, bold)
    for cell, (value, status) in enumerate(zip(table.values, table.statuses, strict=True)):
        i, j = divmod(cell, table.width)
        if value is None:
            sheet.write_string(top + i, left + j, mark(table, status), hidden)
        else:
            sheet.write_number(top + i, left + j, value)
    sheet.freeze_panes(top, left)


def _write_key(sheet: "Worksheet", places: list[tuple[int, int]], key: Key | None, bold: "Format") -> None:
    texts = ["Total"] if key is None else [category(value) for value in key]
    for (line, column), text in zip(places, texts, strict=False):
        sheet.write_string(line, column, text, bold)


def _write_cells(table: ProtectedTable, sheet: "Worksheet", bold: "Format") -> None:
    names = [*table.request.rows, *table.request.columns, "total of", "value", "status", "reason"]
    for at, name in enumerate(names):
        sheet.write_string(0, at, name, bold)
    kinds = len(table.request.rows), len(table.request.columns)
    for line, cell in enumerate(table.cells(), start=1):
        keys = [*(cell.row or ("",) * kinds[0]), *(cell.column or ("",) * kinds[1])]
        for at, text in enumerate([*keys, _total_of(cell, table.request.columns)]):
            sheet.write_string(line, at, text)
        if cell.value is not None:
            sheet.write_number(line, sum(kinds) + 1, cell.value)
        sheet.write_string(line, sum(kinds) + 2, cell.status.value)
        if cell.status in (Status.PRIMARY, Status.SECONDARY):
            sheet.write_string(line, sum(kinds) + 3, cell.reason)
