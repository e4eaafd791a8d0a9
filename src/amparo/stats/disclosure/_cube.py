"""A counted table of any number of dimensions: still secret, nothing in it is protected yet."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amparo.stats.results import Caution
from amparo.vocab.text import N_

from ._dimension import Dimension
from ._hierarchy import Hierarchy
from ._request import CannotCount, TableRequest
from ._table import MAXIMUM_CELLS, Key, check_values

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Cube", "Records", "cube_of", "summed_over"]


@dataclass(frozen=True, slots=True)
class Records:
    """Holds what was counted for a request: how many records have each combination of values of its variables."""

    request: TableRequest
    counted: tuple[tuple[Key, int], ...] = field(repr=False)
    source: str = ""
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True)
class Cube:
    """Holds true counts of every combination of the nodes of its dimensions, totals and groups included; never show it.

    ``counts`` is an array with an axis for each dimension; node 0 of each is its total.
    """

    request: TableRequest
    dimensions: tuple[Dimension, ...]
    counts: "NDArray[np.int64]" = field(repr=False)
    source: str = ""
    cautions: tuple[Caution, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Give the number of nodes of each dimension."""
        return tuple(len(dimension.nodes) for dimension in self.dimensions)


def cube_of(
    records: Records,
    *,
    hierarchies: Mapping[str, Hierarchy] | None = None,
    domains: Mapping[str, Collection[str]] | None = None,
    declared: Mapping[str, Collection[str]] | None = None,
) -> Cube:
    """Build the table with all its totals from what was counted.

    ``domains`` gives the values that a column has in all tables that are released together, ``declared`` those that have a place in this
    one whether they occur or not.
    """
    hierarchies, domains = hierarchies or {}, domains or {}
    request = records.request
    dimensions = []
    for at, column in enumerate(request.variables):
        occurring = {key[at] for key, _ in records.counted} | set((declared or {}).get(column, ()))
        check_values(column, len(occurring))
        dimensions.append(
            Dimension.of(column, occurring, domain=domains.get(column, ()), hierarchy=hierarchies.get(column))
        )
    _check_size(dimensions)
    return Cube(
        request, tuple(dimensions), summed_over(dimensions, records.counted), records.source, records.cautions
    )


def _check_size(dimensions: list[Dimension]) -> None:
    cells = math.prod(len(dimension.nodes) for dimension in dimensions)
    if cells > MAXIMUM_CELLS:
        raise CannotCount(
            N_(
                "The table would have %(size)s = %(cells)s cells with its totals; the most is %(most)s. Nearly all of them "
                "would be empty or hidden. Use fewer columns of the data or broader categories."
            ),
            size=" x ".join(str(len(dimension.nodes)) for dimension in dimensions),
            cells=f"{cells:,}",
            most=f"{MAXIMUM_CELLS:,}",
        )


def summed_over(dimensions: list[Dimension], counted: Iterable[tuple[Key, int]]) -> "NDArray[np.int64]":
    """Sum numbers of combinations of values over all groups and totals."""
    import numpy as np

    counts = np.zeros([len(dimension.nodes) for dimension in dimensions], dtype=np.int64)
    places = [dimension.values() for dimension in dimensions]
    for key, n in counted:
        if n < 0:
            raise CannotCount(
                N_(
                    "A count below zero was given for %(key)s. Counts are whole numbers from zero up; look for a "
                    "correction that was entered as a negative record."
                ),
                key=", ".join(value or "(blank)" for value in key),
            )
        counts[tuple(place[value] for place, value in zip(places, key, strict=True))] += n
    for axis, dimension in enumerate(dimensions):
        moved = np.moveaxis(counts, axis, 0)
        for node, parts in reversed(dimension.children().items()):
            moved[node] = moved[parts].sum(axis=0)
    return counts
