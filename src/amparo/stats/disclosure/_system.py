"""All cells of one or several tables as one system: what each counts, and which are sums of which.

A cell is known by what it counts: for each column the set of values. So a total that stands in two tables is one cell, and so
is a group with a single part. What a reader can work out follows from the relations alone: no table is a special case.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from amparo.vocab.text import N_

from ._cube import Cube
from ._request import CannotCount

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

__all__ = ["CellSystem", "system_of"]


@dataclass(frozen=True, slots=True, eq=False)
class CellSystem:
    """Holds cells and their additive relations.

    ``counts``: true values. ``totals`` and ``parts``: for each relation the cell that is a sum, and the cells that it sums
    (``parts[starts[r]:starts[r + 1]]``). ``printed``: in how many places of the tables a cell stands; 0 for one that no table
    shows and that follows from others. ``known``: cells that a reader knows whatever is hidden, such as the number of all records.
    ``differences``: cells that no table shows, each what one cell counts beyond another: women, and women who were in forced labour.
    """

    counts: "NDArray[np.int64]" = field(repr=False)
    totals: "NDArray[np.int64]" = field(repr=False)
    starts: "NDArray[np.int64]" = field(repr=False)
    parts: "NDArray[np.int64]" = field(repr=False)
    printed: "NDArray[np.int64]" = field(repr=False)
    known: "NDArray[np.bool_]" = field(repr=False)
    differences: Mapping[int, tuple[int, int]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        sums = np.add.reduceat(self.counts[self.parts], self.starts[:-1]) if len(self.totals) else self.totals
        wrong = np.flatnonzero(sums != self.counts[self.totals])
        if wrong.size:
            at = wrong[0]
            raise CannotCount(
                N_(
                    "Totals do not add up: a total is given as %(total)s, its parts sum to %(sum)s (%(wrong)s such sums). "
                    "Count all tables anew from the same records."
                ),
                total=int(self.counts[self.totals[at]]),
                sum=int(sums[at]),
                wrong=len(wrong),
            )

    @property
    def size(self) -> int:
        """Count the cells."""
        return len(self.counts)

    def matrix(self) -> "csr_array":
        """Give the relations as a sparse matrix: what it makes of any table that adds up is zero."""
        from scipy.sparse import csr_array

        relations = len(self.totals)
        lengths = np.diff(self.starts)
        rows = np.concatenate([np.repeat(np.arange(relations), lengths), np.arange(relations)])
        columns = np.concatenate([self.parts, self.totals])
        signs = np.concatenate([np.full(len(self.parts), -1.0), np.ones(relations)])
        return csr_array((signs, (rows, columns)), shape=(relations, self.size))

    def persons(self, numbers: "NDArray[np.int64] | None" = None) -> list["NDArray[np.int64]"]:
        """Give, for each person who is alone in a cell, all cells that count this person and nobody else.

        A total of 1 and its one part of 1 are the same person; who is that person knows all of these cells. ``numbers`` are those of people,
        where the cells hold something else.
        """
        counts = self.counts if numbers is None else numbers
        leader: dict[int, int] = {int(cell): int(cell) for cell in np.flatnonzero(counts == 1)}

        def find(cell: int) -> int:
            while leader[cell] != cell:
                leader[cell] = leader[leader[cell]]
                cell = leader[cell]
            return cell

        for at in np.flatnonzero(counts[self.totals] == 1):
            total = int(self.totals[at])
            for part in self.parts[self.starts[at] : self.starts[at + 1]]:
                if counts[part] == 1:
                    leader[find(int(part))] = find(total)
        groups: dict[int, list[int]] = {}
        for cell in leader:
            groups.setdefault(find(cell), []).append(cell)
        return [np.array(sorted(cells), dtype=np.int64) for cells in groups.values()]


def system_of(cubes: Sequence[Cube]) -> tuple[CellSystem, list["NDArray[np.int64]"]]:
    """Make one system of tables that are released together; give, for each table, the cell of each of its places."""
    numbers, codes = _codes(cubes)
    columns = sorted(numbers)
    sizes = [1 + max((code for found in codes for code in found.get(c, [0])), default=0) for c in columns]
    if math.prod(sizes) >= 1 << 62:
        raise CannotCount(N_("These tables have too many columns together. Release fewer of them at a time."))
    strides = dict(zip(columns, [math.prod(sizes[at + 1 :]) for at in range(len(sizes))], strict=True))
    names = []
    for cube, found in zip(cubes, codes, strict=True):
        name = np.zeros(cube.shape, dtype=np.int64)
        for column, own in found.items():
            axis = cube.request.variables.index(column) if column in cube.request.variables else None
            shaped = np.array(own, dtype=np.int64) * strides[column]
            if axis is not None:
                shaped = shaped.reshape([-1 if at == axis else 1 for at in range(len(cube.shape))])
            name = name + shaped
        names.append(name)
    known, cells = np.unique(np.concatenate([name.ravel() for name in names]), return_inverse=True)
    ends = np.cumsum([name.size for name in names])
    places = [
        part.reshape(cube.shape)
        for part, cube in zip(np.split(cells.astype(np.int64), ends[:-1]), cubes, strict=True)
    ]
    nested = [
        (int(np.searchsorted(known, whole)), int(np.searchsorted(known, part)), rest)
        for part, whole, rest in _nested(cubes, names, codes, numbers, strides)
        if np.isin(whole, known)
    ]
    rests = {rest: int(np.searchsorted(known, rest)) for *_, rest in nested if np.isin(rest, known)}
    return _assembled(
        cubes, places, len(known), [(whole, part, rests.get(rest)) for whole, part, rest in nested]
    ), places


def _nested(
    cubes: Sequence[Cube],
    names: "Sequence[NDArray[np.int64]]",
    codes: Sequence[dict[str, list[int]]],
    numbers: Mapping[str, Mapping[object, int]],
    strides: Mapping[str, int],
) -> "Iterator[tuple[int, int, int]]":
    """Find cells that a condition of a table makes a part of others: the names of part and whole, and of what is between them."""
    for cube, name, own in zip(cubes, names, codes, strict=True):
        for column in sorted({condition.column for condition in cube.request.where}):
            sets = {code: values for values, code in numbers[column].items()}
            part = own[column][0]
            for whole, values in sets.items():
                if part in (0, whole):
                    continue
                rest = _between(sets[part], values, numbers[column])
                if rest is None and whole != 0:
                    continue
                axes = cube.request.variables
                here = np.moveaxis(name, axes.index(column), 0)[0] if column in axes else name
                for at in here.ravel().tolist():
                    yield (
                        at,
                        at + (whole - part) * strides[column],
                        at + (rest - part) * strides[column] if rest is not None and rest >= 0 else -1,
                    )


def _between(part: object, whole: object, numbers: Mapping[object, int]) -> int | None:
    """Give the number of the set of values between two (-1 where no table has it); None where one is not part of the other."""
    if (
        None in numbers
        or not isinstance(part, frozenset)
        or not isinstance(whole, frozenset)
        or not part < whole
    ):
        return None
    return numbers.get(whole - part, -1)


def _assembled(
    cubes: Sequence[Cube],
    places: "list[NDArray[np.int64]]",
    size: int,
    nested: "Sequence[tuple[int, int, int | None]]",
) -> CellSystem:
    counts = np.full(size, -1, dtype=np.int64)
    for cube, place in zip(cubes, places, strict=True):
        before = counts[place]
        if np.any((before >= 0) & (before != cube.counts)):
            raise _differ(cube, before)
        counts[place] = cube.counts
    relations = {
        relation for cube, place in zip(cubes, places, strict=True) for relation in _relations(cube, place)
    }
    differences: dict[int, tuple[int, int]] = {}
    fresh: list[int] = []
    for whole, part, rest in sorted(set(nested), key=str):
        if rest is None:
            rest = size + len(fresh)  # noqa: PLW2901 - a cell of its own
            fresh.append(int(counts[whole] - counts[part]))
            differences[rest] = (whole, part)
        relations.add((whole, tuple(sorted((part, rest)))))
    ordered = sorted(relations)
    parts = [part for _, part in ordered]
    lengths = [len(part) for part in parts]
    printed = np.bincount(np.concatenate([place.ravel() for place in places]), minlength=size + len(fresh))
    widest = [at for at, cube in enumerate(cubes) if not cube.request.where] or range(len(cubes))
    return CellSystem(
        counts=np.concatenate([counts, np.array(fresh, dtype=np.int64)]),
        totals=np.array([total for total, _ in ordered], dtype=np.int64),
        starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        parts=np.array([cell for part in parts for cell in part], dtype=np.int64),
        printed=printed,
        known=np.isin(np.arange(len(printed)), [int(places[at].flat[0]) for at in widest]),
        differences=differences,
    )


def _differ(cube: Cube, before: "NDArray[np.int64]") -> CannotCount:
    at = tuple(int(i) for i in np.argwhere((before >= 0) & (before != cube.counts))[0])
    return CannotCount(
        N_(
            "Two tables count the same in different ways: %(cell)s is %(one)s in one of them and %(other)s in another. "
            "Count all tables anew from the same records."
        ),
        cell=", ".join(
            f"{dimension.column} {dimension.nodes[node].label or 'Total'}"
            for dimension, node in zip(cube.dimensions, at, strict=True)
        ),
        one=int(before[at]),
        other=int(cube.counts[at]),
    )


def _relations(cube: Cube, place: "NDArray[np.int64]") -> Iterator[tuple[int, tuple[int, ...]]]:
    for axis, dimension in enumerate(cube.dimensions):
        moved = np.moveaxis(place, axis, 0)
        for node, parts in dimension.children().items():
            sums = moved[node].ravel()
            lines = np.sort(moved[parts].reshape(len(parts), -1).T, axis=1)
            if len(parts) == 1 and np.array_equal(sums, lines[:, 0]):
                continue  # a group with one part is the same cell
            yield from zip(sums.tolist(), map(tuple, lines.tolist()), strict=True)


def _codes(cubes: Sequence[Cube]) -> tuple[dict[str, dict[object, int]], list[dict[str, list[int]]]]:
    """Number the sets of values of each column: for each table and column the number of each node's set; 0 is all values."""
    domains: dict[str, set[str]] = {}
    for cube in cubes:
        for dimension in cube.dimensions:
            domains.setdefault(dimension.column, set()).update(dimension.nodes[0].values)
    numbers: dict[str, dict[object, int]] = {}
    found: list[dict[str, list[int]]] = []
    for cube in cubes:
        own: dict[str, list[int]] = {}
        for column in sorted({*cube.request.variables, *(c.column for c in cube.request.where)}):
            known = numbers.setdefault(
                column, {frozenset(domains[column]): 0} if column in domains else {None: 0}
            )
            allowed = _allowed(cube, column, domains.get(column))
            if column in cube.request.variables:
                nodes = cube.dimensions[cube.request.variables.index(column)].nodes
                sets: list[object] = [
                    node.values & allowed if isinstance(allowed, frozenset) else node.values for node in nodes
                ]
            else:
                sets = [allowed]
            own[column] = [known.setdefault(values, len(known)) for values in sets]
        found.append(own)
    return numbers, found


def _allowed(cube: Cube, column: str, domain: "set[str] | None") -> object:
    """Give the set of values that a table's conditions leave of a column; where its values are not known, the conditions."""
    conditions = [condition for condition in cube.request.where if condition.column == column]
    if domain is None:
        return frozenset((condition.is_excluding, condition.values) for condition in conditions) or None
    allowed = frozenset(domain)
    for condition in conditions:
        values = frozenset(condition.values)
        allowed = allowed - values if condition.is_excluding else allowed & values
    return allowed
