"""Rounding: additive, near the truth, and nothing follows from it exactly."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.stats.disclosure import Method, PublishedCell, Status, Threshold, protect
from tests.factories.tables import grids, line_of, table_of
from tests.stats.attack import Limits, exposed, possible_counts


def round_bounds(base: int, *, exists: bool) -> Limits:
    def bounds(cell: PublishedCell) -> tuple[float, float]:
        assert cell.value is not None
        least = 1 if exists and (cell.row is None or cell.column is None) else 0
        return max(least, cell.value - base + 1), cell.value + base - 1

    return bounds


@given(grids(largest=9), st.sampled_from([3, 5, 10, 11]))
def test_rounded_tables_add_up_and_stay_near(grid: list[list[int]], base: int) -> None:
    counted = table_of(grid)
    table = protect(counted, rules=[Threshold(base)], method=Method.ROUND)
    for value, count, status in zip(table.values, counted.counts, table.statuses, strict=True):
        assert value is not None
        assert value % base == 0
        assert abs(value - count) < base
        assert status is (Status.SHOWN if value else Status.ZERO)
        assert count % base or value == count
    for total, parts in counted.lines():
        assert table.values[total] == sum(table.values[part] or 0 for part in parts)


@settings(max_examples=25)
@given(grids(largest=4))
def test_linear_programming_finds_no_count_behind_a_rounded_table(grid: list[list[int]]) -> None:
    counted = table_of(grid)
    table = protect(counted, method=Method.ROUND)
    totals = [count for cell, count in enumerate(counted.counts) if counted.is_total(cell)]
    found = possible_counts(table.cells(), round_bounds(5, exists=all(totals)), known=lambda _: False)
    assert exposed(found) == []


@given(st.lists(st.integers(0, 9), max_size=30))
def test_a_table_with_rows_only_can_be_rounded(counts: list[int]) -> None:
    table = protect(line_of(counts), method=Method.ROUND)
    assert table.values[-1] == sum(value or 0 for value in table.values[:-1])


def test_rounding_each_count_by_itself_would_give_them_away() -> None:
    """Fails for the naive method: four cells of 2 go to 0, their total of 8 goes to 10."""
    counted = line_of([2, 2, 2, 2])
    naive = [
        PublishedCell(row, column, (count + 2) // 5 * 5, Status.SHOWN)
        for (row, column), count in zip(counted.keys(), counted.counts, strict=True)
    ]

    def nearest(cell: PublishedCell) -> tuple[float, float]:
        assert cell.value is not None
        return max(0, cell.value - 2), cell.value + 2

    assert len(exposed(possible_counts(naive, nearest, known=lambda _: False))) == 5
    table = protect(counted, method=Method.ROUND)
    assert exposed(possible_counts(table.cells(), round_bounds(5, exists=True), known=lambda _: False)) == []
    assert sum(value or 0 for value in table.values[:-1]) == table.values[-1]


def test_multiples_of_the_base_are_left_alone() -> None:
    counted = table_of([[10, 0, 25], [5, 5, 100]])
    assert protect(counted, method=Method.ROUND).values == counted.counts


def test_a_total_of_nothing_does_not_betray_that_each_row_counts_one() -> None:
    """Two rows are listed, so each counts somebody; a total shown as 0 with base 3 would make it one each."""
    counted = table_of([[1, 0], [0, 1]])
    table = protect(counted, rules=[Threshold(3)], method=Method.ROUND)
    found = possible_counts(table.cells(), round_bounds(3, exists=True), known=lambda _: False)
    assert exposed(found) == []
