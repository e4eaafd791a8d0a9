"""The numbers of earlier releases, laid out so that one new cell is compared with all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ._cells import Cell, Values

__all__ = ["Index"]

ALL = 0  # the number of "nobody is left out" in every dimension
NO_END = np.iinfo(np.int64).max // 4
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]
Whole = np.ndarray[tuple[int], np.dtype[np.int64]]


class Index:
    """Holds distinct cells of one population and statistic; ``releases`` names, for each, where it was let out.

    The same number given again for the same people is one cell here.
    """

    def __init__(self, cells: Iterable[Cell]) -> None:
        distinct: dict[tuple[object, ...], int] = {}
        self.cells: list[Cell] = []
        self.releases: list[dict[str, None]] = []
        for cell in cells:
            key = (cell.whom, cell.low, cell.high, cell.mark, cell.snapshot)
            at = distinct.setdefault(key, len(self.cells))
            if at == len(self.cells):
                self.cells.append(cell)
                self.releases.append({})
            self.releases[at].setdefault(cell.release)
        self.dimensions = sorted({name for cell in self.cells for name in cell.predicate})
        self._sets: dict[str, dict[Values, int]] = {name: {} for name in self.dimensions}
        self._ids = {name: np.zeros(len(self.cells), dtype=np.int32) for name in self.dimensions}
        for at, cell in enumerate(self.cells):
            for name, values in cell.whom:
                known = self._sets[name]
                self._ids[name][at] = known.setdefault(values, len(known) + 1)
        self.low: Whole = np.array([cell.low for cell in self.cells], dtype=np.int64)
        self.high: Whole = np.array(
            [NO_END if cell.high is None else cell.high for cell in self.cells], dtype=np.int64
        )
        self.is_hidden: Flags = np.array([cell.is_hidden for cell in self.cells], dtype=np.bool_)
        self._answers: dict[tuple[str, Values | None], tuple[Flags, Flags]] = {}

    def within(self, cell: Cell) -> tuple[Flags, Flags]:
        """Tell, for every cell held, whether all whom ``cell`` counts are counted in it, and whether the reverse holds."""
        inside = np.ones(len(self.cells), dtype=np.bool_)
        around = np.ones(len(self.cells), dtype=np.bool_)
        for name in self.dimensions:
            holds, held = self._against(name, cell.predicate.get(name))
            inside &= holds
            around &= held
        if any(name not in self._sets for name in cell.predicate):
            around[:] = False  # whom the cell leaves out by a dimension of its own, every other one counts
        return inside, around

    def _against(self, name: str, values: Values | None) -> tuple[Flags, Flags]:
        key = (name, values)
        if key not in self._answers:
            known = self._sets[name]
            holds = np.ones(len(known) + 1, dtype=np.bool_)
            held = np.ones(len(known) + 1, dtype=np.bool_)
            held[ALL] = values is None
            for other, at in known.items():
                holds[at] = values is not None and values <= other
                held[at] = values is None or other <= values
            ids = self._ids[name]
            self._answers[key] = (holds[ids], held[ids])
        return self._answers[key]


def groups(cells: Sequence[Cell]) -> dict[tuple[str, str], list[Cell]]:
    """Sort cells by what may be compared: the same population and the same statistic."""
    found: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        found.setdefault((cell.population, cell.statistic), []).append(cell)
    return found
