"""Chao's bounds and pairs of lists: equal to the reference, and never a number that does not exist."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from amparo.stats.prevalence import (
    CannotEstimate,
    Estimate,
    OverlapTable,
    Status,
    chao_bound,
    pair_estimates,
    per_list_bound,
    read_overlaps,
)
from tests.shared_data import shared_data

PUBLISHED = ("uk5", "uk4", "australia4", "hav3", "korea3", "neworl5", "western5", "artificial3")


def published(name: str) -> tuple[OverlapTable, dict[str, Any]]:
    reference = json.loads(shared_data(f"mse/reference/rcapture_{name}.json").read_text())
    return read_overlaps(shared_data(f"mse/tables/{name}.csv")), reference


@pytest.mark.parametrize("name", PUBLISHED)
def test_chao_bounds_are_those_of_rcapture(name: str) -> None:
    table, reference = published(name)
    told = reference["chao"]
    for key, corrected, few in (
        ("Chao1987", False, False),
        ("Chao_bc", True, False),
        ("Chao_sized_m", False, True),
        ("Chao_sized_m_bc", True, True),
    ):
        bound = chao_bound(table, is_bias_corrected=corrected, has_few_lists=few)
        assert bound.estimate == pytest.approx(told[key], rel=1e-12)
    assert (bound.singles, bound.doubles) == (told["f"]["1"], told["f"]["2"])


@pytest.mark.parametrize("name", PUBLISHED)
def test_per_list_bounds_are_those_of_rcapture(name: str) -> None:
    table, reference = published(name)
    row = next(row for row in reference["closedp_t"]["results"] if row["_row"] == "Mth Chao (LB)")
    bound = per_list_bound(table)
    assert bound.estimate == pytest.approx(row["abundance"], rel=1e-6)
    assert bound.variance == pytest.approx(row["stderr"] ** 2, rel=1e-4)  # R stops earlier
    assert (bound.deviance, bound.freedom) == (pytest.approx(row["deviance"], rel=1e-8), row["df"])
    assert all(gamma >= 0 for gamma in bound.heterogeneity)


def test_floor_of_unequal_lists_lies_below_chaos_bound_and_says_so() -> None:
    """Two independent lists of unequal size: the floor is the truth, and Chao's bound is far above it."""
    table = OverlapTable.from_cells(("A", "B"), [(("A",), 72), (("B",), 720), (("A", "B"), 80)])
    assert per_list_bound(table).estimate == pytest.approx(1520.0)
    bound = chao_bound(table)
    assert bound.estimate is not None
    assert bound.estimate > 4000
    assert "1,520" in str(bound.warnings[0].message)


@pytest.mark.parametrize("estimator", [chao_bound, per_list_bound])
def test_intervals_hold_the_bound_and_never_fall_below_the_observed(
    estimator: Callable[[OverlapTable], Estimate],
) -> None:
    table, _ = published("neworl5")
    found = estimator(table)
    narrow, wide = found.interval(0.8), found.interval(0.95)
    assert narrow is not None
    assert wide is not None
    assert found.estimate is not None
    assert table.observed < wide.low < narrow.low < found.estimate < narrow.high < wide.high
    with pytest.raises(CannotEstimate, match="between 0 and 1"):
        found.interval(95)


def test_chao_interval_by_hand() -> None:
    """n = 98, f1 = 90, f2 = 6: variance f2 (r^2/2 + r^3 + r^4/4) with r = 15, dark figure 675."""
    table = OverlapTable.from_cells(
        ("A", "B", "C"),
        [
            (("A",), 90),
            (("A", "B"), 6),
            (("A", "B", "C"), 2),
        ],
    )
    with pytest.raises(CannotEstimate, match="Everybody"):
        chao_bound(table)
    table = OverlapTable.from_cells(
        ("A", "B", "C"), [(("A",), 40), (("B",), 30), (("C",), 20), (("A", "B"), 6), (("A", "B", "C"), 2)]
    )
    bound = chao_bound(table, is_bias_corrected=False)
    assert bound.variance == pytest.approx(6 * (112.5 + 3375 + 12656.25))
    limits = bound.interval(0.95)
    factor = np.exp(1.959963985 * np.sqrt(np.log1p(6 * 16143.75 / 675**2)))
    assert limits is not None
    assert (limits.low, limits.high) == (pytest.approx(98 + 675 / factor), pytest.approx(98 + 675 * factor))


def test_pairs_are_chapmans_with_sadinles_interval() -> None:
    table = OverlapTable.from_cells(
        ("A", "B", "C"), [(("A",), 40), (("B",), 30), (("C",), 20), (("A", "B"), 10)]
    )
    pairs = pair_estimates(table)
    assert [pair.lists for pair in pairs] == [("A", "B"), ("A", "C"), ("B", "C")]
    first = pairs[0]
    assert first.estimate == pytest.approx(51 * 41 / 11 - 1)
    assert (first.lincoln_petersen, first.observed, first.shared) == (200.0, 80, 10)
    limits = first.interval(0.95)
    spread = np.sqrt(1 / 10.5 + 1 / 40.5 + 1 / 30.5 + 10.5 / (40.5 * 30.5))
    assert limits is not None
    assert limits.low == pytest.approx(79.5 + 40.5 * 30.5 / 10.5 * np.exp(-1.959963985 * spread))
    for other in pairs[1:]:
        assert (other.estimate, other.status, other.interval()) == (None, Status.NO_MAXIMUM, None)
        assert "share nobody" in str(other.warnings[0].message)


@pytest.mark.slow
def test_interval_of_a_pair_keeps_its_level() -> None:
    """Two independent lists of a population of 300: about 95 of 100 intervals of 95 % hold it."""
    random = np.random.default_rng(5)
    held = 0
    for _ in range(300):
        both, first, second = random.multinomial(300, [0.06, 0.24, 0.14, 0.56])[:3]
        table = OverlapTable.from_cells(
            ("A", "B"), [(("A",), int(first)), (("B",), int(second)), (("A", "B"), int(both))]
        )
        limits = pair_estimates(table)[0].interval()
        assert limits is not None
        held += limits.low <= 300 <= limits.high
    assert 276 <= held <= 299


def test_no_floor_without_overlap() -> None:
    table = OverlapTable.from_cells(("A", "B", "C"), [(("A",), 40), (("B",), 30), (("C",), 20)])
    for estimator in (chao_bound, per_list_bound):
        with pytest.raises(CannotEstimate, match="Nobody is on two lists"):
            estimator(table)


def test_no_number_where_a_bound_does_not_exist() -> None:
    """Nobody is on exactly two lists: the classical bound divides by zero, and that of each list grows without end."""
    table = OverlapTable.from_cells(
        ("A", "B", "C"), [(("A",), 9), (("B",), 8), (("C",), 7), (("A", "B", "C"), 5)]
    )
    classical = chao_bound(table, is_bias_corrected=False)
    assert (classical.estimate, classical.status, classical.interval()) == (None, Status.REFUSED, None)
    bound = per_list_bound(table)
    assert (bound.estimate, bound.status, bound.interval()) == (None, Status.NO_MAXIMUM, None)
    assert chao_bound(table).estimate == 29 + 24 * 23 / 2


def test_an_empty_list_changes_no_bound() -> None:
    cells = [(("A",), 40), (("B",), 30), (("C",), 20), (("A", "B"), 6), (("A", "B", "C"), 2)]
    three, four = (OverlapTable.from_cells(lists, cells) for lists in (("A", "B", "C"), ("A", "Z", "B", "C")))
    assert per_list_bound(four).estimate == pytest.approx(per_list_bound(three).estimate)
    assert chao_bound(four).estimate == chao_bound(three).estimate


def test_bounds_do_not_depend_on_the_order_of_lists() -> None:
    table, _ = published("australia4")
    turned = OverlapTable.from_cells(table.lists[::-1], list(table.cells()))
    assert per_list_bound(turned).estimate == pytest.approx(per_list_bound(table).estimate, rel=1e-9)
