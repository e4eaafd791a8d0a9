"""The atoms: the coarsest groups of people of which every cell is a union, and the equations that were let out about them.

Each dimension is split only where some cell draws a boundary; one class stands for all values that no cell names, where the code book
knows of such.
An atom is one class in each dimension, and its number is whole and not negative. A cell tells the sum of its atoms.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from scipy.sparse import csr_array

from ._cells import Cell, Values

__all__ = ["Atoms", "System", "classes_of", "count_classes", "system_of"]

Whole = np.ndarray[tuple[int], np.dtype[np.int64]]
Real = np.ndarray[tuple[int], np.dtype[np.float64]]
Matrix = csr_array


@dataclass(frozen=True, slots=True)
class Atoms:
    """Holds the classes of every dimension: for each value its class.

    Values that nobody names are class ``sizes - 1``, the last, unless the code book says that there are none.
    """

    dimensions: tuple[str, ...]
    classes: Mapping[str, Mapping[str, int]]
    sizes: tuple[int, ...]

    @property
    def count(self) -> int:
        """Count the atoms."""
        return prod(self.sizes)

    def of(self, predicate: Mapping[str, Values]) -> Whole:
        """Give the atoms that a predicate counts."""
        found = np.zeros(1, dtype=np.int64)
        for name, size in zip(self.dimensions, self.sizes, strict=True):
            known = self.classes[name]
            chosen = sorted({known[value] for value in predicate[name]}) if name in predicate else range(size)
            found = (found[:, None] * size + np.array(list(chosen), dtype=np.int64)[None, :]).ravel()
        return found

    def values(self, name: str, number: int) -> Values:
        """Give the values of a class."""
        return frozenset(value for value, at in self.classes[name].items() if at == number)


@dataclass(frozen=True, slots=True)
class System:
    """Holds what readers know: ``low <= matrix @ atoms <= high``, one line a cell, whole numbers from zero up.

    Atoms that no line tells apart are one column; ``column`` gives it for each atom.
    """

    atoms: Atoms
    cells: Sequence[Cell]
    matrix: Matrix
    low: Real
    high: Real
    column: Whole

    def columns_of(self, predicate: Mapping[str, Values]) -> Whole | None:
        """Give the columns that make up a predicate; None where it splits one, so that nothing is told of it."""
        atoms = self.atoms.of(predicate)
        columns, times = np.unique(self.column[atoms], return_counts=True)
        whole = np.bincount(self.column, minlength=self.matrix.shape[1])[columns]
        return columns if bool(np.all(times == whole)) else None


def classes_of(sets: Iterable[Values]) -> dict[str, int]:
    """Give each value the number of its class: values stay together unless a set parts them."""
    member: dict[str, list[int]] = {}
    for at, values in enumerate(dict.fromkeys(sets)):
        for value in values:
            member.setdefault(value, []).append(at)
    numbers: dict[tuple[int, ...], int] = {}
    return {value: numbers.setdefault(tuple(found), len(numbers)) for value, found in sorted(member.items())}


def count_classes(classes: Mapping[str, int], book: Values | None) -> int:
    """Count the classes of a dimension, with one for the values that no cell names, where there may be such."""
    return len(set(classes.values())) + (0 if book and book <= classes.keys() else 1)


def atoms_of(cells: Sequence[Cell], dimensions: Collection[str], book: Mapping[str, Values]) -> Atoms:
    """Split the given dimensions as the cells do."""
    names = tuple(sorted(dimensions))
    classes = {
        name: classes_of(cell.predicate[name] for cell in cells if name in cell.predicate) for name in names
    }
    sizes = tuple(count_classes(classes[name], book.get(name)) for name in names)
    return Atoms(names, classes, sizes)


def system_of(cells: Sequence[Cell], dimensions: Collection[str], book: Mapping[str, Values]) -> System:
    """Write down all that the cells tell about the atoms of the given dimensions."""
    atoms = atoms_of(cells, dimensions, book)
    rows = [atoms.of(cell.predicate) for cell in cells]
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    indices = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    column, first = _merged(indices, indptr, atoms.count)
    keep = np.zeros(atoms.count, dtype=np.bool_)
    keep[first] = True
    data = np.ones(len(indices))
    whole = csr_array((data, indices, indptr), shape=(len(cells), atoms.count))
    low = np.array([cell.low for cell in cells], dtype=np.float64)
    high = np.array([np.inf if cell.high is None else cell.high for cell in cells], dtype=np.float64)
    return System(atoms, cells, csr_array(whole[:, first]), low, high, column)


def _merged(indices: Whole, indptr: Whole, atoms: int) -> tuple[Whole, Whole]:
    """Find atoms that stand in the very same lines: give the column of each atom, and one atom of each column."""
    generator = np.random.Generator(np.random.PCG64(1))  # marks of the lines, no secret: equal in every run
    lines = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    mark = np.zeros((2, atoms), dtype=np.uint64)
    for part in mark:
        weights = generator.integers(1, 2**63, size=len(indptr) - 1, dtype=np.uint64)
        np.add.at(part, indices, weights[lines])
    _, first, column = np.unique(mark, axis=1, return_index=True, return_inverse=True)
    return np.ravel(column).astype(np.int64), first.astype(np.int64)
