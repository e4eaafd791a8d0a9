"""Count the tables of one release together: one system of cells, and what rules ask of each of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from amparo.vocab.text import N_

from ._cell_key import KEYS
from ._counting import count_records, sum_keys
from ._cube import Cube, Records, cube_of, summed_over
from ._hierarchy import Hierarchy
from ._lines import check_declared
from ._request import CannotCount, TableRequest
from ._system import CellSystem, system_of
from ._table import Key

if TYPE_CHECKING:
    from ibis.expr.types import Table
    from numpy.typing import NDArray

    from ._amounts import Amounts

__all__ = ["CountedTables", "count_tables", "tables_of"]


@dataclass(frozen=True, slots=True, eq=False)
class CountedTables:
    """Holds the true counts of tables that are released together; never show it: show what ``protect_tables`` makes of it.

    ``places``: for each table the cell of the system in each of its places. ``organisations``: how many different organisations reported
    the records of each cell, ``keys``: the sum of the keys of its records; where that was asked. ``amounts``: what the numbers are where they are
    sums of amounts. ``declared``: columns whose values were said beforehand, so do not tell what the records hold.
    """

    cubes: tuple[Cube, ...]
    system: CellSystem
    places: tuple["NDArray[np.int64]", ...] = field(repr=False)
    organisations: "NDArray[np.int64] | None" = field(default=None, repr=False)
    keys: "NDArray[np.int64] | None" = field(default=None, repr=False)
    amounts: "Amounts | None" = field(default=None, repr=False)
    declared: frozenset[str] = frozenset()

    @property
    def numbers(self) -> "NDArray[np.int64]":
        """Give how many each cell counts: where its number is an amount, how many contribute to it."""
        return self.system.counts if self.amounts is None else self.amounts.people

    def persons(self) -> "list[NDArray[np.int64]]":
        """Give, for each person who is alone in a cell, all cells in which this person is alone."""
        if self.amounts is None or self.amounts.alone is None:
            return self.system.persons(self.numbers)
        alone = self.amounts.alone
        return [np.flatnonzero(alone == who) for who in np.unique(alone[alone >= 0])]

    def name(self, cell: int) -> str:
        """Say what a cell counts, for reviewers of the office: ``gender Female, age Total``."""
        if cell in self.system.differences:
            whole, part = self.system.differences[cell]
            return f"the difference of {self.name(whole)} and {self.name(part)}"
        for cube, place in zip(self.cubes, self.places, strict=True):
            found = np.argwhere(place == cell)
            if len(found):
                named = [
                    f"{dimension.column} {_label(dimension.nodes[int(node)].label)}"
                    for dimension, node in zip(cube.dimensions, found[0], strict=True)
                ]
                return ", ".join([*named, *map(str, cube.request.where)])
        return ""

    def shown_before(
        self,
        where: Sequence[tuple[str, tuple[str, ...], bool]],
        shown: Sequence[tuple[Mapping[str, str | None], int]],
    ) -> dict[int, int]:
        """Find the cells of an earlier release, by their values; those whose count has changed since are left out.

        Only tables of the same conditions are compared. A cell that an earlier table had as a total over a column that this one
        does not have is found too.
        """
        found: dict[int, int] = {}
        for cube, place in zip(self.cubes, self.places, strict=True):
            own = [(c.column, c.values, c.is_excluding) for c in cube.request.where]
            if sorted(own) != sorted(where):
                continue
            nodes = [
                {node.label: at for at, node in reversed(list(enumerate(dimension.nodes)))}
                for dimension in cube.dimensions
            ]
            for values, count in shown:
                fixed = {column for column, value in values.items() if value is not None}
                if not fixed <= set(cube.request.variables):
                    continue
                at = [
                    known.get(values.get(d.column)) for d, known in zip(cube.dimensions, nodes, strict=True)
                ]
                if None not in at:
                    cell = int(place[tuple(node for node in at if node is not None)])
                    if self.system.counts[cell] == count:
                        found[cell] = count
        return found


def _label(label: str | None) -> str:
    return "Total" if label is None else label or "(blank)"


def count_tables(
    source: "Path | str | Table",
    requests: Sequence[TableRequest],
    *,
    hierarchies: Mapping[str, Hierarchy] | None = None,
    organisation: str = "",
    record_key: str = "",
    declared: Mapping[str, Collection[str]] | None = None,
    name: str = "",
) -> CountedTables:
    """Count all tables of a release from one source: a CSV or Parquet file, or an Ibis table of any engine.

    Each variable of a request is a dimension of its own, with a total, and with the groups of its hierarchy. ``organisation`` names the
    column that says who reported a record, ``record_key`` the one that holds its key for perturbation.
    ``declared`` gives all values that a column can have. Raises :class:`CannotRead` or :class:`CannotCount` with the remedy.
    """
    for column in hierarchies or {}:
        if not any(column in request.variables for request in requests):
            raise CannotCount(
                N_(
                    'There is a hierarchy for "%(column)s", which is not among the rows and columns of the table. '
                    "Add it to them, or leave the hierarchy out."
                ),
                column=column,
            )
    counted = [count_records(source, request, also=organisation, name=name) for request in requests]
    check_declared(source, [records for records, _ in counted], declared or {})
    return tables_of(
        [records for records, _ in counted],
        hierarchies=hierarchies,
        organisations=[found for _, found in counted] if organisation else None,
        keys=[sum_keys(source, request, record_key) for request in requests] if record_key else None,
        declared=declared,
    )


def tables_of(
    records: Sequence[Records],
    *,
    hierarchies: Mapping[str, Hierarchy] | None = None,
    organisations: "Sequence[Sequence[tuple[Key, str]]] | None" = None,
    keys: "Sequence[Sequence[tuple[Key, int]]] | None" = None,
    declared: Mapping[str, Collection[str]] | None = None,
) -> CountedTables:
    """Make one system of what was counted for several tables; ``organisations`` gives who reported records of which values."""
    cubes = cubes_of(records, hierarchies=hierarchies, declared=declared)
    system, places = system_of(cubes)
    reported = None
    if organisations is not None:
        reported = _reported(cubes, places, system.size, organisations)
    summed = None
    if keys is not None:
        summed = np.zeros(system.size, dtype=np.int64)
        for cube, place, found in zip(cubes, places, keys, strict=True):
            own = summed_over(list(cube.dimensions), [(key, n % KEYS) for key, n in found])
            summed[place] = own % KEYS
    return CountedTables(
        tuple(cubes), system, tuple(places), reported, summed, declared=frozenset(declared or ())
    )


def cubes_of(
    records: Sequence[Records],
    *,
    hierarchies: Mapping[str, Hierarchy] | None = None,
    declared: Mapping[str, Collection[str]] | None = None,
) -> list[Cube]:
    """Build all tables of a release with their totals: a column has the same values behind its total in each of them."""
    domains: dict[str, set[str]] = {}
    for one in records:
        for at, column in enumerate(one.request.variables):
            domains.setdefault(column, set((declared or {}).get(column, ()))).update(
                key[at] for key, _ in one.counted
            )
    return [cube_of(one, hierarchies=hierarchies, domains=domains, declared=declared) for one in records]


def _reported(
    cubes: Sequence[Cube],
    places: "Sequence[NDArray[np.int64]]",
    size: int,
    organisations: "Sequence[Sequence[tuple[Key, str]]]",
) -> "NDArray[np.int64]":
    numbers: dict[str, int] = {}
    most = np.zeros(size, dtype=np.int64)
    for cube, place, found in zip(cubes, places, organisations, strict=True):
        at = [dimension.values() for dimension in cube.dimensions]
        pairs: set[tuple[int, int]] = set()
        for key, organisation in found:
            number = numbers.setdefault(organisation, len(numbers))
            nodes = [
                dimension.ancestors(known[value])
                for dimension, known, value in zip(cube.dimensions, at, key, strict=True)
            ]
            pairs.update((int(place[one]), number) for one in product(*nodes))
        cells = np.bincount([cell for cell, _ in pairs], minlength=size)
        most = np.maximum(most, cells)
    return most
