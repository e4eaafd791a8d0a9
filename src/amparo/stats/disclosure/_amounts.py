"""Amounts in place of counts: what a column sums to in each cell, who contributes, and how much the largest contribute."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._amounts_read import Contribution, contributions
from ._counted import CountedTables, cubes_of
from ._counting import told_in_groups
from ._cube import Cube, Records, summed_over
from ._hierarchy import Hierarchy
from ._lines import check_declared, check_totals
from ._request import CannotCount, TableRequest
from ._system import system_of

if TYPE_CHECKING:
    from ibis.expr.types import Table
    from numpy.typing import NDArray

__all__ = ["Amounts", "sum_tables"]

_LARGEST = 1 << 60
_MARGIN = 0.1  # how far a total of few contributors must stay open, of the total or of a mean contribution
TOP = 5  # the largest contributions that are known of each cell


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """Says what the numbers of a system are: sums of ``column``, in units of ten to the power of minus ``decimals``.

    ``people``: how many contribute to each cell. ``top``: for each cell its largest contributions, the largest first. ``alone``: the number
    of the contributor who is alone in a cell, or -1; None where contributors are not named.
    """

    column: str
    decimals: int
    people: "NDArray[np.int64]" = field(repr=False)
    top: "NDArray[np.int64]" = field(repr=False)
    alone: "NDArray[np.int64] | None" = field(default=None, repr=False)

    def written(self, value: int) -> str:
        """Write an amount."""
        return f"{value:,}" if not self.decimals else f"{value / 10**self.decimals:,.{self.decimals}f}"

    def few(self, totals: "NDArray[np.int64]", minimum: int) -> "Iterable[tuple[int, int, int]]":
        """Give the cells to which too few contribute, and how far each must stay open: a tenth, of the total or of a mean contribution."""
        mean = int(totals.max(initial=0)) / max(int(self.people.max(initial=0)), 1)
        for cell in np.flatnonzero((self.people > 0) & (self.people < minimum)).tolist():
            way = max(1, int(np.ceil(_MARGIN * max(int(totals[cell]), mean))))
            yield cell, min(way, int(totals[cell])), way


def sum_tables(
    source: "Path | str | Table",
    requests: Sequence[TableRequest],
    amount: str,
    *,
    contributor: str = "",
    hierarchies: Mapping[str, Hierarchy] | None = None,
    declared: Mapping[str, Collection[str]] | None = None,
    name: str = "",
) -> CountedTables:
    """Sum an amount over the records of all tables of a release, as ``count_tables`` counts them.

    Each record is a contribution of somebody else, unless ``contributor`` names the column that says whose it is. Amounts below zero, and
    what is no amount, are refused with their line; records without an amount are left out.
    """
    if len({request.where for request in requests}) > 1:
        raise CannotCount(
            N_(
                "Tables of amounts that are released together must be of the same records: give all of them the same conditions."
            )
        )
    found = [
        contributions(source, request, amount, contributor=contributor, most=TOP) for request in requests
    ]
    decimals = (
        0
        if all(one.total % 100 == 0 and all(n % 100 == 0 for n in one.top) for part in found for one in part)
        else 2
    )
    scale = 1 if decimals else 100
    left_out = Caution(
        "no-amount", Said(N_('Records without an amount in "%(column)s" are left out.'), {"column": amount})
    )
    known_as = name or (Path(source).name if isinstance(source, (str, Path)) else "table")
    records = []
    for request, part in zip(requests, found, strict=True):
        check_totals(source, request, [one.key for one in part])
        totals: dict[tuple[str, ...], int] = {}
        for one in part:
            totals[one.key] = totals.get(one.key, 0) + one.total // scale
        if sum(totals.values()) >= _LARGEST:
            raise CannotCount(
                N_('The amounts of "%(column)s" sum to more than 10^16. Give them in thousands or millions.'),
                column=amount,
            )
        cautions = (left_out, *told_in_groups(request))
        records.append(Records(request, tuple(totals.items()), known_as, cautions))
    check_declared(source, records, declared or {})
    cubes = cubes_of(records, hierarchies=hierarchies, declared=declared)
    system, places = system_of(cubes)
    scaled = [
        [replace(one, total=one.total // scale, top=tuple(n // scale for n in one.top)) for one in part]
        for part in found
    ]
    people, top, alone = _contributors(cubes, places, system.size, scaled, is_named=bool(contributor))
    return CountedTables(
        tuple(cubes), system, tuple(places), amounts=Amounts(amount, decimals, people, top, alone)
    )


def _contributors(
    cubes: Sequence[Cube],
    places: "Sequence[NDArray[np.int64]]",
    size: int,
    found: Sequence[Sequence[Contribution]],
    *,
    is_named: bool,
) -> "tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64] | None]":
    people = np.zeros(size, dtype=np.int64)
    top = np.zeros((size, TOP), dtype=np.int64)
    alone = np.full(size, -1, dtype=np.int64)
    numbers: dict[str, int] = {}
    for cube, place, part in zip(cubes, places, found, strict=True):
        at = [dimension.values() for dimension in cube.dimensions]
        cells: list[int] = []
        who: list[int] = []
        amounts: list[int] = []
        for number, one in enumerate(part):
            nodes = [d.ancestors(known[v]) for d, known, v in zip(cube.dimensions, at, one.key, strict=True)]
            own = [int(place[node]) for node in product(*nodes)]
            for rank, value in enumerate((one.total,) if is_named else one.top):
                cells += own
                who += [numbers.setdefault(one.who, len(numbers)) if is_named else number * TOP + rank] * len(
                    own
                )
                amounts += [value] * len(own)
        pairs, sums = _summed(cells, who, amounts)
        ordered = np.lexsort((-sums, pairs[:, 0]))
        starts = np.searchsorted(pairs[ordered, 0], np.arange(size + 1))
        counted = summed_over(list(cube.dimensions), [(one.key, one.people) for one in part])
        for cell in np.unique(place).tolist():
            mine = ordered[starts[cell] : starts[cell + 1]]
            kept = sums[mine][:TOP]
            top[cell, : len(kept)] = kept
            people[cell] = len(mine)
            alone[cell] = pairs[mine[0], 1] if len(mine) == 1 else -1
        if not is_named:
            people[place] = counted
    return people, top, alone if is_named else None


def _summed(
    cells: list[int], who: list[int], amounts: list[int]
) -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """Sum what each contributor gives to each cell; a group with one part is one cell, in which nobody counts twice."""
    if not cells:
        return np.zeros((0, 2), dtype=np.int64), np.zeros(0, dtype=np.int64)
    rows = np.stack([np.array(cells), np.array(who), np.array(amounts)], axis=1)
    pairs, at = np.unique(rows[:, :2], axis=0, return_inverse=True)
    sums = np.zeros(len(pairs), dtype=np.int64)
    np.add.at(sums, at.ravel(), rows[:, 2])
    return pairs, sums
