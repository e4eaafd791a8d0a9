"""Count records into a table: from a file by DuckDB, from any engine through Ibis.

The meaning is one and is written twice: every value is text, a missing one is the empty text, records that meet every
condition count once in the cell of their values. Loading Ibis takes about a second, too long for a command on a small
file; a test holds the two ways to the same counts.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amparo.stats.records import open_records
from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._as_text import TextColumn
from ._cube import Records
from ._lines import check_totals
from ._request import CannotCount, Condition, TableRequest, unknown_column
from ._table import MAXIMUM_CELLS, CountTable, Key, check_size

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = [
    "count_cells",
    "count_records",
    "grouped",
    "kept_records",
    "sql_conditions",
    "sum_keys",
    "told_in_groups",
]


def count_cells(source: "Path | str | Table", request: TableRequest, *, name: str = "") -> CountTable:
    """Count the records of a CSV or Parquet file, or of an Ibis table, into the cells that ``request`` asks for.

    Values are read as text: ``NA`` stays ``NA`` (the code of Namibia), ``0`` stays ``0``, ``1.0`` stays ``1.0``; a missing
    value is a category of its own, the empty text. ``name`` says in the result where the records came from; a file's own
    name when left out. Raises :class:`CannotRead` or :class:`CannotCount` with the remedy.
    """
    if isinstance(source, (str, Path)):
        known_as = name or Path(source).name
        found, cautions = _count_file(Path(source), request)
    else:
        known_as = name or "table"
        found, cautions = _count_ibis(source, request)
    cautions += told_in_groups(request)
    counted = _summed((request.told(key), n) for key, n in found)
    check_totals(source, request, [key for key, _ in counted])
    return CountTable.from_counts(request, counted, source=known_as, cautions=cautions)


def count_records(
    source: "Path | str | Table", request: TableRequest, *, also: str = "", name: str = ""
) -> tuple[Records, list[tuple[Key, str]]]:
    """Count the records of each combination of values, as :func:`count_cells` does, without totals.

    With ``also``, give beside it which values of that column the records of each combination have.
    """
    is_extra = bool(also) and also not in request.variables
    asked = replace(request, columns=(*request.columns, also)) if is_extra else request
    if isinstance(source, (str, Path)):
        found, cautions = _count_file(Path(source), asked)
        known_as = name or Path(source).name
    else:
        if also and also not in source.columns:
            raise unknown_column(also, source.columns)
        found, cautions = _count_ibis(source, asked)
        known_as = name or "table"
    cautions += told_in_groups(request)
    length = len(request.variables)
    at = asked.variables.index(also) if also else None
    beside = [(request.told(key[:length]), key[at]) for key, _ in found] if at is not None else []
    counted = _summed((request.told(key[:length]), n) for key, n in found)
    check_totals(source, request, [key for key, _ in counted])
    return Records(request, tuple(counted), known_as, tuple(cautions)), beside


def sum_keys(source: "Path | str | Table", request: TableRequest, column: str) -> list[tuple[Key, int]]:
    """Sum the record keys in ``column``, whole numbers from zero up, over the records of each combination of values."""
    if isinstance(source, (str, Path)):
        found = _sum_file(Path(source), request, column)
    else:
        found = _sum_ibis(source, request, column)
    return _summed((request.told(key), n) for key, n in found)


def _summed(found: Iterable[tuple[Key, int]]) -> list[tuple[Key, int]]:
    sums: dict[Key, int] = {}
    for key, number in found:
        sums[key] = sums.get(key, 0) + number
    return list(sums.items())


def told_in_groups(request: TableRequest) -> list[Caution]:
    """Say which values are told as their group."""
    words = N_('In "%(column)s", %(values)s are told as "%(group)s": the codebook says so.')
    named = dict.fromkeys((*request.variables, *(condition.column for condition in request.where)))
    return [
        Caution("told-in-groups", Said(words, {"column": column, "values": tuple(values), "group": group}))
        for column in named
        for group, values in _by_group(request.groups.get(column, {})).items()
    ]


def _by_group(groups: Mapping[str, str]) -> dict[str, list[str]]:
    members: dict[str, list[str]] = {}
    for value, group in groups.items():
        members.setdefault(group, []).append(value)
    return members


def _sum_ibis(source: "Table", request: TableRequest, column: str) -> list[tuple[Key, int]]:
    request.check_against(source.columns)
    if column not in source.columns:
        raise unknown_column(column, source.columns)
    text = kept_records(source, request.conditions)[column].cast("string")
    whole = text.re_search("^[0-9]{1,18}$").ifelse(text.cast("int64"), None)
    sums = {"least": whole.min(), "blank": whole.isnull().sum(), "n": whole.sum()}
    return [_keyed_sum(column, (*key, *found)) for key, found in grouped(source, request, sums)]


def _sum_file(path: Path, request: TableRequest, column: str) -> list[tuple[Key, int]]:
    with open_records(path) as (file, connection):
        if column not in file.headings:
            raise unknown_column(column, file.headings)
        text = {name: f"coalesce(CAST(c{at} AS VARCHAR), '')" for at, name in enumerate(file.headings)}
        relation, parameters = file.relation()
        kept, values = sql_conditions(request.conditions, text)
        shown = ", ".join(text[name] for name in request.variables)
        whole = f"TRY_CAST({text[column]} AS BIGINT)"
        # Only names of our own making (c0, c1, ...) stand in the text; all that the caller gives is a parameter.
        query = f"SELECT {shown}, min({whole}), count(*) - count({whole}), sum({whole}) FROM {relation} WHERE {kept} GROUP BY ALL"  # noqa: S608
        rows = connection.execute(query, [*parameters, *values]).fetchall()
    return [_keyed_sum(column, row) for row in rows]


def _keyed_sum(column: str, row: tuple[object, ...]) -> tuple[Key, int]:
    *key, least, blank, total = row
    if blank or not isinstance(least, int) or least < 0:
        raise CannotCount(
            N_(
                'The column "%(column)s" does not hold a key for each record: among the records of %(values)s one is %(found)s. Keys are '
                "whole numbers from 0 to 4294967295, drawn once for each record and kept with it."
            ),
            column=column,
            values=", ".join(str(value) or "(blank)" for value in key),
            found="blank or no whole number" if blank else str(least),
        )
    return tuple(str(value) for value in key), int(str(total))


def _count_file(path: Path, request: TableRequest) -> tuple[list[tuple[Key, int]], list[Caution]]:
    with open_records(path) as (file, connection):
        request.check_against(file.headings)
        text = {name: f"coalesce(CAST(c{at} AS VARCHAR), '')" for at, name in enumerate(file.headings)}
        relation, parameters = file.relation()
        kept, values = sql_conditions(request.conditions, text)
        shown = ", ".join(text[name] for name in request.variables)
        # Only names of our own making (c0, c1, ...) stand in the text; all that the caller gives is a parameter.
        query = (
            f"SELECT {shown}, count(*) FROM {relation} WHERE {kept} GROUP BY ALL LIMIT {MAXIMUM_CELLS + 1}"  # noqa: S608
        )
        rows = connection.execute(query, [*parameters, *values]).fetchall()
        cautions = []
        for told, condition in zip(request.where, request.conditions, strict=True):
            chosen, values = sql_conditions([replace(condition, is_excluding=False)], text)
            query = f"SELECT DISTINCT {text[condition.column]} FROM {relation} WHERE {chosen}"  # noqa: S608
            found = connection.execute(query, [*parameters, *values]).fetchall()
            cautions += _unmatched(told, request, {row[0] for row in found})
    return _keyed(rows), cautions


def _unmatched(condition: Condition, request: TableRequest, found: Collection[str]) -> list[Caution]:
    """Warn of values that no record has: a slip of the pen would else count nobody, or everybody, without a word."""
    groups = request.groups.get(condition.column, {})
    there = {groups.get(value, value) for value in found}
    words = N_(
        'No record has "%(value)s" in "%(column)s". Values are compared letter by letter; a table with the rows '
        '"%(column)s" shows which there are.'
    )
    return [
        Caution("no-such-value", Said(words, {"value": value or "(blank)", "column": condition.column}))
        for value in condition.values
        if value not in there
    ]


def sql_conditions(where: Iterable[Condition], text: dict[str, str]) -> tuple[str, list[str]]:
    """Give conditions as SQL over the texts of columns, with their parameters."""
    parts = ["true"]
    values: list[str] = []
    for condition in where:
        marks = ", ".join("?" for _ in condition.values)
        parts.append(f"{text[condition.column]} {'NOT IN' if condition.is_excluding else 'IN'} ({marks})")
        values.extend(condition.values)
    return " AND ".join(parts), values


def _count_ibis(table: "Table", request: TableRequest) -> tuple[list[tuple[Key, int]], list[Caution]]:
    request.check_against(table.columns)
    cautions = []
    for told, condition in zip(request.where, request.conditions, strict=True):
        text = TextColumn(table, condition.column)
        found = table.filter(text.is_one_of(condition.values)).select(value=text.expression).distinct()
        written = {text.write(value) for value in found.to_pyarrow().column("value").to_pylist()}
        cautions += _unmatched(told, request, written)
    rows = grouped(table, request, {"n": kept_records(table, request.conditions).count()})
    return [(key, _whole(n)) for key, (n,) in rows], cautions


def kept_records(table: "Table", where: Iterable[Condition]) -> "Table":
    """Keep the records of an Ibis table that meet every condition."""
    kept = table
    for condition in where:
        chosen = TextColumn(kept, condition.column).is_one_of(condition.values)
        kept = kept.filter(~chosen if condition.is_excluding else chosen)
    return kept


def grouped(
    table: "Table", request: TableRequest, sums: Mapping[str, Any], *, most: int = MAXIMUM_CELLS
) -> list[tuple[Key, tuple[object, ...]]]:
    """Give sums over the records of each combination of values; the sums are expressions over the kept records."""
    kept = kept_records(table, request.conditions)
    texts = [TextColumn(kept, name) for name in request.variables]
    keys = {f"k{at}": text.expression for at, text in enumerate(texts)}
    found = kept.group_by(**keys).aggregate(**sums).limit(most + 1).to_pyarrow()
    if found.num_rows > most:
        check_size(found.num_rows, 1)
    columns = [found.column(name).to_pylist() for name in (*keys, *sums)]
    return [
        (tuple(text.write(value) for text, value in zip(texts, row, strict=False)), tuple(row[len(texts) :]))
        for row in zip(*columns, strict=True)
    ]


def _keyed(rows: list[tuple[object, ...]]) -> list[tuple[Key, int]]:
    if len(rows) > MAXIMUM_CELLS:
        check_size(len(rows), 1)
    return [(tuple(str(value) for value in row[:-1]), _whole(row[-1])) for row in rows]


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise CannotCount(N_("A count came back as %(value)r, which is not a whole number."), value=value)
    return value
