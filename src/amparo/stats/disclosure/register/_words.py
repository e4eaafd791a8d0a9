"""Say whom a cell counts, in the codes of the code book: short enough to stand inside a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ._cells import PERIOD, Cell, Values

__all__ = ["whom"]

MOST_VALUES = 6
_NUMBER = re.compile(r"\d{1,6}")


def whom(cell: Cell) -> str:
    """Say whom a cell counts: "2019-2023, gender female", or "everybody"."""
    return of_predicate(cell.predicate)


def of_predicate(predicate: Mapping[str, Values]) -> str:
    """Say a predicate, its period first."""
    parts = [values_of(predicate[PERIOD])] if PERIOD in predicate else []
    parts += [f"{name} {values_of(predicate[name])}" for name in sorted(predicate) if name != PERIOD]
    return ", ".join(parts) or "everybody"


def values_of(values: Iterable[str]) -> str:
    """List values; whole numbers that follow each other are one range, and of very many only the first are named."""
    given = sorted(set(values))
    if len(given) > 2 and all(_NUMBER.fullmatch(value) for value in given):
        numbers = sorted(int(value) for value in given)
        if numbers[-1] - numbers[0] == len(numbers) - 1:
            return f"{numbers[0]}-{numbers[-1]}"
    shown = [value or "(blank)" for value in given[:MOST_VALUES]]
    if len(given) > MOST_VALUES:
        return f"{', '.join(shown)} and {len(given) - MOST_VALUES} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def difference(larger: Cell, smaller: Cell) -> str:
    """Say who is counted in the larger cell and not in the smaller, where that has a name; else the empty text."""
    differing = [name for name in smaller.predicate if larger.predicate.get(name) != smaller.predicate[name]]
    if len(differing) != 1:
        return ""
    name = differing[0]
    others = {key: values for key, values in smaller.predicate.items() if key != name}
    if name in larger.predicate:
        return of_predicate({**others, name: larger.predicate[name] - smaller.predicate[name]})
    excluded = values_of(smaller.predicate[name])
    rest = f"any {'period' if name == PERIOD else name} but {excluded}"
    return f"{of_predicate(others)}, {rest}" if others else rest
