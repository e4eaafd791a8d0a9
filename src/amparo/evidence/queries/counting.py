"""Count facts: Ibis expressions on DuckDB, from the Parquet of a snapshot. What comes out is still secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amparo.evidence.rules import Variable
from amparo.evidence.rules.persons import CellKey
from amparo.stats.disclosure import TableRequest
from amparo.vocab.facts import PERSON
from amparo.vocab.null import NULL_REASONS

if TYPE_CHECKING:
    from ibis.expr.types import Table

YES, NO = "yes", "no"


def open_facts(path: Path, variables: Sequence[Variable]) -> Table:
    """Open a table of facts with the variables as its columns, all of them text."""
    import ibis

    engine = ibis.duckdb.connect(threads=2, autoinstall_known_extensions=False)
    facts = engine.read_parquet(str(path))
    return facts.mutate(**{one.name: _holds(facts, one) for one in variables if one.code})


def _holds(facts: Table, variable: Variable) -> Any:
    """Ask whether a set of codes holds one: yes, no, or the reason why there is no answer, which is never a no."""
    import ibis

    codes = facts[variable.column.name]
    first = codes[0]
    return ibis.cases(
        (codes.contains(variable.code), YES),
        (first.isin(sorted(NULL_REASONS)), first),
        else_=NO,
    )


def count_persons(facts: Table, request: TableRequest) -> Mapping[CellKey, int]:
    """Count the different persons behind each cell and each total of a table."""
    kept = facts
    for condition in request.where:
        kept = kept.filter(kept[condition.column].isin(condition.values))
    found: dict[CellKey, int] = {}
    for rows, columns in product((request.rows, ()), {request.columns, ()}):
        names = (*rows, *columns)
        persons = kept[PERSON].nunique()
        counted = kept.group_by(list(names)).aggregate(n=persons) if names else kept.aggregate(n=persons)
        answer = counted.to_pyarrow()
        values = zip(*(answer.column(column).to_pylist() for column in (*names, "n")), strict=True)
        for line in values:
            key = tuple(str(value) for value in line[:-1])
            row = key[: len(rows)] if rows else None
            column = key[len(rows) :] if columns else None
            found[row, column] = int(line[-1])
    return found
