"""Gives the rejected rows back as a file that says why, and that can be mended and sent in again.

Nothing of a row is lost or changed on the way out and in. What cannot be given back as it was (a formula without a
result, a merged cell) stands behind a mark that the validator refuses, so that it never comes in as if it were a value.
A text that is too long for a cell of a workbook is not cut: the rows then come back as text with commas.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import xlsxwriter

from amparo.intake.htcds.cells import Cell, CellFault
from amparo.intake.htcds.findings import Finding
from amparo.intake.htcds.reading import Row, Workbook
from amparo.intake.htcds.validation import merged_areas
from amparo.intake.htcds.values import LONGEST_TEXT, TO_MEND, plain
from amparo.intake.htcds.writing import OPTIONS, CellWriter, FileFormat, cell_as_text

ROW_HEADING = "Amparo: row"
WHY_HEADING = "Amparo: what to mend"


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectedRows:
    """The rejected rows as a file, and how many there are."""

    content: bytes
    file_format: FileFormat
    count: int


def write_rejected(workbook: Workbook, findings: Iterable[Finding]) -> RejectedRows:
    """Write the rows that have findings, with all their columns as they were, and what to mend in each.

    The two columns of ours stand behind the others and are left aside when the file comes in again. Findings on the
    file as a whole (row 0) are not written.
    """
    sheet = _Sheet(workbook, findings)
    file_format = FileFormat.CSV if sheet.has_long_text else FileFormat.XLSX
    content = sheet.as_text() if file_format is FileFormat.CSV else sheet.as_workbook()
    return RejectedRows(content=content, file_format=file_format, count=len(sheet.rows))


class _Sheet:
    """The cells to write: the headings as they were, and the rejected rows with our two columns behind."""

    def __init__(self, workbook: Workbook, findings: Iterable[Finding]) -> None:
        self._findings: dict[int, list[Finding]] = defaultdict(list)
        for finding in findings:
            if finding.row:
                self._findings[finding.row].append(finding)
        self._merged = merged_areas(workbook)
        self._fields = {column.index: column.heading for column in workbook.columns}
        rejected = [row for row in workbook.rows if row.number in self._findings]
        heads = [cells for _, cells in workbook.headings.rows]
        self._kept = _kept_columns(heads, rejected)
        self.headings = [
            [cells[index] if index < len(cells) else None for index in self._kept] for cells in heads
        ]
        self.headings[-1] += [ROW_HEADING, WHY_HEADING]
        self.rows = [self._cells(row) for row in rejected]
        self._marked = [self._marked_places(row) for row in rejected]

    @property
    def has_long_text(self) -> bool:
        """Tell whether a text is longer than a cell of a workbook may be."""
        return any(
            isinstance(cell, str) and len(cell) > LONGEST_TEXT
            for cells in (*self.headings, *self.rows)
            for cell in cells
        )

    def as_text(self) -> bytes:
        stream = io.StringIO(newline="")
        csv.writer(stream).writerows(
            [cell_as_text(cell) for cell in cells] for cells in (*self.headings, *self.rows)
        )
        return stream.getvalue().encode("utf-8-sig")

    def as_workbook(self) -> bytes:
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream, dict(OPTIONS))
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True, "text_wrap": True})
        for line, cells in enumerate(self.headings):
            for place, cell in enumerate(cells):
                if cell is not None:
                    sheet.write_string(line, place, str(cell), bold)
            if line + 1 < len(self.headings):
                sheet.set_row(line, None, None, {"hidden": True})
        sheet.set_column(len(self._kept) + 1, len(self._kept) + 1, 80)
        sheet.freeze_panes(len(self.headings), 0)
        writer = CellWriter(book, sheet)
        for line, (cells, marked) in enumerate(
            zip(self.rows, self._marked, strict=True), start=len(self.headings)
        ):
            for place, cell in enumerate(cells):
                writer.write(line, place, cell, is_marked=place in marked)
        book.close()
        return stream.getvalue()

    def _cells(self, row: Row) -> list[Cell]:
        merged = {index: area.value for area in self._merged.get(row.number, ()) for index in area.columns}
        cells = [self._shown(index, row.cell(index), merged) for index in self._kept]
        return [*cells, row.number, _why(self._findings[row.number])]

    def _shown(self, index: int, cell: Cell, merged: Mapping[int, Cell]) -> Cell:
        if index in merged:
            return _to_mend(merged[index])
        if isinstance(cell, CellFault):
            return _to_mend(cell) if index in self._fields else cell.text
        return cell

    def _marked_places(self, row: Row) -> frozenset[int]:
        columns = {finding.column for finding in self._findings[row.number]}
        return frozenset(
            place for place, index in enumerate(self._kept) if self._fields.get(index) in columns
        )


def _kept_columns(heads: list[tuple[Cell, ...]], rows: list[Row]) -> list[int]:
    ours = {
        index for cells in heads for index, cell in enumerate(cells) if cell in (ROW_HEADING, WHY_HEADING)
    }
    width = max(len(cells) for cells in [*heads, *(row.cells for row in rows)])
    return [index for index in range(width) if index not in ours]


def _to_mend(cell: Cell) -> str:
    text = cell.text if isinstance(cell, CellFault) else plain(cell)
    return text if text.startswith(TO_MEND) else f"{TO_MEND} {text}"


def _why(findings: list[Finding]) -> str:
    lines = [
        f"{finding.column}: {finding.message}" if finding.column else finding.message for finding in findings
    ]
    return "\n".join(lines)[:LONGEST_TEXT]
