"""Cells of tables that `amparo table --json` wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from amparo.vocab.text import N_

from ._cells import Cell, NotACell, Values

__all__ = ["book_of", "cells_of_table"]

_IS, _IS_NOT, _BLANK = " is ", " is not ", "(blank)"


def cells_of_table(kept: Mapping[str, Any], *, population: str, release: str = "") -> tuple[Cell, ...]:
    """Give the cells of a table as :func:`amparo.stats.disclosure.to_json` writes it; raises :class:`NotACell`."""
    try:
        if not kept["audit"]["cleared"]:
            raise NotACell(N_("The table was not cleared by its audit, so it is not let out."))
        fixed = dict(_condition(text) for text in kept["where"])
        return tuple(_cells(kept, fixed, population, release))
    except (KeyError, TypeError, AttributeError):
        raise NotACell(
            N_("This is no table that `amparo table --json` wrote: make it anew with this version.")
        ) from None


def book_of(tables: Iterable[Mapping[str, Any]], cells: Iterable[Cell]) -> dict[str, Values]:
    """Give all values of those variables of which a table of all records lists them, and of which nobody named another."""
    named: dict[str, set[str]] = {}
    for cell in cells:
        for name, values in cell.whom:
            named.setdefault(name, set()).update(values)
    whole: dict[str, set[str]] = {}
    for kept in tables:
        if kept["where"]:
            continue
        for cell in kept["cells"]:
            for name, value in _named(kept, cell):
                whole.setdefault(name, set()).add(value)
    return {name: frozenset(values) for name, values in whole.items() if named.get(name, set()) <= values}


def _cells(
    kept: Mapping[str, Any], fixed: Mapping[str, Values], population: str, release: str
) -> Iterator[Cell]:
    threshold, is_rounded = int(kept["threshold"]), kept["method"] == "round"
    statistic = str(kept["counting_unit"])
    for cell in kept["cells"]:
        predicate = {name: frozenset([value]) for name, value in _named(kept, cell)} | dict(fixed)
        value = cell["value"]
        if value is not None and is_rounded:
            yield Cell.rounded(
                population, predicate, value, base=threshold, statistic=statistic, release=release
            )
        elif value is not None:
            yield Cell.shown(population, predicate, value, statistic=statistic, release=release)
        elif cell["status"] == "primary":
            yield Cell.hidden(
                population, predicate, low=1, high=threshold - 1, statistic=statistic, release=release
            )
        else:
            # Where no other way was left a small number may bear this mark, so it tells no more than that somebody is there.
            yield Cell.hidden(
                population, predicate, low=1, is_small=False, statistic=statistic, release=release
            )


def _named(kept: Mapping[str, Any], cell: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for names, values in ((kept["rows"], cell["row"]), (kept["columns"], cell["column"])):
        given: Sequence[str] = values or ()
        if given:
            yield from zip(names, given, strict=True)


def _condition(text: str) -> tuple[str, Values]:
    name, found, values = text.partition(_IS)
    if not found or _IS_NOT in text:
        raise NotACell(
            N_(
                'The table counts only records with "%(condition)s". The register compares what is named, so name the values '
                "that count instead of those that do not."
            ),
            condition=text,
        )
    return name, frozenset("" if value == _BLANK else value for value in values.split(", "))
