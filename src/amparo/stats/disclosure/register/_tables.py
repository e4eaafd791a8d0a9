"""Cells of tables that `amparo table --json` wrote: one table as `to_json` gives it, or those of `release_to_json`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amparo.vocab.text import N_

from ._budgets import Spent
from ._cells import Cell, NotACell, Values
from ._words import of_predicate

__all__ = ["book_of", "cells_of_table", "spends_of_table"]

_IS, _IS_NOT, _BLANK = " is ", " is not ", "(blank)"
_SMALL, _OTHER = "primary", "secondary"


@dataclass(frozen=True, slots=True)
class _Told:
    """Holds a table as it was written: what it counts, and each cell with the values that it counts."""

    statistic: str
    where: Mapping[str, Values]
    cells: Sequence[tuple[Mapping[str, Values], int | None, str]]


def cells_of_table(kept: Mapping[str, Any], *, population: str, release: str = "") -> tuple[Cell, ...]:
    """Give the cells of a table as ``amparo table --json`` writes it; raises :class:`NotACell`.

    Counts with the noise of differential privacy are no cells: :func:`spends_of_table` gives what they took of the budget.
    """
    try:
        if not kept["audit"]["cleared"]:
            raise NotACell(N_("The table was not cleared by its audit, so it is not let out."))
        tables = _tables(kept)
        if kept["method"] == "dp":
            return ()
        if kept["method"] == "suppress":
            for told in tables:
                _check_sums(told)
        return tuple(
            _cell(kept, told, whom, value, status, population=population, release=release)
            for told in tables
            for whom, value, status in told.cells
        )
    except NotACell:
        raise
    except (KeyError, TypeError, AttributeError, ValueError):
        raise NotACell(
            N_("This is no table that `amparo table --json` wrote: make it anew with this version.")
        ) from None


def spends_of_table(kept: Mapping[str, Any], *, population: str, release: str = "") -> tuple[Spent, ...]:
    """Give what the counts of a table with noise took of the privacy of its people; nothing for one without."""
    if kept.get("method") != "dp":
        return ()
    return (Spent(population, float(kept["privacy"]["rho"]), release),)


def book_of(tables: Iterable[Mapping[str, Any]], cells: Iterable[Cell]) -> dict[str, Values]:
    """Give all values of those variables of which a table of all records lists them, and of which nobody named another."""
    named: dict[str, set[str]] = {}
    for cell in cells:
        for name, values in cell.whom:
            named.setdefault(name, set()).update(values)
    whole: dict[str, set[str]] = {}
    for told in (one for kept in tables for one in _tables(kept)):
        if told.where:
            continue
        for whom, _, _ in told.cells:
            for name, values in whom.items():
                whole.setdefault(name, set()).update(values)
    return {name: frozenset(values) for name, values in whole.items() if named.get(name, set()) <= values}


def _tables(kept: Mapping[str, Any]) -> list[_Told]:
    if kept.get("amount"):
        raise NotACell(
            N_(
                "The table holds sums of “%(amount)s”, and the register compares counts of people only. Check a table of the same "
                "rows and columns without --amount, and have a reviewer compare the sums with those let out before."
            ),
            amount=str(kept["amount"]),
        )
    if kept.get("privacy", {}).get("is_private") is False:
        raise NotACell(
            N_(
                "The noise of this table was seeded, so it protects nobody. Make it anew without --noise-seed."
            )
        )
    return [_of_release(told) for told in kept["tables"]] if "tables" in kept else [_of_one(kept)]


def _of_one(kept: Mapping[str, Any]) -> _Told:
    # What was let out before 2026-11 says its conditions in words only.
    where = _where(kept["conditions"] if "conditions" in kept else map(_condition, kept["where"]))
    cells = [
        (_within(dict(_named(kept, cell)), where), cell["value"], str(cell["status"]))
        for cell in kept["cells"]
    ]
    return _Told(str(kept["counting_unit"]), where, cells)


def _of_release(told: Mapping[str, Any]) -> _Told:
    where, groups = _where(told["where"]), told["groups"]
    cells = []
    for cell in told["cells"]:
        named = {
            name: frozenset(groups.get(name, {}).get(label, [label]))
            for name, label in cell["values"].items()
            if label is not None
        }
        cells.append((_within(named, where), cell["value"], str(cell["status"])))
    return _Told(str(told["counting_unit"]), where, [cell for cell in cells if all(cell[0].values())])


def _where(conditions: Iterable[Mapping[str, Any]]) -> dict[str, Values]:
    """Give the values that the conditions of a table leave, by column."""
    where: dict[str, Values] = {}
    for condition in conditions:
        name, values = str(condition["column"]), frozenset(map(str, condition["values"]))
        if condition["is_excluding"]:
            raise _names_others(f"{name}{_IS_NOT}{', '.join(sorted(values))}")
        where[name] = values & where.get(name, values)
    return where


def _check_sums(told: _Told) -> None:
    """Refuse a table whose shown parts do not add up to the total shown beside them: its file was changed, or its numbers are of two counts."""
    known = {tuple(sorted(whom.items())): value for whom, value, _ in told.cells}
    sums: dict[tuple[tuple[str, Values], ...], dict[str, int | None]] = {}
    for place, value in known.items():
        for at, (name, values) in enumerate(place):
            if len(values) > 1 or name in told.where:
                continue  # a group, or a column of which the conditions leave a part only: its cells are no plain parts
            parts = sums.setdefault((*place[:at], *place[at + 1 :]), {})
            before = parts.get(name, 0)
            parts[name] = None if before is None or value is None else before + value
    for place, parts in sums.items():
        total = known.get(place)
        for name, part in parts.items():
            if None not in (total, part) and total != part:
                raise NotACell(
                    N_(
                        "The numbers by “%(column)s” (%(whom)s) add up to %(sum)s, and their total is given as %(total)s. Count the table anew "
                        "with `amparo table`, and give its file as it was written."
                    ),
                    column=name,
                    whom=of_predicate(dict(place)),
                    sum=part,
                    total=total,
                )


def _within(named: Mapping[str, Values], where: Mapping[str, Values]) -> dict[str, Values]:
    """Put the values of a cell and the conditions of its table together: of a group only those count that meet them."""
    return {**where, **{name: values & where.get(name, values) for name, values in named.items()}}


def _cell(
    kept: Mapping[str, Any],
    told: _Told,
    whom: Mapping[str, Values],
    value: int | None,
    status: str,
    *,
    population: str,
    release: str,
) -> Cell:
    more: Any = {"statistic": told.statistic, "release": release}  # Any: names of several types are unpacked
    if value is None and status == _SMALL:
        return Cell.hidden(population, whom, low=1, high=int(kept["threshold"]) - 1, **more)
    if value is None and status == _OTHER:
        # Where no other way was left a small number may bear this mark, so it tells no more than that somebody is there.
        return Cell.hidden(population, whom, low=1, is_small=False, **more)
    if value is None:
        return Cell.hidden(population, whom, **more)  # no mark tells small from others: any may be small
    if kept["method"] == "round":
        base = int(kept["base"] if "base" in kept else kept["threshold"])
        return Cell.rounded(population, whom, value, base=base, **more)
    if kept["method"] == "cellkey":
        return Cell.rounded(population, whom, value, base=int(kept["most_change"]) + 1, **more)
    return Cell.shown(population, whom, int(value), **more)


def _named(kept: Mapping[str, Any], cell: Mapping[str, Any]) -> Iterator[tuple[str, Values]]:
    for names, values in ((kept["rows"], cell["row"]), (kept["columns"], cell["column"])):
        given: Sequence[str] = values or ()
        if given:
            yield from ((name, frozenset([value])) for name, value in zip(names, given, strict=True))


def _condition(text: str) -> dict[str, Any]:
    name, found, values = text.partition(_IS)
    if not found or _IS_NOT in text:
        raise _names_others(text)
    given = ["" if value == _BLANK else value for value in values.split(", ")]
    return {"column": name, "values": given, "is_excluding": False}


def _names_others(condition: str) -> NotACell:
    return NotACell(
        N_(
            'The table counts only records with "%(condition)s". The register compares what is named, so name the values '
            "that count instead of those that do not."
        ),
        condition=condition,
    )
