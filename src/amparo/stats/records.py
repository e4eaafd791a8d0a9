"""Files of records: their columns, and how DuckDB is to read them. Counting tables and reading lists both begin here."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from amparo.vocab.text import N_, ToldError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "CannotRead",
    "RecordFile",
    "describe_csv",
    "is_parquet",
    "not_utf8",
    "open_records",
    "perhaps_missing",
]

_DELIMITERS = ",;\t|"
_LONGEST_HEADING_LINE = 4_000_000
_NUMBER = re.compile(r"\s*[-+]?\d+(\.\d+)?\s*")
_PERHAPS_MISSING = {"0", "-99", "99", "999", "na", "n/a", "null", "none", "unknown", "not specified"}
_WORKBOOKS = {".xlsx", ".xls", ".xlsm", ".ods"}


class CannotRead(ToldError):
    """Says why a file cannot be read as records, where, and what to do about it."""


@dataclass(frozen=True, slots=True)
class RecordFile:
    """Points at a CSV or Parquet file with its headings; ``delimiter`` is empty for Parquet."""

    path: Path
    headings: tuple[str, ...]
    delimiter: str = ""

    def relation(self) -> tuple[str, list[str]]:
        """Give the SQL of a relation whose columns are c0, c1, ... in file order, and its parameters.

        The columns get our own names because SQL takes ``Age`` and ``age`` for the same and may choke on a heading.
        """
        names = [f"c{position}" for position in range(len(self.headings))]
        if not self.delimiter:
            return f"read_parquet(?) AS records({', '.join(names)})", [str(self.path)]
        types = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
        options = (
            "auto_detect=false, header=true, delim=?, quote='\"', escape='\"', nullstr='', "
            f"max_line_size={_LONGEST_HEADING_LINE}, columns={{{types}}}"
        )
        return f"read_csv(?, {options}) AS records", [str(self.path), self.delimiter]


@contextmanager
def open_records(path: Path) -> Iterator[tuple[RecordFile, "DuckDBPyConnection"]]:
    """Open a file of records for queries; a fault found while it is read is told in the words of :class:`CannotRead`."""
    import duckdb

    is_parquet(path)  # tells of a file that cannot be read before the engine starts
    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    try:
        connection.execute("SET preserve_insertion_order = false")
        yield _describe(path, connection), connection
    except duckdb.Error as error:
        raise _explained(path, str(error)) from error
    finally:
        connection.close()


def is_parquet(path: Path) -> bool:
    """Tell whether a file of records is Parquet (or else CSV); what can be neither is refused with the remedy."""
    _check_is_file(path)
    with path.open("rb") as stream:
        starts_so = stream.read(4) == b"PAR1"
    if not starts_so and path.suffix.lower() in {".parquet", ".pq"}:
        raise CannotRead(
            N_(
                "%(path)s is named as Parquet but does not hold Parquet data. It may be cut short; make it again."
            ),
            path=path,
        )
    return starts_so


def _check_is_file(path: Path) -> None:
    if path.is_dir():
        raise CannotRead(N_("%(path)s is a folder. Name the CSV or Parquet file in it."), path=path)
    if str(path) == "-" or (path.exists() and not path.is_file()):
        raise CannotRead(
            N_(
                "Records are read from a file, since they are gone through more than once. Save them to a file and name it."
            )
        )
    if not path.exists():
        raise CannotRead(N_("There is no file %(path)s. Check the name and the folder."), path=path)
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
    except OSError as error:
        raise CannotRead(
            N_("%(path)s cannot be opened: %(reason)s."), path=path, reason=error.strerror
        ) from error
    if not start:
        raise CannotRead(
            N_("%(path)s is empty. A file of records has a line of headings and a line for each record."),
            path=path,
        )
    if path.suffix.lower() in _WORKBOOKS or start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise CannotRead(
            N_('%(path)s is a workbook. Save its sheet as "CSV UTF-8" and use that file.'), path=path
        )
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise CannotRead(
            N_('%(path)s is written in UTF-16. Save it as UTF-8: in a spreadsheet choose "CSV UTF-8".'),
            path=path,
        )


def _describe(path: Path, connection: "DuckDBPyConnection") -> RecordFile:
    if is_parquet(path):
        described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
        return RecordFile(path, tuple(str(row[0]) for row in described))
    return describe_csv(path)


def describe_csv(path: Path) -> RecordFile:
    """Give the headings and the separator of a CSV file, found from its first line."""
    with path.open("rb") as stream:
        start = stream.read(_LONGEST_HEADING_LINE)
    start = start.removeprefix(codecs.BOM_UTF8)
    if b"\x00" in start[:1000]:
        raise CannotRead(
            N_("%(path)s is not a text file. A CSV file or a Parquet file is needed."), path=path
        )
    text = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape").decode(start)
    delimiter = max(_DELIMITERS, key=lambda mark: len(_heading_line(text, mark)))
    headings = tuple(_heading_line(text, delimiter))
    if any("\udc80" <= character <= "\udcff" for heading in headings for character in heading):
        raise not_utf8(path, 1)
    if not any(headings):
        raise CannotRead(
            N_("%(path)s begins with an empty line. Its first line must hold the headings of the columns."),
            path=path,
        )
    twice = sorted({heading for heading in headings if heading and headings.count(heading) > 1})
    if twice:
        named = ", ".join(f'"{heading}"' for heading in twice)
        raise CannotRead(
            N_("%(path)s has the heading %(names)s more than once. Give each column a heading of its own."),
            path=path,
            names=named,
        )
    return RecordFile(path, headings, delimiter)


def _heading_line(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _explained(path: Path, message: str) -> CannotRead:
    place = re.search(r"Line: (\d+)", message)
    line = int(place.group(1)) if place else 0
    if "not utf-8" in message or "unicode" in message.lower():
        return not_utf8(path, line)
    width = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    if width:
        return CannotRead(
            N_(
                "Line %(line)s of %(path)s has %(found)s columns where the headings are %(expected)s. "
                "A value that holds the separator must stand in double quotes."
            ),
            line=line,
            path=path,
            found=width.group(2),
            expected=width.group(1),
        )
    if "quote" in message:
        return CannotRead(
            N_(
                "Line %(line)s of %(path)s opens a double quote that is never closed. Close it, or take it out."
            ),
            line=line,
            path=path,
        )
    first = message.splitlines()[0] if message else "no reason was given"
    where = f"{path}, line {line}," if line else str(path)
    return CannotRead(N_("%(where)s cannot be read: %(reason)s"), where=where, reason=first)


def not_utf8(path: Path, line: int) -> CannotRead:
    """Make the refusal of a CSV file in another encoding; ``line`` is 0 where it is not known."""
    where = f"{path}, line {line}," if line else str(path)
    return CannotRead(
        N_(
            "%(where)s is not UTF-8 text; it was probably saved by a spreadsheet as Windows-1252. Save it again as "
            '"CSV UTF-8", or convert it: iconv -f WINDOWS-1252 -t UTF-8 "%(name)s" > "%(stem)s-utf8%(suffix)s"'
        ),
        where=where,
        name=path.name,
        stem=path.stem,
        suffix=path.suffix,
    )


def perhaps_missing(values: Iterable[str]) -> list[str]:
    """Give those values of a column that may mean "not known"; a number among numbers alone is taken for what it is."""
    values = list(values)
    others = any(not _NUMBER.fullmatch(value) for value in values)
    return [
        value
        for value in values
        if value.lower() in _PERHAPS_MISSING and (value.lower() != value.upper() or others)
    ]
