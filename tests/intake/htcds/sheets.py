"""Small workbooks for tests: sheets written cell by cell, and files spoilt on purpose."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date

import xlsxwriter

from amparo.intake.htcds import Validation, Workbook, read_workbook, validate

TODAY = date(2026, 11, 22)
LABELS = ("Consent", "First Name", "Second Name", "Birthdate", "Gender", "Citizenship")


def make_sheet(rows: Sequence[Sequence[object]], *, sheet: str = "Sheet1", options: str = "") -> bytes:
    """Return the bytes of a workbook whose cells are these; a text that begins with = is a formula."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is not None:
                page.write(number, column, cell)
    if options:
        page.merge_range(options, rows[3][0])
    book.close()
    return stream.getvalue()


def replace_part(data: bytes, parts: Mapping[str, bytes | None]) -> bytes:
    """Return a workbook with parts of its container replaced, added, or (None) left out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            if content is not None:
                new.writestr(name, content)
    return stream.getvalue()


def read_part(data: bytes, name: str) -> bytes:
    """Return a part of a workbook's container."""
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        return container.read(name)


def check(rows: Sequence[Sequence[object]]) -> tuple[Workbook, Validation]:
    """Read and validate a workbook with these cells."""
    workbook = read_workbook(make_sheet(rows), "rows.xlsx")
    return workbook, validate(workbook, today=TODAY)


def check_text(text: str | bytes) -> tuple[Workbook, Validation]:
    """Read and validate a text file."""
    workbook = read_workbook(text if isinstance(text, bytes) else text.encode(), "rows.csv")
    return workbook, validate(workbook, today=TODAY)
