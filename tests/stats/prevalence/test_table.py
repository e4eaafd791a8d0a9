"""Overlap tables: what they hold, and what they refuse."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.stats.prevalence import CannotEstimate, OverlapTable, check_bearing, describe
from tests.shared_data import shared_data

CELLS = [(("A",), 40), (("B",), 30), (("C",), 20), (("A", "B"), 6), (("A", "B", "C"), 2)]
TABLE = OverlapTable.from_cells(("A", "B", "C"), CELLS)


def tables(lists: int = 4) -> st.SearchStrategy[OverlapTable]:
    counts = st.lists(st.integers(0, 60), min_size=(1 << lists) - 1, max_size=(1 << lists) - 1)
    names = tuple("ABCDEFGHIJ"[:lists])
    return counts.map(lambda some: OverlapTable(names, np.array([0, *some])))


def test_omitted_list_takes_its_own_people_along() -> None:
    without = TABLE.omit("C")
    assert (without.lists, without.counts.tolist()) == (("A", "B"), [0, 40, 30, 8])
    assert TABLE.observed - without.observed == 20


def test_merged_lists_stand_as_one() -> None:
    merged = TABLE.merge("A", "C")
    assert (merged.lists, merged.counts.tolist()) == (("A+C", "B"), [0, 60, 30, 8])
    assert TABLE.merge("C", "B", into="both").lists == ("A", "both")


def test_condition_on_a_list_hides_a_known_number() -> None:
    inside = TABLE.given("B")
    assert (inside.lists, inside.counts.tolist()) == (("A", "C"), [0, 6, 0, 2])
    assert TABLE.totals()[1] == 38


@given(tables())
@settings(max_examples=25, deadline=None)
def test_omitting_and_merging_agree_with_counting_people_one_by_one(table: OverlapTable) -> None:
    people = [set(names) for names, count in table.cells() for _ in range(count)]
    for one, other in itertools.combinations(table.lists, 2):
        merged = table.merge(one, other)
        assert merged.observed == table.observed
        assert merged.totals()[merged.lists.index(f"{one}+{other}")] == sum(
            bool(person & {one, other}) for person in people
        )
        omitted = table.omit(one)
        assert omitted.observed == sum(bool(person - {one}) for person in people)
        assert table.given(one).observed == sum(one in person and len(person) > 1 for person in people)


@pytest.mark.parametrize(
    ("lists", "counts", "words"),
    [
        (("A",), [0, 4], "One list cannot tell"),
        (tuple("ABCDEFGHIJKL"), [0], r"12 lists were given, and 10 can be used at most\. Merge"),
        (("A", "A"), [0, 1, 1, 1], "name of its own"),
        (("A", ""), [0, 1, 1, 1], "name of its own"),
        (("A", "B"), [0, 1, 1], "need 4 counts, and 3"),
        (("A", "B"), [0, -1, 4, 4], "below zero"),
        (("A", "B"), [0, 1.5, 4, 4], "fraction"),
        (("A", "B"), [0, float("nan"), 4, 4], "missing"),
        (("A", "B"), [0, float("inf"), 4, 4], "no end"),
        (("A", "B"), ["x", "y", "1", "2"], "not a number"),
        (("A", "B"), [7, 1, 4, 4], "7 people are counted as on no list"),
    ],
)
def test_counts_that_are_none_are_refused(lists: tuple[str, ...], counts: list[object], words: str) -> None:
    with pytest.raises(CannotEstimate, match=words):
        OverlapTable(lists, np.array(counts))  # type: ignore[arg-type]


def test_unknown_lists_are_refused_by_name() -> None:
    for ask in (lambda: TABLE.omit("D"), lambda: TABLE.merge("A", "D"), lambda: TABLE.given("D")):
        with pytest.raises(CannotEstimate, match=r'no list "D"\. The lists are: A, B, C'):
            ask()
    with pytest.raises(CannotEstimate, match="at least two lists to merge"):
        TABLE.merge("A", "A")
    with pytest.raises(CannotEstimate, match='no list "X"'):
        OverlapTable.from_cells(("A", "B"), [(("X",), 1)])


def test_counts_cannot_be_changed_after_the_fact() -> None:
    with pytest.raises(ValueError, match="read-only"):
        TABLE.counts[1] = 3


def test_fingerprint_is_that_of_lists_and_counts() -> None:
    again = OverlapTable.from_cells(("A", "B", "C"), list(reversed(CELLS)))
    assert again.fingerprint() == TABLE.fingerprint()
    assert OverlapTable(("A", "B", "D"), TABLE.counts).fingerprint() != TABLE.fingerprint()


# --- description ---


def test_description_counts_overlaps_of_each_order() -> None:
    told = describe(TABLE)
    assert (told.observed, told.totals, told.captured) == (98, (48, 38, 22), (0, 90, 6, 2))
    assert (told.singles, told.doubles, told.repeated) == (90, 6, 8)
    assert [(o.lists, o.people) for o in told.of_order(2)] == [
        (("A", "B"), 8),
        (("A", "C"), 2),
        (("B", "C"), 2),
    ]
    assert [(o.lists, o.people) for o in told.of_order(3)] == [(("A", "B", "C"), 2)]
    assert told.empty_pairs == ()


@pytest.mark.parametrize(
    ("name", "observed", "empty", "repeated"),
    [("uk5", 2744, 1, 221), ("neworl5", 185, 3, 12), ("western5", 345, 2, 23), ("australia4", 414, 0, 69)],
)
def test_description_of_published_tables(name: str, observed: int, empty: int, repeated: int) -> None:
    from amparo.stats.prevalence import read_overlaps

    told = describe(read_overlaps(shared_data(f"mse/tables/{name}.csv")))
    assert (told.observed, len(told.empty_pairs), told.repeated) == (observed, empty, repeated)
    codes = {caution.code for caution in told.warnings}
    assert ("empty-pairs" in codes) == (empty > 0)
    assert ("few-on-two-lists" in codes) == (repeated < 30)


def warned(cells: list[tuple[tuple[str, ...], int]], lists: tuple[str, ...] = ("A", "B", "C")) -> set[str]:
    return {caution.code for caution in describe(OverlapTable.from_cells(lists, cells)).warnings}


def test_warnings_before_any_estimate() -> None:
    assert "few-on-two-lists" in warned(CELLS)
    enough: list[tuple[tuple[str, ...], int]] = [
        (("A",), 9),
        (("A", "B"), 20),
        (("B", "C"), 12),
        (("A", "C"), 1),
    ]
    assert warned(enough) == set()
    assert "list-without-overlap" in warned([(("A", "B"), 40), (("A",), 4), (("B",), 3), (("C",), 9)])
    assert "empty-list" in warned([(("A", "B"), 40), (("A",), 4), (("B",), 3)])
    assert "two-lists" in warned([(("A", "B"), 40), (("A",), 4), (("B",), 3)], ("A", "B"))


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([], "Nobody is on any list"),
        ([(("A",), 5)], 'Only the list "A" has people'),
        ([(("A",), 5), (("B",), 5), (("C",), 5)], "Nobody is on two lists"),
        ([(("A",), 5), (("A", "B"), 5), (("A", "C"), 5)], 'Everybody is on the list "A" \\(15 people\\)'),
    ],
)
def test_tables_from_which_nothing_follows_are_refused(
    cells: list[tuple[tuple[str, ...], int]], words: str
) -> None:
    table = OverlapTable.from_cells(("A", "B", "C"), cells)
    with pytest.raises(CannotEstimate, match=words):
        check_bearing(table)
    assert [caution.code for caution in describe(table).warnings] == ["cannot-bear"]
