"""Reads a workbook: finds the sheet and its headings, and keeps the rows that hold something."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from amparo.intake.htcds.cells import Cell, is_blank
from amparo.intake.htcds.container import Container, kind_of, load
from amparo.intake.htcds.delimited import open_text
from amparo.intake.htcds.findings import BadWorkbook, Finding
from amparo.intake.htcds.headings import (
    SEARCHED_ROWS,
    Column,
    Headings,
    UnknownColumn,
    find_headings,
    refuse_twice,
)
from amparo.intake.htcds.layouts import Field, ids_by_heading, profile
from amparo.intake.htcds.sheet_stream import Merged, SheetReader
from amparo.intake.htcds.xlsx import XlsxBook
from amparo.vocab.text import N_

MOST_ROWS = 100_000
MOST_CELLS = 20_000_000
OURS = "Amparo:"  # the columns of the workbook of rejected rows, which keeps its layout


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the sheet as it was found; `number` is the spreadsheet's."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, index: int) -> Cell:
        """Return the cell of a column, None where the row ends before it."""
        return self.cells[index] if index < len(self.cells) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Workbook:
    """A workbook that was read; nothing in it has been checked yet."""

    filename: str
    layout: str
    sheet: str
    headings: Headings
    unknown_columns: tuple[UnknownColumn, ...]
    missing_columns: tuple[Field, ...]
    notes: tuple[Finding, ...]
    rows: tuple[Row, ...]
    merged: tuple[Merged, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns that hold a field of the standard."""
        return self.headings.columns

    @property
    def technical_columns(self) -> tuple[str, ...]:
        """Return the headings of columns that a questionnaire server or Amparo added; they are not read."""
        return self.headings.technical


def read_workbook(source: Path | bytes, filename: str) -> Workbook:
    """Read an .xlsx or .csv file in any layout of the standard; raises `BadWorkbook` when it is none."""
    data = load(source)
    if kind_of(data) == "text":
        return _read_text(data, filename)
    container = Container(data)
    book = XlsxBook(container)
    sheet, notes = _chosen_sheet(book)
    if container.has_macros:
        notes.append(
            _note("macros", N_("The workbook has macros. They were not run; only its values were read."))
        )
    return _collected(sheet, filename=filename, layout=_layout(sheet.headings, book), notes=notes)


class _Sheet:
    """A sheet whose first rows were read to find its headings, and whose others follow."""

    def __init__(self, name: str, source: Iterable[tuple[int, list[Cell]]]) -> None:
        self.name = name
        self.source = source
        self._rows = iter(source)
        self._head = list(islice(self._rows, SEARCHED_ROWS))
        self.found = find_headings(self._head)

    @property
    def headings(self) -> Headings:
        assert self.found is not None
        return self.found

    @property
    def first_texts(self) -> list[str]:
        return [str(cell) for _, cells in self._head[:3] for cell in cells if cell is not None][:6]

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the rows under the headings; a row may be shorter than the sheet is wide."""
        last = self.headings.last_row
        yield from (row for row in self._head if row[0] > last)
        yield from self._rows


def _read_text(data: bytes, filename: str) -> Workbook:
    text = open_text(data)
    sheet = _Sheet("", text)
    if sheet.found is None:
        raise _no_headings([sheet])
    notes = []
    if text.encoding == "cp1252":
        notes.append(
            _note(
                "cp1252",
                N_(
                    "The file is not in UTF-8; it was read as Windows Western (cp1252). "
                    "Look at accented letters."
                ),
            )
        )
    return _collected(sheet, filename=filename, layout=_layout(sheet.headings, None), notes=notes)


def _chosen_sheet(book: XlsxBook) -> tuple[_Sheet, list[Finding]]:
    if {"survey", "choices"} <= {part.name.casefold() for part in book.sheets}:
        raise BadWorkbook(
            "questionnaire",
            N_(
                "This is the questionnaire (XLSForm), not its answers. "
                "Export the submissions and send that file."
            ),
        )
    sheets = [_Sheet(part.name, book.open_sheet(part)) for part in book.sheets]
    found = [sheet for sheet in sheets if sheet.found is not None]
    if not found:
        raise _no_headings(sheets)
    found.sort(key=lambda sheet: (not sheet.headings.has_consent, -sheet.headings.known))
    others = [sheet.name for sheet in found[1:] if sheet.headings.has_consent]
    notes = []
    if others:
        notes.append(
            _note(
                "other_sheets",
                N_("Only the sheet %(sheet)s was read. These look like case sheets as well: %(others)s."),
                sheet=found[0].name,
                others=", ".join(others),
            )
        )
    return found[0], notes


def _collected(sheet: _Sheet, *, filename: str, layout: str, notes: list[Finding]) -> Workbook:
    headings = sheet.headings
    if not headings.has_consent:
        raise _no_consent(headings)
    refuse_twice(headings)
    rows, filled = _kept_rows(sheet)
    merged = tuple(sheet.source.merged) if isinstance(sheet.source, SheetReader) else ()
    present = {column.field.id for column in headings.columns}
    expected = dict.fromkeys([*profile("ods" if layout == "ods" else _base(layout)), *profile("excel")])
    unknown = [replace(one, filled=filled.pop(one.index, 0)) for one in headings.unknown]
    unknown += [UnknownColumn(index, "", "", count) for index, count in sorted(filled.items())]
    return Workbook(
        filename=filename,
        layout=layout,
        sheet=sheet.name,
        headings=headings,
        unknown_columns=tuple(unknown),
        missing_columns=tuple(one for one in expected if one.id not in present),
        notes=(*headings.notes, *notes),
        rows=tuple(rows),
        merged=merged,
    )


def _kept_rows(sheet: _Sheet) -> tuple[list[Row], dict[int, int]]:
    """Return the rows that hold something, and how many cells each column fills that is not read."""
    headings = sheet.headings
    known = [column.index for column in headings.columns]
    skipped = headings.technical_indexes
    headed = {*known, *skipped, *(one.index for one in headings.unknown)}
    known_set = set(known)
    rows: list[Row] = []
    filled: dict[int, int] = {}
    cells_kept = 0
    for number, cells in sheet.rows():
        extra = [
            index
            for index, cell in enumerate(cells)
            if index not in known_set
            and index not in skipped
            and not is_blank(cell)
            and (index in headed or not _is_numbering(cell))
        ]
        if not extra and all(is_blank(cells[index]) for index in known if index < len(cells)):
            continue
        for index in extra:
            filled[index] = filled.get(index, 0) + 1
        rows.append(Row(number, tuple(cells)))
        cells_kept += len(cells)
        if len(rows) > MOST_ROWS or cells_kept > MOST_CELLS:
            raise BadWorkbook(
                "too_many_rows",
                N_("The sheet has more than %(most)s filled rows. Split it into several files."),
                most=MOST_ROWS,
            )
    return rows, filled


def _is_numbering(cell: Cell) -> bool:
    # The standard's sheets number their rows in a column without a heading.
    return (isinstance(cell, int) and not isinstance(cell, bool)) or (
        isinstance(cell, str) and cell.strip().isdecimal()
    )


def _layout(headings: Headings, book: XlsxBook | None) -> str:
    names = {sheet.name.casefold() for sheet in book.sheets} if book else set()
    if {"case sheet", "validation"} & names:
        return "excel_single_select"
    exact = [column.heading for column in headings.columns]
    bare = {heading.rpartition("/")[2].rpartition("-")[2] for heading in exact}
    servers = [heading for heading in headings.technical if not heading.startswith(OURS)]
    if servers or any(column.choice for column in headings.columns) or bare & _XLSFORM_NAMES:
        return "xlsform"
    beyond = {one.id for one in profile("ods")} - {one.id for one in profile("excel")}
    return "ods" if any(column.field.id in beyond for column in headings.columns) else "excel"


_XLSFORM_NAMES = {one.xlsform for one in profile("ods") if one.xlsform}


def _base(layout: str) -> str:
    return "excel" if layout == "excel_single_select" else layout


def _no_headings(sheets: Sequence[_Sheet]) -> BadWorkbook:
    seen = next((sheet.first_texts for sheet in sheets if sheet.first_texts), [])
    if not seen:
        return BadWorkbook(
            "no_rows", N_("The file has no filled cell. Fill the HTCDS sheet and send it again.")
        )
    return BadWorkbook(
        "no_headings",
        N_(
            "No row among the first %(searched)s filled ones holds the headings of HTCDS "
            "(First Name, Consent, Birthdate …). The file begins with: %(seen)s. "
            "Copy the rows into the standard's sheet, or correct the headings."
        ),
        searched=SEARCHED_ROWS,
        seen=" | ".join(text[:40] for text in seen),
    )


def _no_consent(headings: Headings) -> BadWorkbook:
    near = [
        one for one in headings.unknown if ids_by_heading().get(one.suggestion) or one.suggestion == "Consent"
    ]
    if near:
        return BadWorkbook(
            "no_consent_column",
            N_("No column is headed Consent. Column %(letter)s is headed %(heading)s: did you mean Consent?"),
            letter=near[0].letter,
            heading=near[0].heading,
        )
    return BadWorkbook(
        "no_consent_column",
        N_(
            "No column is headed Consent (con_Consent), which each row needs. "
            "Add it, and fill it with Yes or No."
        ),
    )


def _note(code: str, template: str, **values: object) -> Finding:
    return Finding(0, "", code, template, values)
