"""k-anonymity, l-diversity and t-closeness, measured exactly."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.vocab.text import N_

from ._data import CannotMeasure, Column, MicroData
from ._groups import Blank, Distinct, distinct, labels_of, pooled

__all__ = ["Anonymity", "Diversity", "Weakest", "diversity_of", "measure_anonymity"]

MOST_CELLS: Final = 60_000_000  # groups times values
NEARLY: Final = 0.9
EXAMPLES: Final = 10


@dataclass(frozen=True, slots=True)
class Weakest:
    """Names the combination of values that the fewest records have."""

    records: int
    values: Mapping[str, str]  # an empty text is a blank


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymity:
    """Holds how many records share their values: of all keys, and of any ``m`` of them."""

    k: int
    groups: int
    unique: int
    below: Mapping[int, int]  # records in groups smaller than 2, 3, 5, 10
    m: int
    k_of_m: int
    below_of_m: int  # records with a combination of m keys that fewer than ``least`` have
    least: int
    weakest: Weakest


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversity:
    """Holds what the groups tell of a sensitive column.

    ``l`` is the smallest number of values in a group, ``entropy`` and ``c`` are its finer forms (``c`` is for l = 2; infinite where a
    group has one value), ``t`` the farthest that a group is from the whole file. ``certain`` records are of groups that all have one
    known value, ``nearly`` where nine of ten do; ``items`` counts, for cells with several items, records whose group shares an item.
    """

    column: str
    values: int
    blanks: int
    l: int  # noqa: E741 - its name in all the literature
    entropy: float
    c: float
    t: float
    is_ordered: bool
    certain: int
    nearly: int
    items: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[tuple[Mapping[str, str], str, int], ...] = ()  # a group, what it tells, its records


def measure_anonymity(
    data: MicroData, *, blank: Blank = Blank.VALUE, m: int = 3, least: int = 5
) -> Anonymity:
    """Count how many records are like each record: in all keys, and in any ``m`` of them."""
    if m < 1:
        raise CannotMeasure(N_("m must be 1 or more: how many keys of a person somebody may know."))
    rows = distinct(data.codes)
    sizes = _sizes(rows, tuple(range(len(data.keys))), blank)
    m = min(m, len(data.keys))
    smallest, weakest = data.number + 1, Weakest(data.number, {})
    unsafe = np.zeros(len(rows.sizes), dtype=bool)
    for chosen in combinations(range(len(data.keys)), m):
        counts = _sizes(rows, chosen, blank)
        unsafe |= counts < least
        place = int(np.argmin(counts))
        if counts[place] < smallest:
            smallest = int(counts[place])
            weakest = Weakest(smallest, _values(data.keys, rows.rows[place], chosen))
    return Anonymity(
        k=int(sizes.min()),
        groups=len(rows.sizes),
        unique=int(rows.sizes[sizes == 1].sum()),
        below={limit: int(rows.sizes[sizes < limit].sum()) for limit in (2, 3, 5, 10)},
        m=m,
        k_of_m=smallest,
        below_of_m=int(rows.sizes[unsafe].sum()),
        least=least,
        weakest=weakest,
    )


def _sizes(rows: Distinct, chosen: tuple[int, ...], blank: Blank) -> NDArray[np.int64]:
    """Count for each distinct row the records that are like it in the chosen keys."""
    part = rows.rows[:, chosen]
    labels = labels_of(part)
    counts = np.bincount(labels, weights=rows.sizes.astype(float)).astype(np.int64)
    if blank is Blank.UNKNOWN and (part < 0).any():
        first = np.empty((len(counts), len(chosen)), dtype=np.int32)
        first[labels] = part
        counts = pooled(first, counts[:, None].astype(float))[:, 0].round().astype(np.int64)
    return counts[labels]


def _values(columns: tuple[Column, ...], row: NDArray[np.int32], chosen: tuple[int, ...]) -> dict[str, str]:
    return {columns[j].name: columns[j].values[row[j]] if row[j] >= 0 else "" for j in chosen}


def diversity_of(
    data: MicroData, place: int, *, blank: Blank = Blank.VALUE, ordered: bool = False
) -> Diversity:
    """Measure what groups of the same keys tell of the sensitive column at ``place``."""
    column, told = data.sensitive[place], data.told[:, place]
    rows = distinct(data.codes)
    width = len(column.values) + 1
    if len(rows.sizes) * width > MOST_CELLS:
        raise CannotMeasure(
            N_(
                'Column "%(name)s" has %(values)s values and there are %(groups)s groups: too many to compare. Group its values.'
            ),
            name=column.name,
            values=f"{width - 1:,}",
            groups=f"{len(rows.sizes):,}",
        )
    order = _order(column) if ordered else np.arange(width - 1)
    ranks = np.concatenate([np.argsort(order), [width - 1]])  # blanks stand last
    cells = rows.labels * width + ranks[told]
    table = np.bincount(cells, minlength=len(rows.sizes) * width).reshape(-1, width).astype(float)
    if blank is Blank.UNKNOWN:
        table = pooled(rows.rows, table)
    known = table[:, :-1]
    counted = table if blank is Blank.VALUE else known
    counted = counted[:, counted.any(axis=0)]
    tells = counted.any(axis=1)  # a group of blanks tells nothing, where a blank is no value
    peak = known.max(axis=1, initial=0.0)
    sizes = table.sum(axis=1) if blank is Blank.VALUE else known.sum(axis=1)
    certain = tells & (peak > 0) & (peak == sizes)
    names = [column.values[code] for code in order]
    return Diversity(
        column=column.name,
        values=width - 1,
        blanks=int((told < 0).sum()),
        l=int((counted[tells] > 0).sum(axis=1).min(initial=width)),
        entropy=_entropy(counted[tells]),
        c=_recursive(counted[tells]),
        t=_closeness(
            counted[tells], counted if blank is Blank.VALUE else _whole(told, ranks, width), ordered
        ),
        is_ordered=ordered,
        certain=int(rows.sizes[certain].sum()),
        nearly=int(rows.sizes[tells & (peak >= NEARLY * sizes) & (peak > 0)].sum()),
        items=_shared_items(column, rows.sizes, known, sizes, names),
        examples=tuple(
            (
                _values(data.keys, rows.rows[g], tuple(range(len(data.keys)))),
                names[int(known[g].argmax())],
                int(rows.sizes[g]),
            )
            for g in np.flatnonzero(certain)[np.argsort(-rows.sizes[certain], kind="stable")][:EXAMPLES]
        ),
    )


def _whole(told: NDArray[np.int32], ranks: NDArray[np.int64], width: int) -> NDArray[np.float64]:
    """Count the known values of the whole file, once each record, and not once for each group that it may be in."""
    counts = np.bincount(ranks[told[told >= 0]], minlength=width - 1).astype(float)
    return counts[None, counts > 0]


def _entropy(table: NDArray[np.float64]) -> float:
    """Give the l of entropy l-diversity: e to the smallest entropy of a group."""
    shares = table / table.sum(axis=1, keepdims=True)
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    return math.exp(float(-(shares * logs).sum(axis=1).max()))


def _recursive(table: NDArray[np.float64]) -> float:
    """Give the c above which the file is recursively (c, 2)-diverse: the commonest value against all others of its group."""
    first = table.max(axis=1)
    others = table.sum(axis=1) - first
    return float((first / others).max()) if (others > 0).all() else math.inf


def _closeness(table: NDArray[np.float64], whole: NDArray[np.float64], ordered: bool) -> float:
    """Give the t of t-closeness: how much must be moved, and how far, to make a group like the file (earth mover's distance)."""
    total = whole.sum(axis=0)
    difference = table / table.sum(axis=1, keepdims=True) - total / total.sum()
    if not ordered:
        return float(np.abs(difference).sum(axis=1).max() / 2)
    steps = np.abs(np.cumsum(difference, axis=1)).sum(axis=1)
    return float(steps.max() / max(1, table.shape[1] - 1))


def _order(column: Column) -> NDArray[np.int64]:
    """Put values in the order of the first number in them: 0--8, 9--17, 18--20."""
    numbers = []
    for value in column.values:
        found = re.search(r"-?\d+(?:\.\d+)?", value)
        if found is None:
            raise CannotMeasure(
                N_(
                    'Column "%(name)s" has no order: its value "%(value)s" holds no number. Leave it out of the ordered columns, or '
                    "write a number before each value (1 never, 2 sometimes)."
                ),
                name=column.name,
                value=value,
            )
        numbers.append(float(found.group()))
    return np.argsort(np.asarray(numbers), kind="stable")


def _shared_items(
    column: Column,
    records: NDArray[np.int64],
    known: NDArray[np.float64],
    sizes: NDArray[np.float64],
    names: list[str],
) -> dict[str, int]:
    """Count, for each item of cells with several, the records of groups in which everybody has it."""
    if not column.separator:
        return {}
    parts = [set(name.split(column.separator)) for name in names]
    found = {}
    for item in sorted(set().union(*parts)):
        has = known[:, [item in part for part in parts]].sum(axis=1)
        number = int(records[(has == sizes) & (has > 0)].sum())
        if number:
            found[item] = number
    return found
