"""Suppression: no attacker finds a hidden count, and no more is hidden than that needs."""

from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.stats.disclosure import (
    Cell,
    CountTable,
    NotCleared,
    ProtectedTable,
    PublishedCell,
    Status,
    Threshold,
    protect,
)
from amparo.stats.results import Interval
from tests.factories.tables import grids, line_of, table_of
from tests.stats.attack import exposed, possible_counts


def is_shown(cell: PublishedCell) -> bool:
    return cell.value is not None


def attack(table: ProtectedTable, counted: CountTable, *, knows_marks: bool) -> list[PublishedCell]:
    small = Threshold(table.threshold)
    true = {(cell.row, cell.column): count for cell, count in zip(table.cells(), counted.counts, strict=True)}
    withheld = any(
        cell.status is Status.SECONDARY
        and small.forbids(Cell(cell.row, cell.column, true[cell.row, cell.column]))
        for cell in table.cells()
    )

    def bounds(cell: PublishedCell) -> tuple[float, float | None]:
        if not knows_marks:
            return 0, None
        if cell.status is Status.PRIMARY:
            return 1, table.threshold - 1
        return (1 if withheld else table.threshold), None

    return exposed(possible_counts(table.cells(), bounds, known=is_shown))


@settings(max_examples=40)
@given(grids(), st.sampled_from([3, 5, 11]), st.booleans())
def test_linear_programming_finds_no_hidden_count(
    grid: list[list[int]], threshold: int, knows_marks: bool
) -> None:
    counted = table_of(grid)
    protected = protect(counted, rules=[Threshold(threshold)])
    assert attack(protected, counted, knows_marks=knows_marks) == []


@settings(max_examples=15)
@given(st.lists(st.integers(0, 8), max_size=8))
def test_a_table_with_rows_only_is_protected_too(counts: list[int]) -> None:
    counted = line_of(counts)
    assert attack(protect(counted), counted, knows_marks=True) == []


@given(grids(largest=8), st.sampled_from([3, 5, 11]))
def test_every_small_count_is_hidden_and_every_shown_one_is_true(
    grid: list[list[int]], threshold: int
) -> None:
    counted = table_of(grid)
    protected = protect(counted, rules=[Threshold(threshold)])
    for cell, count in zip(protected.cells(), counted.counts, strict=True):
        if 0 < count < threshold:
            assert cell.value is None
            assert cell.status in (Status.PRIMARY, Status.SECONDARY)
            assert cell.reason
        elif count == 0:
            assert (cell.value, cell.status) == (0, Status.ZERO)
        else:
            assert (cell.value, cell.status) in ((count, Status.SHOWN), (None, Status.SECONDARY))


@given(grids(largest=8))
def test_proved_intervals_hold_the_truth_and_stay_within_what_the_mark_tells(grid: list[list[int]]) -> None:
    counted = table_of(grid)
    protected = protect(counted)
    for cell, interval in protected.audit.intervals.items():
        assert counted.counts[cell] in interval
        assert interval.high is not None
        assert interval.low < interval.high
        if protected.statuses[cell] is Status.PRIMARY:
            assert interval.low in Interval(1, 4)
            assert interval.high in Interval(1, 4)


@given(grids(largest=6))
def test_a_higher_threshold_never_shows_a_count_that_a_lower_one_forbids(grid: list[list[int]]) -> None:
    counted = table_of(grid)
    hidden = [
        {cell for cell, count in enumerate(counted.counts) if 0 < count < t and table.values[cell] is None}
        for t, table in ((t, protect(counted, rules=[Threshold(t)])) for t in (3, 5, 8))
    ]
    assert hidden[0] <= hidden[1] <= hidden[2]


@given(st.lists(st.lists(st.sampled_from([0, 5, 6, 40]), min_size=4, max_size=4), min_size=1, max_size=6))
def test_nothing_is_hidden_where_nothing_is_small(grid: list[list[int]]) -> None:
    counted = table_of(grid)
    protected = protect(counted)
    assert protected.values == counted.counts
    assert protected.audit.hidden == 0


@given(grids())
def test_the_same_table_is_always_protected_in_the_same_way(grid: list[list[int]]) -> None:
    assert protect(table_of(grid)).statuses == protect(table_of(grid)).statuses


def test_hiding_small_counts_alone_would_give_them_away() -> None:
    """Fails for the naive method: the attack of these tests must find what it is there to find."""
    counted = table_of([[20, 3, 14], [30, 40, 22], [7, 9, 50]])
    naive = [
        PublishedCell(row, column, None if 0 < count < 5 else count, Status.SHOWN)
        for (row, column), count in zip(counted.keys(), counted.counts, strict=True)
    ]
    found = possible_counts(naive, lambda _: (0, None), known=is_shown)
    assert [(cell.row, cell.column) for cell in exposed(found)] == [(("r0",), ("c1",))]
    assert attack(protect(counted), counted, knows_marks=False) == []


def test_the_full_range_of_the_mark_stays_possible_where_cells_allow_it() -> None:
    protected = protect(table_of([[20, 3, 14], [30, 40, 22], [7, 9, 50]]))
    at = protected.values.index(None, 0)
    small = [cell for cell, status in enumerate(protected.statuses) if status is Status.PRIMARY]
    assert [protected.audit.intervals[cell] for cell in small] == [Interval(1, 4)]
    assert protected.audit.hidden == 4, "a square of four cells is enough"
    assert at == 0


def test_zeros_and_totals_are_not_hidden_where_other_cells_will_do() -> None:
    protected = protect(table_of([[2, 0, 14], [30, 0, 22], [7, 90, 50]]))
    hidden = [cell for cell, value in enumerate(protected.values) if value is None]
    assert len(hidden) == 4
    assert not any(cell % 4 == 3 or cell >= 12 or protected.values[cell] == 0 for cell in hidden)


def test_marks_that_would_give_a_row_away_are_withheld() -> None:
    """A row of four ones under a total that is "below five" could only be four ones."""
    counted = table_of([[1, 1, 1, 1], [30, 40, 22, 8], [7, 9, 50, 7]])
    protected = protect(counted)
    assert protected.statuses[4] is Status.SECONDARY
    assert attack(protected, counted, knows_marks=True) == []


def test_a_long_list_of_ones_keeps_its_marks_and_hides_its_total() -> None:
    protected = protect(line_of([1] * 120))
    assert protected.statuses == (*[Status.PRIMARY] * 120, Status.SECONDARY)


def test_no_table_is_made_without_a_proof() -> None:
    counted = table_of([[20, 3, 14], [30, 40, 22], [7, 9, 50]])
    cleared = protect(counted)
    fields = {field.name: getattr(cleared, field.name) for field in dataclasses.fields(cleared) if field.init}
    told = {
        cell: Interval(1, 4) if cell == 1 else Interval(5)
        for cell, value in enumerate(cleared.values)
        if value is None
    }
    with pytest.raises(NotCleared, match="4 of 4 hidden cells could be worked out"):
        ProtectedTable(**fields, counted=counted, told=told, proofs=())
    with pytest.raises(NotCleared, match="does not add up"):
        ProtectedTable(**fields, counted=counted, told=told, proofs=[{0: 1, 1: -1}])
    with pytest.raises(NotCleared, match="reader can see"):
        ProtectedTable(**fields, counted=counted, told=told, proofs=[{4: 1, 5: -1, 8: -1, 9: 1}])
    shown = {**fields, "values": counted.counts, "statuses": (Status.SHOWN,) * 16}
    with pytest.raises(NotCleared, match="a rule forbids"):
        ProtectedTable(**shown, counted=counted, told={}, proofs=())


def test_a_real_size_is_protected() -> None:
    """A table of 58 countries by 44 citizenships, most of its cells small."""
    rng = random.Random(7)
    size = [[rng.lognormvariate(0, 1.3) for _ in range(n)] for n in (58, 44)]
    grid = [[int(4 * a * b * rng.random()) for b in size[1]] for a in size[0]]
    protected = protect(table_of(grid))
    statuses = list(protected.statuses)
    assert statuses.count(Status.PRIMARY) > 400
    assert statuses.count(Status.SECONDARY) < 0.1 * statuses.count(Status.PRIMARY)
    assert "sparse" in {caution.code for caution in protected.cautions}


class OnePerson:
    """Forbids chosen cells whatever they count, as a rule on the persons or offices behind a count does."""

    told = Interval(1)
    words = "the work of one person"

    def __init__(self, *columns: str) -> None:
        self.columns = columns

    def forbids(self, cell: Cell) -> bool:
        return cell.row == ("r0",) and cell.column is not None and cell.column[0] in self.columns


@settings(max_examples=25)
@given(grids(largest=4))
def test_a_rule_that_hides_large_counts_combines_with_the_threshold(grid: list[list[int]]) -> None:
    counted = table_of(grid)
    protected = protect(counted, rules=[Threshold(5), OnePerson("c0", "c1")])
    cells = {(cell.row, cell.column): cell for cell in protected.cells()}
    assert cells[("r0",), ("c0",)].value in (None, 0)
    for bounds in (lambda _: (0, None), lambda cell: (5 if cell.status is Status.SECONDARY else 1, None)):
        small = {cell for cell, n in zip(protected.cells(), counted.counts, strict=True) if 0 < n < 5}
        if any(cell.status is Status.SECONDARY for cell in small):
            continue
        assert exposed(possible_counts(protected.cells(), bounds, known=is_shown)) == []
