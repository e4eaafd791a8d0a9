"""Writes rows of HTCDS values as workbooks and text files in the three profiles, losing nothing."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import IO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from amparo.intake.htcds import layouts
from amparo.intake.htcds.delimited import GUARDED, guarded
from amparo.intake.htcds.layouts import Field, codes_of
from amparo.intake.htcds.values import Value, check_length, check_text
from amparo.vocab.dates import PartialDate

OPTIONS = {
    # Values are typed by us: no text becomes a formula, a link or a number, and nothing is left in a folder.
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
FIRST_EXCEL_DAY = date(1900, 3, 1)  # before it, the spreadsheet's days are off by one


class FileFormat(StrEnum):
    """The kind of file that is written."""

    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how many rows, and in how many a field was left out that the profile lacks."""

    rows: int
    left_out: Mapping[str, int]


def write_workbook(
    rows: Iterable[Mapping[str, Value]], *, profile: str, stream: IO[bytes], mark: str = ""
) -> Written:
    """Write rows as an .xlsx workbook of the profile `excel`, `xlsform` or `ods`; a `mark` stands in its properties."""
    columns = _columns(profile)
    book = xlsxwriter.Workbook(stream, dict(OPTIONS))
    if mark:
        book.set_properties({"comments": mark})
    sheet = book.add_worksheet("Sheet1" if profile == "excel" else "HTCDS")
    writer = CellWriter(book, sheet)
    first = _write_headings(sheet, book.add_format({"bold": True, "text_wrap": True}), columns, profile)
    # The standard's Excel sheet numbers its rows in a first column without a heading.
    offset = 1 if profile == "excel" else 0
    left_out: Counter[str] = Counter()
    count = 0
    for count, row in enumerate(rows, start=1):
        place = first + count - 1
        if offset:
            sheet.write_number(place, 0, count)
        for index, column in enumerate(columns, start=offset):
            writer.write(place, index, column.cell(row, profile))
        left_out.update(_left_out(row, columns))
    book.close()
    return Written(count, dict(left_out))


def write_csv(rows: Iterable[Mapping[str, Value]], *, profile: str, stream: IO[bytes]) -> Written:
    """Write rows as a text file with commas in UTF-8 with its mark; formulas are kept from running."""
    columns = _columns(profile)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    out = csv.writer(text)
    out.writerow([column.heading(profile) for column in columns])
    left_out: Counter[str] = Counter()
    count = 0
    for row in rows:
        count += 1
        out.writerow([cell_as_text(column.cell(row, profile)) for column in columns])
        left_out.update(_left_out(row, columns))
    text.detach()
    return Written(count, dict(left_out))


@dataclass(frozen=True, slots=True)
class _Column:
    """A column to write: a field, or one choice of it as 1 or 0."""

    field: Field
    choice: str = ""

    def heading(self, profile: str) -> str:
        if profile == "excel":
            return self.field.label
        name = (self.field.xlsform or self.field.id) if profile == "xlsform" else self.field.id
        return f"{name}/{self.choice}" if self.choice else name

    def cell(self, row: Mapping[str, Value], profile: str) -> "str | int | float | date | None":
        value = row.get(self.field.id)
        if value is None:
            return None
        if self.choice:
            return int(isinstance(value, tuple) and self.choice in value)
        return _cell_of(self.field, value, profile)


def _columns(profile: str) -> tuple[_Column, ...]:
    columns: list[_Column] = []
    for field in layouts.profile(profile):
        columns.append(_Column(field))
        if profile == "xlsform" and field.kind == "codes" and field.codes not in (None, "country"):
            # As servers export a question with several answers: joined, then one column a choice.
            columns += [_Column(field, code) for code in codes_of(str(field.codes))]
    return tuple(columns)


def _left_out(row: Mapping[str, Value], columns: Sequence[_Column]) -> set[str]:
    return row.keys() - {column.field.id for column in columns}


def _cell_of(field: Field, value: Value, profile: str) -> str | int | float | date | None:
    cell = _plain_cell(value, profile)
    if not isinstance(cell, str):
        return cell
    if field.kind in ("text", "code_or_text"):
        # Raises BadCell for what could not be read back: a control character, a text that is too long.
        check_text(cell)
    return cell if cell.strip() else None


def _plain_cell(value: Value, profile: str) -> str | int | float | date:
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE") if profile == "xlsform" else ("Yes" if value else "No")
    if isinstance(value, tuple):
        if len(value) == 1 and isinstance(value[0], PartialDate):
            return _plain_cell(value[0], profile)
        is_spaced = profile == "xlsform" and not any(isinstance(one, PartialDate) for one in value)
        return (" " if is_spaced else ";").join(str(one) for one in value)
    if isinstance(value, PartialDate):
        return value.earliest() if value.precision == "day" and not value.is_approximate else str(value)
    return value


def _write_headings(sheet: Worksheet, bold: Format, columns: Sequence[_Column], profile: str) -> int:
    """Write the heading rows of a profile; returns the place of the first row of data."""
    if profile == "xlsform":
        for index, column in enumerate(columns):
            sheet.write_string(0, index, column.heading(profile), bold)
        sheet.freeze_panes(1, 0)
        return 1
    offset = 1 if profile == "excel" else 0
    for index, column in enumerate(columns, start=offset):
        sheet.write_string(0, index, column.field.id)
        sheet.write_string(1, index, column.field.label, bold)
    if profile == "excel":
        sheet.set_row(0, None, None, {"hidden": True})
    sheet.freeze_panes(2, 0)
    sheet.set_column(offset, offset + len(columns) - 1, 18)
    return 2


class CellWriter:
    """Writes typed cells: texts that look like formulas stay texts, also when they are edited later."""

    def __init__(self, book: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        self._sheet = sheet
        self._book = book
        self._formats: dict[tuple[str, ...], Format] = {}

    def write(self, row: int, column: int, cell: object, *, is_marked: bool = False) -> None:
        """Write one cell; `is_marked` shows that something in it is to be mended."""
        if cell is None:
            if is_marked:
                self._sheet.write_blank(row, column, None, self._format("marked"))
        elif isinstance(cell, bool):
            self._sheet.write_boolean(row, column, cell, self._marked(is_marked))
        elif isinstance(cell, (int, float)):
            self._write_number(row, column, cell, is_marked=is_marked)
        elif isinstance(cell, (date, datetime)):
            self._write_date(row, column, cell, is_marked=is_marked)
        else:
            self._write_text(row, column, str(cell), is_marked=is_marked)

    def _write_number(self, row: int, column: int, number: int | float, *, is_marked: bool) -> None:
        # The file keeps 16 digits; a number that needs 17 travels as text and is read back from it.
        if float(f"{number:.16G}") == number:
            self._sheet.write_number(row, column, number, self._marked(is_marked))
        else:
            self._sheet.write_string(row, column, repr(number), self._marked(is_marked))

    def _write_date(self, row: int, column: int, day: date, *, is_marked: bool) -> None:
        if isinstance(day, datetime):
            self._sheet.write_datetime(row, column, day, self._format("moment", *_mark(is_marked)))
        elif day < FIRST_EXCEL_DAY:
            self._write_text(row, column, day.isoformat(), is_marked=is_marked)
        else:
            self._sheet.write_datetime(row, column, day, self._format("day", *_mark(is_marked)))

    def _write_text(self, row: int, column: int, text: str, *, is_marked: bool) -> None:
        check_length(text)  # xlsxwriter leaves a longer one out
        kinds = ("text", *_mark(is_marked)) if text.startswith(GUARDED) else _mark(is_marked)
        self._sheet.write_string(row, column, text, self._format(*kinds) if kinds else None)

    def _marked(self, is_marked: bool) -> Format | None:
        return self._format("marked") if is_marked else None

    def _format(self, *kinds: str) -> Format:
        if kinds not in self._formats:
            properties: dict[str, object] = {}
            for kind in kinds:
                properties |= _FORMATS[kind]
            self._formats[kinds] = self._book.add_format(properties)
        return self._formats[kinds]


_FORMATS: Mapping[str, Mapping[str, object]] = {
    "text": {"quote_prefix": True},
    "day": {"num_format": "yyyy-mm-dd"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm:ss"},
    "marked": {"bg_color": "#FFF2B3"},
}


def _mark(is_marked: bool) -> tuple[str, ...]:
    return ("marked",) if is_marked else ()


def cell_as_text(cell: object) -> str:
    """Return a cell as a text file holds it; no spreadsheet program takes it for a formula."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return guarded(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return cell.isoformat() if isinstance(cell, (date, time)) else repr(cell)
