"""See to it that no person has more records than may be: who stands twice in a file of persons would be counted twice."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from amparo.stats.records import open_records
from amparo.vocab.text import N_

from ._as_text import TextColumn
from ._counting import kept_records, sql_conditions
from ._request import CannotCount, Condition, unknown_column

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["check_persons"]

_MOST_NAMED = 5


def check_persons(
    source: "Path | str | Table", column: str, *, most: int = 1, where: Sequence[Condition] = ()
) -> None:
    """Refuse records without a person in ``column``, and persons with more than ``most`` records; raises :class:`CannotCount`.

    Only records that meet ``where`` are looked at. The refusal names the records of a file by their numbers, never the person.
    """
    if most < 1:
        raise CannotCount(
            N_(
                "A person has at most %(most)s records: that counts nobody. Write --most 1, or a greater number."
            ),
            most=most,
        )
    is_file = isinstance(source, (str, Path))
    found = (
        _of_file(Path(source), column, most, where) if is_file else _of_engine(source, column, most, where)
    )
    if found is None:
        return
    is_blank, rows, persons = found
    named = ", ".join(str(row) for row in rows[:_MOST_NAMED]) + (" …" if len(rows) > _MOST_NAMED else "")
    first = f" (records {named})" if named else ""
    if is_blank:
        raise CannotCount(
            N_(
                'The column "%(column)s" does not name a person in each record%(first)s. Say in it whose each record is, or leave '
                "those records out with --where."
            ),
            column=column,
            first=first,
        )
    raise CannotCount(
        N_(
            'By the column "%(column)s", %(persons)s of the persons stand in more records than one may have, which is %(most)s%(first)s. '
            "A table of persons would count them more than once. Take out what stands twice. If a record is something else, "
            "such as a case, say with --most how many a person may have, and with --counting-unit what is counted."
        ),
        column=column,
        persons=persons,
        most=most,
        first=first,
    )


_Found = tuple[bool, list[int], int] | None


def _of_file(path: Path, column: str, most: int, where: Sequence[Condition]) -> _Found:
    with open_records(path) as (file, connection):
        text = {name: f"coalesce(CAST(c{at} AS VARCHAR), '')" for at, name in enumerate(file.headings)}
        for name in (column, *(condition.column for condition in where)):
            if name not in text:
                raise unknown_column(name, file.headings)
        relation, parameters = file.relation()
        kept, values = sql_conditions(where, text)
        connection.execute("SET preserve_insertion_order = true")  # refusals name the record
        # Only names of our own making (c0, c1, ...) stand in the text; all that the caller gives is a parameter.
        numbered = (
            f"SELECT trim({text[column]}) AS p, row_number() OVER () AS n, {kept} AS kept FROM {relation}"  # noqa: S608
        )
        query = (
            "SELECT p = '', list(n ORDER BY n), count(*) OVER (PARTITION BY p = '') "  # noqa: S608
            f"FROM ({numbered}) WHERE kept GROUP BY p HAVING count(*) > ? OR p = '' ORDER BY p <> '', min(n) LIMIT 1"
        )
        row = connection.execute(query, [*values, *parameters, most]).fetchone()
    return None if row is None else (bool(row[0]), list(row[1]), int(row[2]))


def _of_engine(table: "Table", column: str, most: int, where: Sequence[Condition]) -> _Found:
    for name in (column, *(condition.column for condition in where)):
        if name not in table.columns:
            raise unknown_column(name, table.columns)
    kept = kept_records(table, where)
    text = TextColumn(kept, column).expression.cast("string").fill_null("").strip()
    counted = kept.group_by(p=text).aggregate(n=kept.count())
    several = counted.filter((counted.n > most) | (counted.p == ""))
    told = (
        several.group_by(is_blank=several.p == "").aggregate(persons=several.count()).to_pyarrow().to_pylist()
    )
    if not told:
        return None
    worst = max(told, key=lambda one: one["is_blank"])
    return bool(worst["is_blank"]), [], int(worst["persons"])
