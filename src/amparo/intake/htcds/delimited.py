"""Reads text files with separated values: UTF-8, UTF-16 or cp1252; comma, semicolon or tab."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from amparo.intake.htcds.cells import Cell
from amparo.intake.htcds.container import MOST_BYTES
from amparo.intake.htcds.findings import BadWorkbook
from amparo.intake.htcds.headings import count_known
from amparo.vocab.text import N_

# A text of any length is read whole: that it is too long is said of its cell. Python's own limit would refuse the file.
csv.field_size_limit(MOST_BYTES)

# A text that begins like a formula is written with an apostrophe before it; so is one that begins with that.
GUARDED = ("=", "+", "-", "@", "\t", "\r", "'")


@dataclass(frozen=True, slots=True)
class Delimited:
    """A text file as read: its encoding, its separator, and its rows."""

    encoding: str
    separator: str
    text: str

    def __iter__(self) -> Iterator[tuple[int, list[Cell]]]:
        rows = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.separator, strict=True)
        number = 0
        try:
            for number, row in enumerate(rows, start=1):
                if any(row):
                    yield number, [unguarded(cell) or None for cell in row]
        except csv.Error as error:
            raise BadWorkbook(
                "damaged",
                N_(
                    "Row %(row)s cannot be read: look for a quotation mark that is not closed, "
                    "or not doubled."
                ),
                row=number + 1,
            ) from error


def guarded(text: str) -> str:
    """Return a text that no spreadsheet program takes for a formula; `unguarded` gives it back."""
    return f"'{text}" if text.startswith(GUARDED) else text


def unguarded(text: str) -> str:
    """Return the text without the apostrophe that keeps it from being taken for a formula."""
    return text[1:] if text.startswith("'") and text[1:].startswith(GUARDED) else text


def open_text(data: bytes) -> Delimited:
    """Decode a text file and find its separator; raises `BadWorkbook` when it is no text."""
    encoding, text = _decoded(data)
    return Delimited(encoding=encoding, separator=_separator(text), text=text)


def _decoded(data: bytes) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(data, "utf-16")
    try:
        return "utf-8", data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    # Bytes that no text has tell a program or an image; cp1252 would read them as something.
    if sum(byte < 32 and byte not in (9, 10, 13) for byte in data[:4096]) > 4:
        raise _no_text()
    return _strictly(data, "cp1252")


def _strictly(data: bytes, encoding: str) -> tuple[str, str]:
    try:
        return encoding, data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _no_text() from error


def _no_text() -> BadWorkbook:
    return BadWorkbook(
        "not_a_workbook",
        N_("This file is neither a workbook (.xlsx) nor a text file with separated values (.csv)."),
    )


def _separator(text: str) -> str:
    """Return the separator that brings out the most headings of the standard in one of the first rows."""
    lines = text[:100_000].splitlines()[:30]
    best, most = ",", -1
    for mark in ",;\t":
        found = max((count_known(row) for row in _rows(lines, mark)), default=0)
        if found > most:
            best, most = mark, found
    return best


def _rows(lines: list[str], mark: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=mark)
    except csv.Error:
        return
