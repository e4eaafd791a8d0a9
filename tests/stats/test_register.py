"""The register finds what several releases give away together, shows the subtraction, and lets safe tables through."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from amparo.stats.disclosure.register import (
    Cell,
    Finding,
    FindingKind,
    NotACell,
    ReleaseRules,
    Spent,
    check_release,
)

GENDERS = ("f", "m", "x")
BOOK = {"gender": frozenset(GENDERS)}
YEARS = [str(year) for year in range(2019, 2024)]


def shown(value: int, release: str = "", snapshot: str = "", **predicate: object) -> Cell:
    sets = {name: frozenset(values) for name, values in predicate.items()}  # type: ignore[call-overload]
    return Cell.shown("identified", sets, value, release=release, snapshot=snapshot)


def hidden(release: str = "", *, snapshot: str = "", **predicate: object) -> Cell:
    sets = {name: frozenset(values) for name, values in predicate.items()}  # type: ignore[call-overload]
    return Cell.hidden("identified", sets, low=1, high=9, release=release, snapshot=snapshot)


def found(new: list[Cell], old: list[Cell]) -> list[Finding]:
    return list(check_release(new, old, rules=ReleaseRules(book=BOOK)).findings)


@pytest.mark.parametrize(
    ("new", "old", "said"),
    [
        (
            shown(100, age=["0-14"]),
            shown(104, "R-1", age=["0-14", "15-17"]),
            "age 0-14 or 15-17, 104, less age 0-14, 100, leaves 4 people of age 15-17. R-1 holds the other number.",
        ),
        (
            shown(84, period=YEARS),
            shown(81, "R-1", period=YEARS[:-1]),
            "2019-2023, 84, less 2019-2022, 81, leaves 3 people of 2023. R-1 holds the other number.",
        ),
        (
            shown(73, region=["north", "east"]),
            shown(72, "R-1", region=["north"]),
            "region east or north, 73, less region north, 72, leaves 1 person of region east. R-1 holds the other number.",
        ),
        (
            shown(95, age=["18+"]),
            shown(100, "R-1"),
            "everybody, 100, less age 18+, 95, leaves 5 people of any age but 18+. R-1 holds the other number.",
        ),
    ],
    ids=["nested ages", "cumulative years", "region reform", "total less adults"],
)
def test_a_difference_between_two_releases_is_found_and_shown(new: Cell, old: Cell, said: str) -> None:
    assert said in [str(finding.message) for finding in found([new], [old])]


def test_what_leaves_nobody_or_enough_people_passes() -> None:
    old = [shown(120, "R-1"), shown(60, "R-1", age=["18+"]), shown(100, "R-1", period=YEARS[:-1])]
    new = [shown(110, period=YEARS), shown(60, age=["18+", "17"]), shown(120), shown(60, age=["0-16"])]
    assert found(new, old) == []


def test_the_same_people_with_a_number_that_differs_by_few_are_held_up_and_by_many_not() -> None:
    assert [one.kind for one in found([shown(86, age=["a"])], [shown(84, "R-1", age=["a"])])][:1] == [
        FindingKind.CHANGED
    ]
    assert not [
        one
        for one in found([shown(96, "", "later", age=["a"])], [shown(84, "R-1", "s", age=["a"])])
        if one.holds_up
    ]


def test_two_numbers_of_the_same_people_from_the_same_data_contradict_each_other() -> None:
    kinds = {
        one.kind for one in found([shown(50, snapshot="s", age=["a"])], [shown(80, "R-1", "s", age=["a"])])
    }
    assert kinds == {FindingKind.CONTRADICTED}


def test_what_was_hidden_is_not_shown_later_and_what_was_shown_protects_nobody_when_hidden() -> None:
    assert FindingKind.UNCOVERED in {
        one.kind for one in found([shown(5, gender=["x"])], [hidden("R-1", gender=["x"])])
    }
    assert FindingKind.COVERED in {
        one.kind for one in found([hidden(gender=["x"])], [shown(5, "R-1", gender=["x"])])
    }


def test_a_hidden_number_that_follows_from_three_releases_is_worked_out_before_the_reader_does() -> None:
    old = [shown(60, "R-1"), hidden("R-1", gender=["x"]), shown(42, "R-2", gender=["f", "x"])]
    told = [
        one
        for one in found([shown(36, gender=["f"])], old)
        if one.kind in (FindingKind.DIFFERENCE, FindingKind.WORKED_OUT)
    ]
    assert any("less gender f, 36, leaves 6 people of gender x" in str(one.message) for one in told)


def test_boundaries_that_cross_give_away_a_group_that_nobody_named() -> None:
    old = [shown(22, "R-1", region=["a", "b"]), shown(41, "R-2", region=["b", "c"])]
    told = [str(one.message) for one in found([shown(23, region=["a", "c"])], old)]
    expected = (
        "region a: 23 (region a or c) and 22 (region a or b) less 41 (region b or c), divided by 2, leaves exactly 2, "
        "which nobody may learn. (R-1, R-2)"
    )
    assert told == [expected]


def test_hidden_cells_that_stay_open_pass_beside_earlier_tables() -> None:
    def table(release: str, year: str) -> list[Cell]:
        return [
            shown(60, release, period=[year]),
            shown(44, release, period=[year], gender=["f"]),
            hidden(release, period=[year], gender=["m"]),
            hidden(release, period=[year], gender=["x"]),
        ]

    both = [shown(120, period=["2022", "2023"]), shown(88, period=["2022", "2023"], gender=["f"])]
    assert not [one for one in found([*table("", "2023"), *both], table("R-1", "2022")) if one.holds_up]


def test_what_can_be_worked_out_agrees_with_trying_all_tables() -> None:
    """Hold the answer against every table of small whole numbers that agrees with what was let out."""
    random = np.random.default_rng(3)
    boundaries = [["a"], ["b"], ["c"], ["a", "b"], ["b", "c"], ["a", "c"], ["a", "b", "c"]]
    caught = 0
    for _ in range(12):
        truth = dict(zip("abc", random.integers(1, 6, 3).tolist(), strict=True))
        chosen = [boundaries[i] for i in random.choice(len(boundaries), 3, replace=False)]
        told = [(set(group), sum(truth[one] for one in group)) for group in chosen]
        possible = [
            dict(zip("abc", numbers, strict=True))
            for numbers in product(range(16), repeat=3)
            if all(
                sum(dict(zip("abc", numbers, strict=True))[one] for one in group) == value
                for group, value in told
            )
        ]
        alone = {one for one in "abc" if len({table[one] for table in possible}) == 1}
        named = {next(iter(group)) for group, _ in told if len(group) == 1}
        cells = [shown(value, f"R-{i}", region=group) for i, (group, value) in enumerate(told)]
        new = [shown(told[-1][1], region=told[-1][0])]
        book = ReleaseRules(threshold=10, book={"region": frozenset("abc")})
        said = check_release(new, cells[:-1], rules=book).findings
        if alone - named and not named:
            caught += 1
            assert {one.kind for one in said} & {FindingKind.WORKED_OUT, FindingKind.DIFFERENCE}
    assert caught


def test_a_budget_is_summed_over_releases_and_refused_beyond_its_cap() -> None:
    earlier = [Spent("identified", 0.2, "R-1"), Spent("identified", 0.1, "R-2"), Spent("others", 5.0, "R-3")]
    asked = [Spent("identified", 0.15)]
    over = check_release([], [], spends=asked, spent=earlier, cap=0.4)
    assert [one.kind for one in over.findings] == [FindingKind.BUDGET]
    assert over.findings[0].releases == ("R-1", "R-2")
    assert check_release([], [], spends=asked, spent=earlier, cap=0.45).is_clean


def test_a_table_too_large_to_be_solved_is_held_up_and_says_so() -> None:
    wide = [
        shown(100, **{f"d{i}": [f"v{j}"] for i in range(6)}, e=[str(j)])  # type: ignore[arg-type]
        for j in range(12)
    ]
    assert FindingKind.PARTLY in {one.kind for one in found(wide, [])}


def test_what_was_not_looked_at_because_it_is_too_much_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    new = [hidden(gender=["f"]), hidden(gender=["m"]), shown(60)]
    assert found(new, []) == []
    monkeypatch.setattr("amparo.stats.disclosure.register._together.MOST_TARGETS", 1)
    told = [one for one in found(new, []) if one.kind is FindingKind.PARTLY]
    assert [str(one.message)[:60] for one in told] == [
        "Of 2 hidden numbers and groups of people that arise between "
    ]
    assert told[0].holds_up


def test_a_cell_without_a_value_or_below_zero_is_refused() -> None:
    with pytest.raises(NotACell, match="names the dimension age and no value"):
        shown(3, age=[])
    with pytest.raises(NotACell, match="from zero up"):
        shown(-3)
