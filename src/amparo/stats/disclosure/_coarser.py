"""Propose which neighbouring values to put together so that fewer counts are small."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ._counted import CountedTables
from ._dimension import Dimension

__all__ = ["Coarsening", "coarsenings"]


@dataclass(frozen=True, slots=True)
class Coarsening:
    """Says that two neighbouring values of a column, put together, leave ``fewer`` small cells. It follows from true counts: for reviewers."""

    column: str
    one: str
    other: str
    fewer: int

    def __str__(self) -> str:
        one, other = (value or "(blank)" for value in (self.one, self.other))
        return f"merge {one} with {other} ({self.column}): {self.fewer} small cells fewer"


def coarsenings(counted: CountedTables, threshold: int, *, most: int = 5) -> tuple[Coarsening, ...]:
    """Give the proposals that save most, the best first; values stand beside each other in the order of the table, within their group."""
    saved: dict[tuple[str, str, str], int] = {}
    for cube in counted.cubes:
        for axis, dimension in enumerate(cube.dimensions):
            moved = np.moveaxis(cube.counts, axis, 0)
            for one, other in _neighbours(dimension):
                before = sum(_small(moved[node], threshold) for node in (one, other))
                fewer = before - _small(moved[one] + moved[other], threshold)
                labels = (dimension.nodes[node].label or "" for node in (one, other))
                name = (dimension.column, next(labels), next(labels))
                saved[name] = saved.get(name, 0) + fewer
    ordered = sorted(saved.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Coarsening(*name, fewer) for name, fewer in ordered[:most] if fewer > 0)


def _neighbours(dimension: Dimension) -> Iterator[tuple[int, int]]:
    for parts in dimension.children().values():
        values = [at for at in parts if dimension.nodes[at].is_value and dimension.nodes[at].label]
        yield from pairwise(values)


def _small(counts: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]", threshold: int) -> int:
    return int(np.count_nonzero((counts > 0) & (counts < threshold)))
