"""Records of persons as codes: key columns that others may know, and sensitive columns that they want to learn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.records import RecordFile, open_records, perhaps_missing
from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_, ToldError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["CannotMeasure", "Codes", "Column", "Layout", "MicroData", "read_microdata"]

Codes = NDArray[np.int32]
MOST_KEYS: Final = 12
MOST_VALUES: Final = 2_000  # of one column


class CannotMeasure(ToldError):
    """Says why a file of records cannot be measured or protected: which column, which record, and what to do."""


@dataclass(frozen=True, slots=True)
class Column:
    """Names a column and its values; the code of a value is its place. A cell with several items is one value: the set of them."""

    name: str
    values: tuple[str, ...]
    separator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Says which columns are keys and which are sensitive, what means "not known" besides an empty cell, and what splits cells.

    ``person`` names the column that tells persons apart: a file with two records of one person is refused.
    """

    keys: tuple[str, ...]
    sensitive: tuple[str, ...] = ()
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    separators: Mapping[str, str] = field(default_factory=dict)
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MicroData:
    """Holds a record in each row: the code of its value in each column, or -1 for a blank."""

    keys: tuple[Column, ...]
    codes: Codes
    sensitive: tuple[Column, ...] = ()
    told: Codes = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int32))
    source: str = "the file"
    left_out: tuple[str, ...] = ()
    cautions: tuple[Caution, ...] = ()

    def __post_init__(self) -> None:
        if len(self.codes) < 2:
            raise CannotMeasure(
                N_(
                    "%(source)s has %(number)s record. Nobody can hide among fewer than two; ask for a file of all persons."
                ),
                source=self.source,
                number=len(self.codes),
            )

    @property
    def number(self) -> int:
        """Tell how many records there are."""
        return len(self.codes)

    @classmethod
    def of(
        cls,
        keys: Mapping[str, Sequence[str]],
        sensitive: Mapping[str, Sequence[str]] | None = None,
        *,
        layout: Layout | None = None,
        source: str = "the file",
    ) -> MicroData:
        """Make records from columns of text."""
        asked = layout or Layout(keys=tuple(keys), sensitive=tuple(sensitive or ()))
        made = []
        for name, cells in {**keys, **(sensitive or {})}.items():
            texts, codes = np.unique(np.asarray(cells, dtype=object), return_inverse=True)
            made.append(_column(name, [str(text) for text in texts], codes.reshape(-1), asked))
        return _put_together(made, len(keys), source, ())


def read_microdata(path: Path, layout: Layout) -> MicroData:
    """Read records from a CSV or Parquet file. Every text is a value, also ``0`` and ``NA``, unless it is told to be missing."""
    with open_records(path) as (file, connection):
        _check_layout(file, layout)
        connection.execute("SET preserve_insertion_order = true")  # refusals name the record
        if layout.person is not None:
            _check_persons(file, connection, layout.person)
        names = (*layout.keys, *layout.sensitive)
        made = [_column(name, *_read(file, connection, name), layout) for name in names]
    left_out = tuple(name for name in file.headings if name not in names)
    return _put_together(made, len(layout.keys), path.name, left_out)


def _put_together(
    made: list[tuple[Column, NDArray[np.int64]]], keys: int, source: str, left_out: tuple[str, ...]
) -> MicroData:
    codes = np.column_stack([found for _, found in made]).astype(np.int32)
    columns = tuple(column for column, _ in made)
    return MicroData(
        keys=columns[:keys],
        codes=np.ascontiguousarray(codes[:, :keys]),
        sensitive=columns[keys:],
        told=np.ascontiguousarray(codes[:, keys:]),
        source=source,
        left_out=left_out,
        cautions=tuple(_cautions(columns)),
    )


def _check_layout(file: RecordFile, layout: Layout) -> None:
    if not layout.keys:
        raise CannotMeasure(
            N_("Name the key columns: what others may know of a person, such as sex and age.")
        )
    named = [*layout.keys, *layout.sensitive]
    others = [*layout.missing, *layout.separators, *([layout.person] if layout.person else [])]
    for name in (*named, *others):
        if name not in file.headings:
            raise CannotMeasure(
                N_('%(path)s has no column "%(name)s". Its columns are: %(headings)s.'),
                path=file.path,
                name=name,
                headings=", ".join(file.headings),
            )
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise CannotMeasure(
            N_('The column "%(name)s" is named twice. A column is a key or sensitive, once.'), name=twice[0]
        )
    if len(layout.keys) > MOST_KEYS:
        raise CannotMeasure(
            N_(
                "%(number)s keys are too many: at most %(most)s can be looked at together. Take those that somebody from outside "
                "may know."
            ),
            number=len(layout.keys),
            most=MOST_KEYS,
        )


def _query(file: RecordFile, connection: DuckDBPyConnection, name: str) -> Any:
    relation, parameters = file.relation()
    column = f"c{file.headings.index(name)}"
    query = f"SELECT CAST({column} AS VARCHAR) AS v FROM {relation}"  # noqa: S608 - a name of our own
    return connection.sql(query, params=parameters).to_arrow_table().column("v").combine_chunks()


def _read(file: RecordFile, connection: DuckDBPyConnection, name: str) -> tuple[list[str], NDArray[np.int64]]:
    encoded = _query(file, connection, name).dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return [str(text) for text in encoded.dictionary.to_pylist()], np.asarray(codes, dtype=np.int64)


def _check_persons(file: RecordFile, connection: DuckDBPyConnection, name: str) -> None:
    texts, codes = _read(file, connection, name)
    blank = np.array([not text.strip() for text in texts] + [True], dtype=bool)[codes]
    if blank.any():
        raise CannotMeasure(
            N_('Record %(row)s has no person in column "%(name)s". Each record must say whose it is.'),
            row=int(np.flatnonzero(blank)[0]) + 1,
            name=name,
        )
    counts = np.bincount(codes)
    if counts.max(initial=1) > 1:
        rows = np.flatnonzero(codes == int(np.argmax(counts)))[:2] + 1
        raise CannotMeasure(
            N_(
                'Records %(one)s and %(other)s are of the same person (column "%(name)s"): a group of five records could be one '
                "person. Join the records of each person into one, several values in a cell with a separator between them."
            ),
            one=int(rows[0]),
            other=int(rows[1]),
            name=name,
        )


def _column(
    name: str, texts: list[str], codes: NDArray[np.int64], layout: Layout
) -> tuple[Column, NDArray[np.int64]]:
    """Give a column with its values in order, and for each record the place of its value; -1 for a blank."""
    missing, separator = layout.missing.get(name, frozenset()), layout.separators.get(name, "")
    meant = [_meaning(text, missing, separator) for text in texts]
    used = np.bincount(codes[codes >= 0], minlength=len(texts)) > 0
    values = tuple(sorted({text for text, on in zip(meant, used, strict=True) if text and on}))
    if not values:
        raise CannotMeasure(
            N_(
                'Column "%(name)s" has no value in any record. Leave it out, or look whether its missing codes are right.'
            ),
            name=name,
        )
    if len(values) > MOST_VALUES:
        raise CannotMeasure(
            N_(
                'Column "%(name)s" has %(number)s different values; at most %(most)s are taken. If it is a name, a number of a case '
                "or a text, leave it out; if it is a date or an amount, group it; if its cells hold several items, tell their separator."
            ),
            name=name,
            number=f"{len(values):,}",
            most=f"{MOST_VALUES:,}",
        )
    place = {value: code for code, value in enumerate(values)}
    look_up = np.array([place.get(text, -1) for text in meant] + [-1], dtype=np.int64)
    return Column(name, values, separator), look_up[codes]


def _meaning(text: str, missing: frozenset[str], separator: str) -> str:
    """Give the value of a cell, empty for a blank; of several items their set, so that their order says nothing."""
    items = text.split(separator) if separator else [text]
    kept = {item for item in items if item.strip() and item not in missing}
    return separator.join(sorted(kept))


def _cautions(columns: Sequence[Column]) -> Iterator[Caution]:
    for column in columns:
        doubtful = perhaps_missing(column.values)
        if doubtful:
            words = N_(
                '"%(value)s" in %(column)s is read as a value like others (NA is Namibia). If it means "not known" there, say '
                "--missing %(column)s=%(value)s."
            )
            yield Caution("perhaps-missing", Said(words, {"value": doubtful[0], "column": column.name}))
