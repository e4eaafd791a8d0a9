"""What a table can be made of: a column of facts, or one code of a column that holds several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from amparo.vocab.facts import FactColumn, FactTable

DIVIDER = ":"


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """One thing to count by. With `code`, it asks whether a column of several codes holds that one: yes or no."""

    column: FactColumn
    code: str = ""

    @property
    def name(self) -> str:
        """Return the name that a link carries: `sex`, or `means:deception`."""
        return f"{self.column.name}{DIVIDER}{self.code}" if self.code else self.column.name


def variables_of(table: FactTable, present: Mapping[str, Iterable[str]]) -> tuple[Variable, ...]:
    """List what tables can be made of, given the codes that a snapshot holds."""
    found: list[Variable] = []
    for column in table.columns:
        if column.name not in present:
            continue
        if column.is_many:
            codes = sorted(present[column.name], key=column.order_of)
            found += [Variable(column=column, code=code) for code in codes if code in _answers(column, codes)]
        else:
            found.append(Variable(column=column))
    return tuple(found)


def _answers(column: FactColumn, codes: Iterable[str]) -> set[str]:
    return {code for code in codes if column.order_of(code)[0] < 2}
