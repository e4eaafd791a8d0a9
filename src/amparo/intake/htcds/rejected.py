"""Gives the rejected rows back as a workbook that says why, and that can be corrected and sent in again."""

from collections import defaultdict
from collections.abc import Iterable
from typing import IO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from amparo.intake.htcds.cells import Cell, CellFault
from amparo.intake.htcds.findings import Finding
from amparo.intake.htcds.reading import Row, Workbook
from amparo.intake.htcds.values import LONGEST_TEXT
from amparo.intake.htcds.writing import OPTIONS, CellWriter

ROW_HEADING = "Amparo: row"
WHY_HEADING = "Amparo: what to mend"


def write_rejected(workbook: Workbook, findings: Iterable[Finding], *, stream: IO[bytes]) -> int:
    """Write the rows that have findings, with all their columns as they were, and what to mend in each.

    The two columns of ours stand behind the others and are left aside when the file comes in again. Returns
    how many rows were written. Findings on the file as a whole (row 0) are not written.
    """
    by_row: dict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.row:
            by_row[finding.row].append(finding)
    rows = [row for row in workbook.rows if row.number in by_row]
    kept = _kept_columns(workbook, rows)
    book = xlsxwriter.Workbook(stream, dict(OPTIONS))
    sheet = book.add_worksheet()
    writer = CellWriter(book, sheet)
    first = _write_headings(sheet, book.add_format({"bold": True, "text_wrap": True}), workbook, kept)
    places = {index: place for place, index in enumerate(kept)}
    fields = {(column.index, column.heading) for column in workbook.columns}
    for line, row in enumerate(rows, start=first):
        marked = {finding.column for finding in by_row[row.number]}
        for index, place in places.items():
            is_marked = any((index, heading) in fields for heading in marked)
            writer.write(line, place, _shown(row.cell(index)), is_marked=is_marked)
        sheet.write_number(line, len(kept), row.number)
        sheet.write_string(line, len(kept) + 1, _why(by_row[row.number]))
    book.close()
    return len(rows)


def _kept_columns(workbook: Workbook, rows: list[Row]) -> list[int]:
    heads = [cells for _, cells in workbook.headings.rows]
    ours = {
        index for cells in heads for index, cell in enumerate(cells) if cell in (ROW_HEADING, WHY_HEADING)
    }
    width = max(len(cells) for cells in [*heads, *(row.cells for row in rows)])
    return [index for index in range(width) if index not in ours]


def _write_headings(sheet: Worksheet, bold: Format, workbook: Workbook, kept: list[int]) -> int:
    """Write the heading rows as they were, the ids hidden; returns the place of the first row of data."""
    rows = [cells for _, cells in workbook.headings.rows]
    for line, cells in enumerate(rows):
        for place, index in enumerate(kept):
            cell = cells[index] if index < len(cells) else None
            if cell is not None:
                sheet.write_string(line, place, str(cell), bold)
        if line + 1 < len(rows):
            sheet.set_row(line, None, None, {"hidden": True})
    last = len(rows) - 1
    sheet.write_string(last, len(kept), ROW_HEADING, bold)
    sheet.write_string(last, len(kept) + 1, WHY_HEADING, bold)
    sheet.set_column(len(kept) + 1, len(kept) + 1, 80)
    sheet.freeze_panes(len(rows), 0)
    return len(rows)


def _shown(cell: Cell) -> Cell:
    """Return what to write for a cell, always as text: a formula is shown and does not run; too long a text is cut."""
    if isinstance(cell, CellFault):
        return cell.text
    if isinstance(cell, str) and len(cell) > LONGEST_TEXT:
        return f"{cell[: LONGEST_TEXT - 1]}…"
    return cell


def _why(findings: list[Finding]) -> str:
    lines = [
        f"{finding.column}: {finding.message}" if finding.column else finding.message for finding in findings
    ]
    return "\n".join(lines)[:LONGEST_TEXT]
