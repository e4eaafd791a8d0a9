"""Read a file of persons into attributes: a value of a column, or an item of a cell with several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.records import RecordFile, open_records
from amparo.vocab.text import N_, ToldError

from ._codebook import ANY, BLANK, Codebook, Column

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["CannotSynthesise", "Domain", "Records", "forbidden_pairs", "read_records"]

Codes = NDArray[np.int16]
MOST_VALUES: Final = 300  # of one column whose categories are found in the data
MOST_ATTRIBUTES: Final = 400  # of all columns: 400 have 10.6 million combinations of three
MOST_ITEMS: Final = 8  # of a cell whose items are not declared; a public bound
FEWEST_PERSONS: Final = 50


class CannotSynthesise(ToldError):
    """Says why no synthetic data can be made from a file: which column, which record, and what to do."""


@dataclass(frozen=True, slots=True)
class Domain:
    """Lists the attributes in the order of their columns.

    ``columns`` are the columns of the file. Attribute column j (a column, or an item of a column with several) has the attributes
    ``starts[j]`` to ``starts[j + 1] - 1``; ``source[j]`` is the place of its column, ``names`` are the values of all attributes.
    """

    columns: tuple[Column, ...]
    source: tuple[int, ...]
    starts: tuple[int, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, columns: Sequence[Column]) -> Domain:
        """Make the domain of columns whose values are all known."""
        source: list[int] = []
        starts: list[int] = [0]
        names: list[str] = []
        for place, column in enumerate(columns):
            values = column.values or ()
            for group in [(v,) for v in values] if column.separator else [values]:
                source.append(place)
                names.extend(group)
                starts.append(len(names))
        return cls(tuple(columns), tuple(source), tuple(starts), tuple(names))

    @property
    def size(self) -> int:
        """Tell how many attributes there are."""
        return len(self.names)

    def column_of(self, attribute: int) -> int:
        """Tell the attribute column of an attribute."""
        return int(np.searchsorted(np.asarray(self.starts), attribute, side="right")) - 1

    def label(self, attribute: int) -> str:
        """Name an attribute for people."""
        return f"{self.columns[self.source[self.column_of(attribute)]].name} = {self.names[attribute]}"

    def without(self, gone: NDArray[np.bool_]) -> Domain:
        """Give the domain without some attributes."""
        kept: dict[int, list[str]] = {place: [] for place in range(len(self.columns))}
        for attribute, name in enumerate(self.names):
            if not gone[attribute]:
                kept[self.source[self.column_of(attribute)]].append(name)
        return Domain.of([replace(column, values=tuple(kept[p])) for p, column in enumerate(self.columns)])


@dataclass(frozen=True, slots=True)
class Records:
    """Holds persons: a row each, ``codes[row, j]`` the attribute in attribute column j, or -1 for a blank."""

    domain: Domain
    codes: Codes
    found: tuple[str, ...] = ()  # columns whose categories were found in the data
    empty: tuple[str, ...] = ()  # columns that were left out, since no record has a value there

    @property
    def number(self) -> int:
        """Tell how many persons there are."""
        return int(self.codes.shape[0])

    def most_values(self) -> int:
        """Give a public bound on the values of one person: nothing in it comes from the data."""
        several = {
            place: MOST_ITEMS if column.name in self.found else len(column.values or ())
            for place, column in enumerate(self.domain.columns)
            if column.separator
        }
        return sum(several.values()) + len(self.domain.columns) - len(several)

    def within(self, domain: Domain) -> Records:
        """Give the same persons with the attributes of a smaller domain."""
        known = {(self.domain.columns[s].name, name): a for s, name, a in _attributes(domain)}
        new = np.full(self.domain.size + 1, -1, dtype=np.int16)  # the last is for the blank
        for source, name, attribute in _attributes(self.domain):
            new[attribute] = known.get((self.domain.columns[source].name, name), -1)
        columns = [
            j for j in range(len(self.domain.source)) if any(new[a] >= 0 for a in _range(self.domain, j))
        ]
        codes = np.full((self.number, len(domain.source)), -1, dtype=np.int16)
        for j in columns:
            place = next(domain.column_of(int(new[a])) for a in _range(self.domain, j) if new[a] >= 0)
            codes[:, place] = new[self.codes[:, j]]
        return Records(domain, codes, self.found)


def _range(domain: Domain, column: int) -> range:
    return range(domain.starts[column], domain.starts[column + 1])


def _attributes(domain: Domain) -> Iterator[tuple[int, str, int]]:
    for column, source in enumerate(domain.source):
        for attribute in _range(domain, column):
            yield source, domain.names[attribute], attribute


def read_records(
    path: Path,
    codebook: Codebook,
    *,
    separators: dict[str, str] | None = None,
    fewest: int = FEWEST_PERSONS,
    leaves_empty: bool = False,
) -> Records:
    """Read persons from a CSV or Parquet file. Without columns in the codebook, all columns of the file are taken.

    Every text is a value, but for a blank and the missing codes of the codebook. ``leaves_empty`` leaves out columns without a declared
    or found value, where others would be refused: with noise, that they are empty is itself something about the records.
    """
    with open_records(path) as (file, connection):
        columns = _columns(file, codebook, separators or {})
        connection.execute("SET preserve_insertion_order = true")  # refusals name the record
        if codebook.person is not None:
            _check_persons(file, connection, codebook.person)
        read = [_read(file, connection, column) for column in columns]
    number = read[0][1].size if read else 0
    if number < fewest:
        raise CannotSynthesise(
            N_(
                "%(path)s has too few records (%(number)s): of fewer than %(fewest)s persons, what protects them leaves nothing to "
                "tell. Join years or places first."
            )
            if number
            else N_("%(path)s has no records, only headings."),
            path=path,
            number=number,
            fewest=fewest,
        )
    empty: tuple[str, ...] = ()
    if leaves_empty:
        kept = [
            c.values is not None or bool((codes >= 0).any())
            for c, (_, codes) in zip(columns, read, strict=True)
        ]
        empty = tuple(c.name for c, keep in zip(columns, kept, strict=True) if not keep)
        columns = [c for c, keep in zip(columns, kept, strict=True) if keep]
        read = [one for one, keep in zip(read, kept, strict=True) if keep]
    full = [_values(column, texts, codes) for column, (texts, codes) in zip(columns, read, strict=True)]
    domain = Domain.of(full)
    if domain.size > MOST_ATTRIBUTES:
        widest = max(full, key=lambda column: len(column.values or ()))
        raise CannotSynthesise(
            N_(
                "The columns have %(size)s values together, and at most %(most)s can be counted in combinations of three. The widest "
                'is "%(name)s" with %(values)s: group its values, or leave it out.'
            ),
            size=f"{domain.size:,}",
            most=MOST_ATTRIBUTES,
            name=widest.name,
            values=len(widest.values or ()),
        )
    codes = np.full((number, len(domain.source)), -1, dtype=np.int16)
    for place, (texts, found) in enumerate(read):
        _fill(codes, domain, place, columns[place], texts, found)
    return Records(domain, codes, tuple(c.name for c in columns if c.values is None), empty)


def _columns(file: RecordFile, codebook: Codebook, separators: dict[str, str]) -> list[Column]:
    columns = list(codebook.columns) or [Column(name) for name in file.headings if name != codebook.person]
    for name in (*separators, *(c.name for c in columns), *((codebook.person,) if codebook.person else ())):
        if name not in file.headings:
            raise CannotSynthesise(
                N_('%(path)s has no column "%(name)s". Its columns are: %(headings)s.'),
                path=file.path,
                name=name,
                headings=", ".join(file.headings),
            )
    order = {name: place for place, name in enumerate(file.headings)}
    columns.sort(key=lambda column: order[column.name])
    return [
        replace(c, separator=separators.get(c.name, c.separator))
        for c in columns
        if c.name != codebook.person
    ]


def _query(file: RecordFile, connection: DuckDBPyConnection, name: str) -> Any:
    relation, parameters = file.relation()
    column = f"c{file.headings.index(name)}"
    query = f"SELECT CAST({column} AS VARCHAR) AS v FROM {relation}"  # noqa: S608 - a name of our own
    return connection.sql(query, params=parameters).to_arrow_table().column("v").combine_chunks()


def _check_persons(file: RecordFile, connection: DuckDBPyConnection, name: str) -> None:
    encoded = _query(file, connection, name).dictionary_encode()
    if encoded.null_count:
        place = int(np.flatnonzero(encoded.indices.is_null().to_numpy(zero_copy_only=False))[0])
        raise CannotSynthesise(
            N_('Record %(row)s has no person in column "%(name)s". Each record must say whose it is.'),
            row=place + 1,
            name=name,
        )
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    _, first, counts = np.unique(codes, return_index=True, return_counts=True)
    if counts.max(initial=1) > 1:
        code = int(np.argmax(counts))
        rows = np.flatnonzero(codes == codes[first[code]])[:2] + 1
        raise CannotSynthesise(
            N_(
                'Records %(one)s and %(other)s are of the same person (column "%(name)s"). The promise is for persons: join the '
                "records of each person into one, several values in a cell with a separator between them."
            ),
            one=int(rows[0]),
            other=int(rows[1]),
            name=name,
        )


def _read(
    file: RecordFile, connection: DuckDBPyConnection, column: Column
) -> tuple[list[str], NDArray[np.int64]]:
    """Read a column as its texts and, for each record, the place of its text; -1 for a blank or a missing code."""
    encoded = _query(file, connection, column.name).dictionary_encode()
    texts = [str(text) for text in encoded.dictionary.to_pylist()]
    codes = np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    known = np.array([not _is_missing(text, column) for text in texts] + [False], dtype=bool)
    return texts, np.where(known[codes], codes, -1)


def _is_missing(text: str, column: Column) -> bool:
    return text.strip() == BLANK or text in column.missing


def _items(text: str, column: Column) -> tuple[str, ...]:
    if not column.separator:
        return (column.groups.get(text, text),)
    items = dict.fromkeys(
        column.groups.get(item, item)
        for item in text.split(column.separator)
        if not _is_missing(item, column)
    )
    return tuple(items) if column.values is not None else tuple(items)[:MOST_ITEMS]


def _values(column: Column, texts: list[str], codes: NDArray[np.int64]) -> Column:
    """Complete a column by the values found in it, or check them against those declared."""
    used = np.unique(codes[codes >= 0])
    if column.values is None:
        if used.size == 0:
            raise CannotSynthesise(
                N_(
                    'Column "%(name)s" has no value in any record. Leave it out, or look whether its missing codes are right.'
                ),
                name=column.name,
            )
        values = sorted({item for code in used for item in _items(texts[code], column)})
        if len(values) > MOST_VALUES:
            raise CannotSynthesise(
                N_(
                    'Column "%(name)s" has %(number)s different values; at most %(most)s are taken. If it is a name, a number of a '
                    "case or a text, leave it out; if it is a date or an amount, group it; if its cells hold several items, tell "
                    "their separator."
                ),
                name=column.name,
                number=f"{len(values):,}",
                most=MOST_VALUES,
            )
        return replace(column, values=tuple(values))
    declared = set(column.values)
    for code in used:
        strange = [item for item in _items(texts[code], column) if item not in declared]
        if strange:
            raise CannotSynthesise(
                N_(
                    'Record %(row)s has "%(value)s" in column "%(name)s", which the codebook does not declare. Put it right in the '
                    "file, or declare it in the codebook, as a value or among the missing codes."
                ),
                row=int(np.argmax(codes == code)) + 1,
                value=strange[0],
                name=column.name,
            )
    return column


def _fill(
    codes: Codes, domain: Domain, place: int, asked: Column, texts: list[str], found: NDArray[np.int64]
) -> None:
    groups = [j for j, source in enumerate(domain.source) if source == place]
    by_name = {domain.names[a]: (j, a) for j in groups for a in _range(domain, j)}
    look_up = np.full((len(texts) + 1, len(groups)), -1, dtype=np.int16)
    for code in np.unique(found[found >= 0]):
        for item in _items(texts[code], asked):
            j, attribute = by_name[item]
            look_up[code, j - groups[0]] = attribute
    if groups:
        codes[:, groups] = look_up[found]


def forbidden_pairs(
    domain: Domain, codebook: Codebook
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Translate the rules: pairs of attributes never together, and pairs (attribute, column) where that column must not be blank."""
    pairs: list[tuple[int, int]] = []
    needs: list[tuple[int, int]] = []
    place_of = {column.name: place for place, column in enumerate(domain.columns)}

    def attributes(name: str, values: tuple[str, ...]) -> list[int]:
        return [
            a
            for s, value, a in _attributes(domain)
            if s == place_of[name] and (ANY in values or value in values)
        ]

    for rule in codebook.rules:
        (one, ones), (other, others) = rule.one, rule.other
        pairs += [(min(a, b), max(a, b)) for a in attributes(one, ones) for b in attributes(other, others)]
        if BLANK in others:
            needs += [(a, place_of[other]) for a in attributes(one, ones)]
        if BLANK in ones:
            needs += [(b, place_of[one]) for b in attributes(other, others)]
    return pairs, needs
