"""Overlaps that may be shown: no small count follows from the others, by an attack that knows nothing of how they were hidden."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from amparo.stats.prevalence import (
    CannotEstimate,
    OverlapTable,
    ProtectedOverlaps,
    PublishedCount,
    Shown,
    protect_overlaps,
    read_overlaps,
)
from tests.shared_data import shared_data


def printed(table: OverlapTable, told: ProtectedOverlaps) -> list[tuple[np.ndarray, PublishedCount]]:
    """Give what stands on the page, each with the cells that a reader knows it to add up."""
    cells = np.arange(1, table.counts.size)
    size = np.array([int(cell).bit_count() for cell in cells])
    place = {name: i for i, name in enumerate(told.lists)}
    listed = {sum(1 << place[name] for name in names): count for names, count in told.histories}
    rows = [((cells == cell).astype(float), count) for cell, count in listed.items()]
    if listed:
        nobody = PublishedCount(0, Shown.SHOWN, "0")
        rows += [((cells == cell).astype(float), nobody) for cell in cells if cell not in listed]
    rows += [((cells >> i & 1).astype(float), count) for i, count in enumerate(told.totals)]
    rows += [
        ((cells >> place[a] & cells >> place[b] & 1).astype(float), count) for (a, b), count in told.pairs
    ]
    rows += [((size == k).astype(float), count) for k, count in enumerate(told.captured, 1)]
    rows.append(((size >= 2).astype(float), told.repeated))
    rows.append((np.ones(cells.size), PublishedCount(told.observed, Shown.SHOWN, "")))
    return rows


def attack(table: OverlapTable, told: ProtectedOverlaps) -> list[tuple[int, int]]:
    """Give, for every count hidden as small, the least and the most that fit with all that is printed."""
    rows = printed(table, told)
    matrix = np.array([row for row, _ in rows])
    low = [
        count.value if count.value is not None else 1 if count.shown is Shown.PRIMARY else told.threshold
        for _, count in rows
    ]
    high = [
        count.value
        if count.value is not None
        else told.threshold - 1
        if count.shown is Shown.PRIMARY
        else np.inf
        for _, count in rows
    ]
    ranges = []
    for row, count in rows:
        if count.shown is not Shown.PRIMARY:
            continue
        ends = [
            milp(
                c=sign * row,
                constraints=LinearConstraint(matrix, low, high),
                integrality=np.ones(row.size),
                bounds=Bounds(0, np.inf),
            )
            for sign in (1, -1)
        ]
        assert all(end.x is not None for end in ends)
        ranges.append((round(ends[0].fun), round(-ends[1].fun)))
    return ranges


@pytest.mark.slow
@pytest.mark.parametrize("name", ["uk5", "neworl5"])
def test_small_overlaps_of_published_tables_cannot_be_worked_out(name: str) -> None:
    table = read_overlaps(shared_data(f"mse/tables/{name}.csv"))
    told = protect_overlaps(table)
    found = attack(table, told)
    assert found
    assert all(low < high for low, high in found)
    assert sum(count.shown is Shown.SHOWN for count in told.totals) >= len(told.lists) - 1
    for _, count in told.histories:
        assert (count.value is None) or count.value >= 5


@given(st.lists(st.sampled_from([0, 0, 1, 1, 2, 3, 4, 5, 7, 12, 60]), min_size=7, max_size=7))
@settings(max_examples=6, deadline=None)  # 40 were run when it was written
@pytest.mark.slow
def test_small_counts_of_any_table_cannot_be_worked_out(counts: list[int]) -> None:
    table = OverlapTable(("A", "B", "C"), np.array([0, *counts]))
    if 0 < table.observed < 5:
        return
    try:
        told = protect_overlaps(table)
    except CannotEstimate:
        return  # nothing is shown
    assert all(low < high for low, high in attack(table, told))
    for (a, b), count in told.pairs:
        if count.value is not None:
            assert count.value == table.on_all_of(sum(1 << "ABC".index(name) for name in (a, b)))
            assert not 0 < count.value < 5


def test_nothing_is_hidden_without_small_counts_or_without_a_threshold() -> None:
    table = OverlapTable.from_cells(("A", "B"), [(("A",), 40), (("B",), 30), (("A", "B"), 10)])
    told = protect_overlaps(table)
    assert [count.text for count in told.totals] == ["50", "40"]
    assert [count.text for _, count in told.histories] == ["40", "30", "10"]
    small = OverlapTable.from_cells(("A", "B"), [(("A",), 40), (("B",), 30), (("A", "B"), 1)])
    assert [count.text for _, count in protect_overlaps(small, 0).histories] == ["40", "30", "1"]


def test_two_lists_with_a_small_overlap_hide_more_than_the_overlap() -> None:
    """41 and 31 on the lists and 71 people in all: their difference would be the overlap."""
    small = OverlapTable.from_cells(("A", "B"), [(("A",), 40), (("B",), 30), (("A", "B"), 1)])
    told = protect_overlaps(small)
    assert told.pairs[0][1].text == "1–4"
    assert [count.text for count in told.totals].count("×") >= 1


def test_thresholds_that_protect_nobody_and_tables_of_few_are_refused() -> None:
    table = OverlapTable.from_cells(("A", "B"), [(("A",), 2), (("B",), 1), (("A", "B"), 1)])
    for threshold in (-1, 1, 2):
        with pytest.raises(CannotEstimate, match="protects nobody"):
            protect_overlaps(table, threshold)
    with pytest.raises(CannotEstimate, match="Fewer than 5 people"):
        protect_overlaps(table)


def test_a_table_of_very_many_combinations_lists_none_of_them() -> None:
    lists = tuple("ABCDEFGH")
    random = np.random.default_rng(1)
    counts = random.poisson(3, 256)
    counts[0] = 0
    told = protect_overlaps(OverlapTable(lists, counts))
    assert told.histories == ()
    assert all(count.value for count in told.totals)
    assert len(told.pairs) == len(list(combinations(lists, 2)))
