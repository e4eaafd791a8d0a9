"""Find the line of a file of which a refusal speaks."""

import csv
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from amparo.stats.records import describe_csv, is_parquet
from amparo.vocab.text import N_

from ._cube import Records
from ._request import CannotCount, TableRequest
from ._table import Key

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["check_declared", "check_totals", "find_line"]

# How totals are called in the six languages; a line with one among the records is no record.
_TOTALS = frozenset(
    {
        "total",
        "totals",
        "grand total",
        "subtotal",
        "المجموع",
        "الإجمالي",
        "итого",
        "всего",
        "total general",
        "合计",
        "总计",
    }
)


def find_line(source: object, column: str, is_meant: Callable[[str], bool]) -> tuple[int, str]:
    """Give the first line of a CSV file with such a value in a column, and the value; 0 where the source has no lines."""
    if not isinstance(source, (str, Path)) or is_parquet(Path(source)):
        return 0, ""
    file = describe_csv(Path(source))
    at = file.headings.index(column)
    with file.path.open(encoding="utf-8-sig", newline="") as stream:
        lines = csv.reader(stream, delimiter=file.delimiter)
        next(lines)
        for cells in lines:
            text = cells[at].strip() if at < len(cells) else ""
            if is_meant(text):
                return lines.line_num, text
    return 0, ""


def check_declared(
    source: "Path | str | Table", records: Sequence[Records], declared: Mapping[str, Collection[str]]
) -> None:
    """Refuse values that a column cannot have by what was said of it, with the line of the first."""
    for one in records:
        for at, column in enumerate(one.request.variables):
            strange = sorted({key[at] for key, _ in one.counted} - set(declared.get(column, ())))
            if column not in declared or not strange:
                continue
            line, _ = find_line(source, column, lambda text, value=strange[0]: text == value)  # type: ignore[misc]
            raise CannotCount(
                N_(
                    'The column "%(column)s" has the value "%(value)s"%(where)s, which its codebook does not have. Mend the record, or add the '
                    "value to the codebook."
                ),
                column=column,
                value=strange[0] or "(blank)",
                where=f" (line {line})" if line else "",
            )


def check_totals(source: "Path | str | Table", request: TableRequest, keys: Iterable[Key]) -> None:
    """Refuse values that are called a total: a line of sums among the records would be counted as one of them."""
    for at, column in enumerate(request.variables):
        found = sorted(value for value in {key[at] for key in keys} if value.strip().casefold() in _TOTALS)
        if not found:
            continue
        line, _ = find_line(source, column, lambda text, value=found[0]: text == value.strip())  # type: ignore[misc]
        raise CannotCount(
            N_(
                'The column "%(column)s" has the value "%(value)s"%(where)s: this looks like a line of totals, which would be counted as a '
                'record. Leave such lines out with --where "%(column)s!=%(value)s", or call the value something else if it is none.'
            ),
            column=column,
            value=found[0],
            where=f" (line {line})" if line else "",
        )
