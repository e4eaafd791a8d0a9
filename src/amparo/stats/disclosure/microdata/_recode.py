"""Ways to tell a column in groups: each level of a hierarchy, for the whole column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.disclosure._hierarchy import Hierarchy
from amparo.vocab.text import N_

from ._data import CannotMeasure, Codes, Column, MicroData

__all__ = ["Recoding", "recodings"]

MOST_WAYS: Final = 150


@dataclass(frozen=True, slots=True)
class Recoding:
    """Holds the keys as told at some level of each hierarchy, and for each cell the share of what it said that is lost.

    ``levels`` counts from the top: 1 tells the widest groups only. A group of g of the G values of its column loses (g - 1) / (G - 1).
    """

    levels: Mapping[str, int]
    columns: tuple[Column, ...]
    codes: Codes
    lost: NDArray[np.float64]  # of each cell


def recodings(data: MicroData, hierarchies: Mapping[str, Hierarchy]) -> Iterator[Recoding]:
    """Give every way to tell the file at the levels of its hierarchies; as it is, first."""
    ways = []
    for j, column in enumerate(data.keys):
        if column.name not in hierarchies:
            ways.append([(0, column, data.codes[:, j], np.zeros(data.number))])
            continue
        hierarchies[column.name].check_against(column.values)
        ways.append(list(_levels(column, data.codes[:, j], hierarchies[column.name])))
    number = int(np.prod([len(one) for one in ways]))
    if number > MOST_WAYS:
        raise CannotMeasure(
            N_(
                "The hierarchies can be combined in %(number)s ways; at most %(most)s are looked at. Take levels out, or give "
                "fewer columns a hierarchy."
            ),
            number=number,
            most=MOST_WAYS,
        )
    for chosen in product(*ways):
        yield Recoding(
            {column.name: level for level, column, _, _ in chosen if column.name in hierarchies},
            tuple(column for _, column, _, _ in chosen),
            np.column_stack([codes for _, _, codes, _ in chosen]).astype(np.int32),
            np.column_stack([lost for _, _, _, lost in chosen]),
        )


def _levels(
    column: Column, codes: Codes, hierarchy: Hierarchy
) -> Iterator[tuple[int, Column, Codes, NDArray[np.float64]]]:
    paths = [hierarchy.path(value) for value in column.values]
    groups = set(hierarchy.parent.values())
    leaves = [code for code in hierarchy.parent if code not in groups]
    seen: set[tuple[str, ...]] = set()
    for level in range(max(len(path) for path in paths), 0, -1):
        told = tuple(path[min(level, len(path)) - 1] for path in paths)
        if told in seen:
            continue
        seen.add(told)
        values = tuple(sorted(set(told)))
        size = {value: sum(value in hierarchy.path(leaf) for leaf in leaves) for value in values}
        lost = [(size[text] - 1) / max(1, len(leaves) - 1) for text in told]
        look_up = np.array([values.index(text) for text in told] + [-1], dtype=np.int32)
        share = np.array([*lost, 0.0])
        yield level, Column(column.name, values, column.separator), look_up[codes], share[codes]
