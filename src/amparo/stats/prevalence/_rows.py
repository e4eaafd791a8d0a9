"""Rows of data, wherever they lie: CSV, Parquet, data frames, columns. Every value becomes text, a missing one the empty text."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amparo.stats.records import CannotRead, describe_csv, is_parquet, not_utf8
from amparo.vocab.text import N_

from ._table import CannotEstimate

__all__ = ["Row", "Rows", "rows_of"]

_BINARY_FLOAT_WHOLE = 2.0**53


@dataclass(frozen=True, slots=True)
class Row:
    """Holds the values of a row, and where a person finds it: "line 7" of a file, "row 7" of a frame (from 1)."""

    where: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Holds headings, and rows that are gone through once."""

    headings: tuple[str, ...]
    rows: Iterable[Row]

    def place(self, name: str) -> int:
        """Find a column by its heading, or refuse with the headings there are."""
        if name not in self.headings:
            raise CannotEstimate(
                N_('The data has no column "%(name)s". Its columns are: %(known)s.'),
                name=name,
                known=", ".join(self.headings),
            )
        return self.headings.index(name)


def rows_of(source: object) -> Rows:
    """Open a source: the path of a CSV or Parquet file, a frame with the Arrow stream capsule (pandas, polars, pyarrow, DuckDB),
    or a mapping of names to columns.
    """
    if isinstance(source, str | Path):
        path = Path(source)
        return _of_arrow(_parquet(path)) if is_parquet(path) else _of_csv(path)
    if isinstance(source, Mapping):
        return _of_columns({str(name): list(values) for name, values in source.items()})
    if hasattr(source, "__arrow_c_stream__"):
        import pyarrow

        return _of_arrow(pyarrow.table(source))
    raise CannotEstimate(
        N_(
            "A %(kind)s cannot be read as rows. Give the path of a CSV or Parquet file, a data frame (pandas 2.2 and newer, "
            "polars, pyarrow), or a dict of columns."
        ),
        kind=type(source).__name__,
    )


def _of_csv(path: Path) -> Rows:
    described = describe_csv(path)
    headings = tuple(heading.strip() for heading in described.headings)
    if len(headings) == 1:
        raise CannotRead(
            N_(
                '%(path)s has one column only ("%(heading)s"). Columns are separated by a comma, a semicolon or a tab: none of '
                "these stands in its first line."
            ),
            path=path,
            heading=headings[0],
        )
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_utf8(path, content[: error.start].count(b"\n") + 1) from None
    return Rows(headings, _csv_rows(path, text, described.delimiter, len(headings)))


def _csv_rows(path: Path, text: str, delimiter: str, width: int) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    next(reader, None)
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader, None)
        except csv.Error:
            raise CannotRead(
                N_("Line %(line)s of %(path)s has a double quote that is out of place or never closed."),
                line=line,
                path=path,
            ) from None
        if values is None:
            return
        if not any(value.strip() for value in values):
            continue
        if len(values) != width:
            raise CannotRead(
                N_(
                    "Line %(line)s of %(path)s has %(found)s values where the headings are %(expected)s, parted by "
                    '"%(delimiter)s" as in the first line. Use one separator throughout; a value that holds it stands in '
                    "double quotes."
                ),
                line=line,
                path=path,
                found=len(values),
                expected=width,
                delimiter=delimiter.replace("\t", "tab"),
            )
        yield Row(f"line {line}", tuple(value.strip() for value in values))


def _parquet(path: Path) -> Any:
    import pyarrow
    from pyarrow import parquet

    try:
        return parquet.read_table(path)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise CannotRead(N_("%(path)s cannot be read: %(reason)s"), path=path, reason=reason) from error


def _of_arrow(table: Any) -> Rows:
    return _of_columns(
        {
            str(name): column.to_pylist()
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
    )


def _of_columns(columns: Mapping[str, list[Any]]) -> Rows:
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        shortest = min(lengths, key=lambda name: lengths[name])
        longest = max(lengths, key=lambda name: lengths[name])
        raise CannotEstimate(
            N_(
                'The columns are not of one length: "%(short)s" has %(few)s values and "%(long)s" has %(many)s.'
            ),
            short=shortest,
            few=lengths[shortest],
            long=longest,
            many=lengths[longest],
        )
    rows = zip(*columns.values(), strict=True)
    return Rows(
        tuple(columns), (Row(f"row {at}", tuple(map(_text, values))) for at, values in enumerate(rows, 1))
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if hasattr(value, "item"):
        return _text(value.item())
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < _BINARY_FLOAT_WHOLE else repr(value)
    return str(value).strip()
