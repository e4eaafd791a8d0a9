"""Doubly robust estimation: Lincoln-Petersen without covariates, right where that is wrong, refused without overlap."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.stats.prevalence import CannotEstimate, Learner, Status, doubly_robust, doubly_robust_pairs
from bench.prevalence_doubly_robust import made_up


def lists_of(only_first: int, only_second: int, both: int) -> dict[str, list[int]]:
    return {
        "police": [1] * only_first + [0] * only_second + [1] * both,
        "shelter": [0] * only_first + [1] * only_second + [1] * both,
    }


def random(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(10, 300))
def test_without_covariates_it_is_lincoln_petersen(only_first: int, only_second: int, both: int) -> None:
    estimate = doubly_robust(lists_of(only_first, only_second, both), random=random())
    first, second = only_first + both, only_second + both
    assert estimate.estimate == pytest.approx(first * second / both)
    assert estimate.plain == pytest.approx(first * second / both)
    # The variance of Lincoln-Petersen when everybody is on each list by chance (Sekar and Deming 1949).
    assert estimate.standard_error == pytest.approx(
        np.sqrt(first * second * only_first * only_second / both**3)
    )
    limits = estimate.interval(0.9)
    assert limits is not None
    assert estimate.observed <= limits.low <= estimate.estimate <= limits.high


@pytest.mark.slow
def test_it_is_right_where_lincoln_petersen_is_far_too_low() -> None:
    """Both lists catch the same kinds of people, and the chance bends: 8 populations of 3,000."""
    ratios, plain, held = [], [], 0
    for run in range(8):
        draws = np.random.default_rng([7, run])
        lists, columns = made_up(draws, 3000)
        estimate = doubly_robust(lists, columns, random=draws, repeats=1)
        assert estimate.estimate is not None
        assert estimate.plain is not None
        limits = estimate.interval()
        assert limits is not None
        ratios.append(estimate.estimate / 3000)
        plain.append(estimate.plain / 3000)
        held += limits.low <= 3000 <= limits.high
    assert np.mean(plain) < 0.965
    assert np.mean(ratios) == pytest.approx(1, abs=0.03)
    assert held >= 6


def test_covariates_that_say_nothing_change_little() -> None:
    draws = random(3)
    lists = {name: (draws.random(3000) < chance).astype(int) for name, chance in (("a", 0.4), ("b", 0.3))}
    seen = (lists["a"] + lists["b"]) > 0
    noise = {
        "x": draws.normal(size=int(seen.sum())),
        "sex": np.array(["f", "m"])[draws.integers(0, 2, int(seen.sum()))],
    }
    estimate = doubly_robust(
        {name: column[seen] for name, column in lists.items()}, noise, random=draws, repeats=1
    )
    assert estimate.estimate == pytest.approx(3000, rel=0.08)
    assert estimate.estimate == pytest.approx(estimate.plain, rel=0.04)


def test_the_order_of_the_rows_changes_no_digit() -> None:
    lists, columns = made_up(random(5), 800)
    order = random(6).permutation(len(columns["age"]))
    one = doubly_robust(lists, columns, random=random(9), repeats=2)
    other = doubly_robust(
        {name: column[order] for name, column in lists.items()},
        {name: column[order] for name, column in columns.items()},
        random=random(9),
        repeats=2,
    )
    assert (one.estimate, one.standard_error, one.seed) == (other.estimate, other.standard_error, 9)


def test_a_learner_of_ones_own_is_used() -> None:
    """A function that gives the share of everybody is Lincoln-Petersen but for the folds."""

    def share(known: np.ndarray, answers: np.ndarray, asked: np.ndarray) -> np.ndarray:
        return np.full(asked.shape[0], answers.mean())

    lists = lists_of(120, 90, 60)
    estimate = doubly_robust(lists, {"age": np.arange(270.0)}, random=random(), learner=share)
    assert estimate.learner == "share"
    assert estimate.estimate == pytest.approx(180 * 150 / 60, rel=0.03)
    with pytest.raises(CannotEstimate, match="one probability for each row"):
        doubly_robust(lists, {"age": np.arange(270.0)}, random=random(), learner=lambda *_: np.zeros(3))


def test_nobody_is_judged_by_what_was_learned_from_themselves() -> None:
    """Each fold is asked about people none of whom it learned from, and all are asked about once for each probability."""
    seen: list[np.ndarray] = []

    def learner(known: np.ndarray, answers: np.ndarray, asked: np.ndarray) -> np.ndarray:
        assert not set(known[:, 0]) & set(asked[:, 0])
        assert len(known) + len(asked) == 270
        seen.append(asked[:, 0])
        return np.full(asked.shape[0], answers.mean())

    doubly_robust(
        lists_of(120, 90, 60), {"id": np.arange(270.0)}, random=random(), learner=learner, folds=3, repeats=2
    )
    assert sorted(np.concatenate(seen)) == sorted(np.repeat(np.arange(270.0), 3 * 2))


def test_three_lists_give_three_pairs() -> None:
    draws = random(2)
    caught = (draws.random((2000, 3)) < [0.3, 0.25, 0.35]).astype(int)
    caught = caught[caught.any(axis=1)]
    lists: Mapping[str, list[int]] = {name: caught[:, i].tolist() for i, name in enumerate("abc")}
    found = doubly_robust_pairs(
        lists, {"x": draws.normal(size=len(caught))}, random=draws, learner=Learner.LOGISTIC, repeats=1
    )
    assert [estimate.pair for estimate in found] == [("a", "b"), ("a", "c"), ("b", "c")]
    for estimate in found:
        assert estimate.observed == len(caught)
        assert estimate.estimate == pytest.approx(2000, rel=0.15)
    with pytest.raises(CannotEstimate, match="3 lists. Say which pair".replace(".", r"\.")):
        doubly_robust(lists, random=draws)


@pytest.mark.parametrize(
    ("counts", "code"),
    [((50, 60, 0), "no-overlap"), ((50, 60, 9), "too-few-on-both"), ((50, 0, 30), "everybody-on-one")],
)
def test_lists_that_bear_no_estimate_get_a_reason_instead_of_a_number(
    counts: tuple[int, int, int], code: str
) -> None:
    estimate = doubly_robust(lists_of(*counts), random=random())
    assert estimate.status is Status.REFUSED
    assert estimate.estimate is None
    assert estimate.interval() is None
    assert [warning.code for warning in estimate.warnings] == [code]


def test_kinds_of_people_who_are_never_on_both_lists_are_refused() -> None:
    """Men are only ever on one list or the other: nothing says how many men are on neither."""
    lists = {"police": [1, 0] * 200 + [1, 0, 1] * 30, "shelter": [0, 1] * 200 + [0, 1, 1] * 30}
    columns = {"sex": ["m"] * 400 + ["f"] * 90}
    estimate = doubly_robust(lists, columns, random=random(), learner=Learner.LOGISTIC)
    assert estimate.status is Status.REFUSED
    assert estimate.warnings[0].code == "no-overlap"
    some = doubly_robust(lists, {"sex": ["m"] * 60 + ["f"] * 430}, random=random(), learner=Learner.LOGISTIC)
    assert some.estimate is not None
    assert 0.05 < some.truncated < 0.5
    assert "truncated" in [warning.code for warning in some.warnings]


@pytest.mark.parametrize(
    ("lists", "covariates", "says"),
    [
        ({"a": [1, 1]}, {}, "At least two lists"),
        ({"a": [1, 0], "b": [1]}, {}, "the same people"),
        ({"a": [1, 2], "b": [1, 1]}, {}, r"Row 2 of list a has 2\.0"),
        ({"a": [1, 0], "b": [1, 0]}, {}, "Row 2 is on no list"),
        ({"a": ["x", 1], "b": [1, 0]}, {}, "List a has something else"),
        ({"a": [1, 0], "b": [1, 1]}, {"age": [3, None]}, "Row 2 has no age"),
        ({"a": [1, 0], "b": [1, 1]}, {"age": [3, float("nan")]}, "Row 2 has no age"),
        ({"a": [1, 0], "b": [1, 1]}, {"age": [3]}, "1 values for 2 people"),
        ({"a": [1] * 30, "b": [1] * 30}, {"town": [str(i) for i in range(30)]}, "30 different words"),
    ],
)
def test_wrong_data_are_refused_with_the_row(lists: dict, covariates: dict, says: str) -> None:
    with pytest.raises(CannotEstimate, match=says):
        doubly_robust(lists, covariates, random=random())
