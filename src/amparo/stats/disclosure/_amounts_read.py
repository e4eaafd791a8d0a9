"""Read amounts from a file by DuckDB, from any engine through Ibis: sums, how many contribute, and the largest contributions.

Amounts are kept in whole hundredths, so that sums are exact and the same on every engine.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amparo.stats.records import open_records
from amparo.vocab.text import N_

from ._as_text import TextColumn
from ._counting import grouped, kept_records, sql_conditions
from ._lines import find_line
from ._request import CannotCount, TableRequest, unknown_column
from ._table import Key

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["Contribution", "contributions"]

_AMOUNT = re.compile(r"\+?[0-9]{1,16}(\.[0-9]{1,2}0*)?")
_MOST_CONTRIBUTORS = 5_000_000


@dataclass(frozen=True, slots=True)
class Contribution:
    """Holds, in hundredths, what a group of records sums to, how many records contribute, and the largest of their amounts.

    Where contributors are named the group is of one of them (``who``), and ``people`` is 1.
    """

    key: Key
    people: int
    total: int
    top: tuple[int, ...] = ()
    who: str = ""


def contributions(
    source: "Path | str | Table", request: TableRequest, amount: str, *, contributor: str, most: int
) -> list[Contribution]:
    """Sum ``amount`` over the records of each combination of values, and of each contributor where there is a column for them."""
    if isinstance(source, (str, Path)):
        path = Path(source)
        with open_records(path) as (file, connection):
            columns = list(file.headings)
            _check(request, amount, contributor, columns)
            text = {name: f"coalesce(CAST(c{at} AS VARCHAR), '')" for at, name in enumerate(columns)}
            relation, parameters = file.relation()
            kept, values = sql_conditions(request.conditions, text)
            asked = _with(request, contributor).variables
            keys = ", ".join(text[n] for n in asked)
            value = f"TRY_CAST({text[amount]} AS DECIMAL(28, 6))"
            # Only names of our own making (c0, c1, ...) stand in the text; all that the caller gives is a parameter.
            query = (
                f"SELECT {keys}, count(*) - count(v), min(v), sum(CAST(v * 100 AS BIGINT)), count(v), "  # noqa: S608
                f"max(v * 100 - floor(v * 100)), max(CAST(v * 100 AS BIGINT), {most}) "
                f"FROM (SELECT *, {value} AS v FROM {relation} WHERE {kept} AND {text[amount]} <> '') GROUP BY ALL"
            )
            rows = connection.execute(query, [*parameters, *values]).fetchall()
            width = len(asked)
            found = [(row[:width], row[width : width + 5], tuple(row[width + 5] or ())) for row in rows]
            return _checked(found, request, amount, contributor, path=path)
    _check(request, amount, contributor, list(source.columns))
    return _checked(_by_ibis(source, request, amount, contributor, most), request, amount, contributor)


def _check(request: TableRequest, amount: str, contributor: str, columns: list[str]) -> None:
    request.check_against(columns)
    for name in (amount, contributor):
        if name and name not in columns:
            raise unknown_column(name, columns)
    if amount in request.variables:
        raise CannotCount(
            N_('"%(column)s" is what is summed, so it cannot be a row or column of the table as well.'),
            column=amount,
        )


def _by_ibis(
    table: "Table", request: TableRequest, amount: str, contributor: str, most: int
) -> "list[tuple[Key, tuple[Any, ...], tuple[int, ...]]]":
    import ibis

    text = table[amount].cast("string").fill_null("")
    table = table.filter(text != "")
    column = table[amount]
    if column.type().is_string():
        value = (
            column.re_search(r"^[+-]?[0-9]{1,16}(\.[0-9]{1,6})?$").ifelse(column, None).cast("decimal(28, 6)")
        )
    else:
        value = column.cast("decimal(28, 6)")
    table = table.mutate(_value=value)
    asked = _with(request, contributor)
    kept = kept_records(table, request.conditions)
    whole = (kept["_value"] * 100).cast("int64")
    sums = {
        "wrong": kept.count() - kept["_value"].count(),
        "least": kept["_value"].min(),
        "total": whole.sum(),
        "people": kept["_value"].count(),
        "rest": (kept["_value"] * 100 - whole).abs().max(),
    }
    rows = grouped(table, asked, sums, most=_MOST_CONTRIBUTORS)
    if contributor:
        return [(key, told, ()) for key, told in rows]
    texts = [TextColumn(kept, name) for name in request.variables]
    keys = {f"k{at}": one.expression for at, one in enumerate(texts)}
    ranked = kept.select(**keys, whole=whole).mutate(
        rank=ibis.row_number().over(group_by=list(keys), order_by=ibis.desc("whole"))
    )
    largest: dict[Key, list[int]] = {}
    answer = ranked.filter(ranked["rank"] < most).to_pyarrow()
    for *values, amount_of_one in zip(*(answer.column(n).to_pylist() for n in (*keys, "whole")), strict=True):
        own = tuple(one.write(v) for one, v in zip(texts, values, strict=True))
        largest.setdefault(own, []).append(int(amount_of_one))
    return [(key, told, tuple(sorted(largest.get(key, ()), reverse=True))) for key, told in rows]


def _with(request: TableRequest, contributor: str) -> TableRequest:
    if not contributor or contributor in request.variables:
        return request
    return replace(request, columns=(*request.columns, contributor))


def _checked(
    found: "Iterable[tuple[Any, Any, tuple[int, ...]]]",
    request: TableRequest,
    amount: str,
    contributor: str,
    *,
    path: Path | None = None,
) -> list[Contribution]:
    kept = []
    length, variables = len(request.variables), _with(request, contributor).variables
    for values, (wrong, least, total, people, rest), top in found:
        key = tuple(values[:length])
        if wrong or (least is not None and least < 0) or rest:
            raise _no_amount(key, amount, path)
        if people:
            who = values[variables.index(contributor)] if contributor else ""
            kept.append(
                Contribution(
                    request.told(key),
                    1 if contributor else int(people),
                    int(total),
                    tuple(map(int, top)),
                    who,
                )
            )
    return kept


def _no_amount(key: Key, amount: str, path: Path | None) -> CannotCount:
    """Make the refusal of an amount, with its line where the file has lines."""
    line, text = find_line(path, amount, lambda text: bool(text) and not _AMOUNT.fullmatch(text))
    return CannotCount(
        N_(
            'The column "%(column)s" has %(what)s%(where)s. An amount is a number from 0 up with at most two decimals and a point before '
            "them, such as 1250 or 12.50; book a repayment as an amount of its own column, and leave unknown amounts blank."
        ),
        column=amount,
        what=f'"{text}"' if text else "an amount below zero, with more than two decimals, or none",
        where=f", line {line}"
        if line
        else f", among the records of {', '.join(v or '(blank)' for v in key)}",
    )
