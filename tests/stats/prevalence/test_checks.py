"""Checks: what moves an estimate, and how a method does where the truth is known."""

from __future__ import annotations

import json
import math
from functools import partial

import joblib
import numpy as np
import pytest

from amparo.stats.prevalence import (
    AddsUp,
    CannotEstimate,
    Estimate,
    LinkedRecords,
    OverlapTable,
    Settings,
    Status,
    chao_bound,
    check_addition,
    check_consistency,
    estimate_by,
    estimate_stepwise,
    follow_growth,
    merge_each,
    miss_links,
    omit_each,
    pair_estimates,
    read_overlaps,
    redraw_links,
    simulate_coverage,
    sweep_deltas,
    sweep_priors,
    sweep_thresholds,
)
from amparo.stats.prevalence._spreading import spread
from tests.shared_data import shared_data


@pytest.fixture(scope="module")
def uk5() -> OverlapTable:
    return read_overlaps(shared_data("mse/tables/uk5.csv"))


def quick(table: OverlapTable) -> Estimate:
    return estimate_stepwise(table)


@pytest.mark.parametrize(
    ("name", "omitted", "merged"),
    [("australia4", (371, 1762), (482, 24014)), ("western5", (1993, 2637), (1776, 3602))],
)
def test_what_other_programs_leave_out_is_told(
    name: str, omitted: tuple[int, int], merged: tuple[int, int]
) -> None:
    """No program of others says how far lists decide: of Australia, from 371 to 24,014 people."""
    table = read_overlaps(shared_data(f"mse/tables/{name}.csv"))
    assert omit_each(table, quick).range == tuple(pytest.approx(end, abs=1) for end in omitted)
    assert merge_each(table, quick).range == tuple(pytest.approx(end, abs=1) for end in merged)


def test_omissions_and_mergers_are_those_of_the_reference(uk5: OverlapTable) -> None:
    """Stepwise on uk5: 10.2 to 22.6 thousand over omissions, 10.8 to 26.4 thousand over mergers (reference, section 6)."""
    omitted, merged = omit_each(uk5, quick), merge_each(uk5, quick)
    assert [one.changed for one in omitted.variations] == ["LA", "NG", "PFNCA", "GO", "GP"]
    assert len(merged.variations) == 10
    assert omitted.range == (pytest.approx(10202, abs=1), pytest.approx(22623, abs=1))
    assert merged.range == (pytest.approx(10780, abs=1), pytest.approx(26442, abs=1))


def test_threshold_path_is_that_of_the_reference(uk5: OverlapTable) -> None:
    found = [round(one.estimate or 0) for one in sweep_thresholds(uk5).variations]
    assert found == [13444, 13101, 12262, 12262, 11313, 11313, 11313]


def test_sweeps_over_priors_name_what_they_change() -> None:
    table = read_overlaps(shared_data("mse/tables/korea3.csv"))
    deltas = sweep_deltas(table)
    assert [one.changed for one in deltas.variations][:4] == ["1/64", "1/32", "1/16", "1/8"]
    assert [one.changed for one in sweep_priors(table).variations] == ["1/N", "uniform"]


def test_what_cannot_be_estimated_without_a_list_is_kept_as_an_answer() -> None:
    table = OverlapTable.from_cells(
        ("A", "B", "C"), [(("A",), 40), (("B",), 30), (("C",), 20), (("A", "B"), 6)]
    )
    found = omit_each(table, partial(estimate_by, "stepwise", settings=Settings(replicates=5)))
    assert [one.estimate is None for one in found.variations] == [True, True, False]
    assert found.variations[0].status is Status.REFUSED
    assert omit_each(table.omit("C"), quick).variations == ()


def test_hidden_lists_of_australia_are_not_found(uk5: OverlapTable) -> None:
    """The check can fail, and says so: list C holds 260 people, and the others say about 69."""
    australia = read_overlaps(shared_data("mse/tables/australia4.csv"))
    estimator = partial(estimate_by, "stepwise", settings=Settings(replicates=200))
    check = check_consistency(australia, estimator)
    assert [(point.hidden, point.truth) for point in check.points] == [("B", 77), ("C", 260)]
    assert check.too_few == ("A", "D")
    assert check.held == (1, 2)
    assert check.points[1].log_ratio == pytest.approx(math.log(69.338 / 260), abs=1e-3)
    assert check.log_error is not None
    assert check.log_error > 0.5


def test_growing_parts_end_with_the_whole(uk5: OverlapTable) -> None:
    growth = follow_growth(uk5, quick, random=np.random.default_rng(1), shares=(0.5, 1.0), draws=6)
    half, whole = growth.points
    assert (half.observed, whole.observed) == (1372, 2744)
    assert whole.low == whole.high == pytest.approx(11312.99, abs=0.01)
    assert half.low is not None
    assert half.high is not None
    assert half.low < half.high


def test_missed_links_make_the_estimate_grow() -> None:
    """Two lists of 200 with an overlap of 100: broken links leave the sizes and take from the overlap."""
    table = OverlapTable.from_cells(("A", "B"), [(("A",), 100), (("B",), 100), (("A", "B"), 100)])

    def chapman(one: OverlapTable) -> Estimate:
        return pair_estimates(one)[0]

    none, some = miss_links(
        table, chapman, random=np.random.default_rng(2), shares=(0.0, 0.2), draws=60
    ).points
    assert none.middle == pytest.approx(201 * 201 / 101 - 1)
    assert some.middle == pytest.approx(201 * 201 / 81 - 1, rel=0.03)
    assert some.observed == pytest.approx(320, rel=0.01)
    assert none.draws == 1


def test_uncertain_links_spread_the_estimate() -> None:
    probabilities = np.array([[1.0, 0.0]] * 60 + [[0.0, 1.0]] * 50 + [[1.0, 0.5]] * 40)
    links = LinkedRecords(("A", "B"), probabilities)
    drawn = redraw_links(links, chao_bound, random=np.random.default_rng(3), draws=30).points[0]
    certain = chao_bound(links.most_likely()).estimate
    assert certain is not None
    assert drawn.low is not None
    assert drawn.high is not None
    assert certain < drawn.low < drawn.high


def test_shares_outside_of_nought_and_one_are_refused(uk5: OverlapTable) -> None:
    with pytest.raises(CannotEstimate, match="between 0 and 1"):
        miss_links(uk5, quick, random=np.random.default_rng(1), shares=(1.2,))


@pytest.mark.slow
def test_coverage_by_simulation_counts_what_holds() -> None:
    """Truth: three independent lists. An interval that is right holds in most data sets."""
    table = OverlapTable.from_cells(
        ("A", "B", "C"),
        [
            (("A",), 80),
            (("B",), 70),
            (("C",), 75),
            (("A", "B"), 18),
            (("A", "C"), 19),
            (("B", "C"), 17),
            (("A", "B", "C"), 5),
        ],
    )
    check = simulate_coverage(table, "1,2,3", "stepwise", settings=Settings(replicates=100), replicates=30)
    assert (check.replicates, check.asked, check.refused) == (30, 30, 0)
    assert [level.level for level in check.levels] == [0.8, 0.95]
    assert 24 <= check.levels[1].held <= 30
    assert check.levels[0].held <= check.levels[1].held
    assert check.log_bias == pytest.approx(0, abs=0.15)


def test_another_backend_of_joblib_changes_no_answer() -> None:
    """Tasks that run elsewhere, in any order, give what they give here, each with its place."""
    tasks = [
        partial(quick, OverlapTable.from_cells(("A", "B"), [(("A",), 9 + at), (("B",), 8), (("A", "B"), 3)]))
        for at in range(5)
    ]
    here = {place: found.estimate for place, found in spread(tasks)}
    with joblib.parallel_config(backend="threading", n_jobs=2):
        there = {place: found.estimate for place, found in spread(tasks, workers=None)}
    assert list(here) == [0, 1, 2, 3, 4]
    assert here == there


def test_coverage_asks_for_a_model_that_gives_a_number() -> None:
    table = read_overlaps(shared_data("mse/tables/artificial3.csv"))
    reference = json.loads(shared_data("mse/reference/rcapture_artificial3.json").read_text())
    assert reference["n"] == table.observed
    with pytest.raises(CannotEstimate, match="12,13 gives no number"):
        simulate_coverage(table, "12,13", "chao", replicates=1)


def expected(chances: tuple[float, ...], people: int) -> OverlapTable:
    """Give the table of people who are on each list by themselves with these chances, rounded."""
    histories = np.arange(1 << len(chances))
    on = np.array([(histories >> i & 1) for i in range(len(chances))])
    share = np.where(on == 1, np.array(chances)[:, None], 1 - np.array(chances)[:, None]).prod(axis=0)
    counts = np.round(people * share).astype(np.int64)
    counts[0] = 0
    return OverlapTable(tuple("ABC"[: len(chances)]), counts)


def test_groups_of_other_chances_do_not_add_up_and_random_groups_do() -> None:
    often, seldom = expected((0.5, 0.45, 0.1), 2000), expected((0.05, 0.06, 0.3), 2000)
    whole = OverlapTable(often.lists, often.counts + seldom.counts)
    found = check_addition(
        whole, {"often": often, "seldom": seldom}, random=np.random.default_rng(1), replicates=100
    )
    assert found.verdict in {AddsUp.MORE, AddsUp.LESS}
    part = np.random.default_rng(2).multivariate_hypergeometric(whole.counts, often.observed)
    halves = {"a": OverlapTable(whole.lists, part), "b": OverlapTable(whole.lists, whole.counts - part)}
    by_chance = check_addition(whole, halves, random=np.random.default_rng(1), replicates=100)
    assert by_chance.verdict is AddsUp.AS_BY_CHANCE
    limits = by_chance.by_chance(0.95)
    assert limits is not None
    assert limits.low <= by_chance.ratio <= limits.high


def test_order_of_strata_changes_no_digit() -> None:
    one, two = expected((0.4, 0.3, 0.2), 900), expected((0.2, 0.3, 0.4), 700)
    whole = OverlapTable(one.lists, one.counts + two.counts)
    splits = [
        check_addition(whole, strata, random=np.random.default_rng(1), replicates=20).splits
        for strata in ({"one": one, "two": two}, {"two": two, "one": one})
    ]
    assert np.array_equal(*splits)


def test_breaking_links_keeps_every_record() -> None:
    """Whatever is broken, lists keep their sizes; and a thousand million people are broken as quickly as a thousand."""
    table = expected((0.5, 0.4, 0.3), 1000)
    huge = OverlapTable(table.lists, table.counts * 1_000_000)
    tables: list[OverlapTable] = []

    def kept(one: OverlapTable) -> Estimate:
        tables.append(one)
        return chao_bound(one)

    for one in (table, huge):
        miss_links(one, kept, random=np.random.default_rng(1), shares=(0.1,), draws=3)
    assert all(np.array_equal(one.totals(), table.totals()) for one in tables[:3])
    assert all(np.array_equal(one.totals(), huge.totals()) for one in tables[3:])
    # A person on two lists comes apart with one chance in ten.
    both = table.counts[0b011]
    assert tables[3].counts[0b011] / 1_000_000 == pytest.approx(
        0.9 * both + table.counts[0b111] * 0.1 * 0.9 * 2 / 3, rel=1e-3
    )
