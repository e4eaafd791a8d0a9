"""Averaging over decomposable graphs: equal to the reference, and telling where the prior speaks instead of the data."""

from __future__ import annotations

from math import lgamma

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from amparo.stats.prevalence import (
    CannotEstimate,
    OverlapTable,
    Status,
    average_graphs,
    sweep_delta,
    sweep_prior,
)
from amparo.stats.prevalence._graphs import decomposable_graphs, notation

from .reference_tables import reference_answer, reference_table

TABLES = ["korea3", "hav3", "uk4", "australia4", "neworl5", "western5", "uk5"]
QUANTILES = {
    "q025": 0.025,
    "q05": 0.05,
    "q10": 0.1,
    "q25": 0.25,
    "median": 0.5,
    "q75": 0.75,
    "q90": 0.9,
    "q95": 0.95,
    "q975": 0.975,
}
THREE = OverlapTable(("a", "b", "c"), np.array([0, 20, 15, 6, 30, 4, 3, 2]))


def parts(cliques: str) -> set[str]:
    return set(cliques.split(","))


@pytest.mark.parametrize(("lists", "count"), [(2, 2), (3, 8), (4, 61), (5, 822), (6, 18_154), (7, 617_675)])
def test_finds_every_decomposable_graph_once(lists: int, count: int) -> None:
    graphs = decomposable_graphs(lists)
    assert len(graphs) == count
    mixed = np.sort(graphs, axis=1).astype(np.int64) @ np.random.default_rng(1).integers(
        1, 2**40, graphs.shape[1]
    )
    assert len(np.unique(mixed)) == count


@pytest.mark.parametrize("lists", [3, 4, 5])
def test_graphs_are_those_of_the_reference_with_their_separators(lists: int) -> None:
    expected = {(tuple(sorted(c)), tuple(sorted(s))) for c, s in reference_answer(f"graphs{lists}")}
    found = {
        (tuple(sorted(int(x) for x in graph if x > 0)), tuple(sorted(-int(x) for x in graph if x < 0)))
        for graph in decomposable_graphs(lists)
    }
    assert found == expected


@pytest.mark.parametrize("every_number", [False, True])
@pytest.mark.parametrize("run", ["full_2mp", "delta_1"])
@pytest.mark.parametrize("name", TABLES)
def test_posterior_equals_the_reference_on_the_same_numbers(name: str, run: str, every_number: bool) -> None:
    runs = reference_answer(f"dga_{name}")["runs"]
    if run not in runs:
        return
    expected = runs[run]
    low, high, _ = expected["Nmissing"]
    found = average_graphs(
        reference_table(name), delta=expected["delta"], unseen=range(low, high + 1), every_number=every_number
    )
    assert found.mean == pytest.approx(expected["mean"], rel=1e-10)
    assert {key: found.quantile(share) for key, share in QUANTILES.items()} == {
        k: expected[k] for k in QUANTILES
    }
    assert found.estimate == expected["median"]
    assert found.mode == expected["mode"]
    assert found.tail == pytest.approx(expected["tail_mass_last_1pct_of_grid"], rel=1e-6)
    top = {g.model: g.share for g in found.graphs}
    for graph in expected["top_graphs"]:
        share = next((value for model, value in top.items() if parts(model) == parts(graph["cliques"])), 0.0)
        assert share == pytest.approx(graph["prob"], abs=1e-9)
    assert found.graphs[0].mean == pytest.approx(expected["map_graph_cond_mean"], rel=1e-9)


@pytest.mark.parametrize("name", TABLES)
def test_numbers_and_prior_of_the_reference_are_the_default(name: str) -> None:
    expected = reference_answer(f"dga_{name}")["runs"]["full_2mp"]
    assert average_graphs(reference_table(name)).mean == pytest.approx(expected["mean"], rel=1e-10)


def test_scores_are_those_of_the_formula_written_out() -> None:
    """Every graph of three lists by hand: product of Dirichlet-multinomials of cliques over those of separators."""
    delta, unseen = 0.3, range(1, 61)
    total = np.array([THREE.observed + m for m in unseen])

    def margin(m: int, subset: int) -> float:
        cells: dict[int, int] = {}
        for history, count in enumerate(THREE.counts):
            key = history & subset
            cells[key] = cells.get(key, 0) + (m if history == 0 else int(count))
        weight = delta * 8 / 2 ** subset.bit_count()
        everything = lgamma(8 * delta) - lgamma(sum(cells.values()) + 8 * delta)
        return everything + sum(lgamma(c + weight) - lgamma(weight) for c in cells.values())

    by_hand = {"1,2,3": ([1, 2, 4], []), "12,3": ([3, 4], []), "13,2": ([5, 2], []), "23,1": ([6, 1], [])}
    by_hand |= {"12,13": ([3, 5], [1]), "12,23": ([3, 6], [2]), "13,23": ([5, 6], [4]), "123": ([7], [])}
    joint = {}
    for model, (cliques, separators) in by_hand.items():
        joint[model] = np.array(
            [
                np.exp(
                    sum(margin(m, c) for c in cliques)
                    - sum(margin(m, s) for s in separators)
                    + lgamma(n + 1)
                    - lgamma(m + 1)
                )
                / n
                for m, n in zip(unseen, total, strict=True)
            ]
        )
    mass = sum(values.sum() for values in joint.values())
    found = average_graphs(THREE, delta=delta, unseen=unseen)
    assert {g.model: g.share for g in found.graphs} == pytest.approx(
        {k: v.sum() / mass for k, v in joint.items()}
    )
    assert found.posterior == pytest.approx(sum(joint.values()) / mass)


@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    counts=st.lists(st.integers(0, 40), min_size=16, max_size=16).filter(lambda c: c[3] > 0),
    order=st.permutations(range(4)),
)
def test_order_of_the_lists_changes_nothing(counts: list[int], order: list[int]) -> None:
    values = np.array([0, *counts[1:]])
    turned = np.zeros(16, dtype=np.int64)
    for history, count in enumerate(values):
        turned[sum(1 << order.index(i) for i in range(4) if history >> i & 1)] = count
    names = ("a", "b", "c", "d")
    one = average_graphs(OverlapTable(names, values), unseen=range(1, 400))
    other = average_graphs(OverlapTable(tuple(names[i] for i in order), turned), unseen=range(1, 400))
    assert other.posterior == pytest.approx(one.posterior, rel=1e-8, abs=1e-12)


@pytest.mark.slow
@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    counts=st.lists(st.integers(0, 3000), min_size=8, max_size=8).filter(lambda c: c[3] > 0),
    delta=st.floats(1e-3, 2),
)
def test_filling_in_between_gives_what_every_number_gives(counts: list[int], delta: float) -> None:
    table = OverlapTable(("a", "b", "c"), np.array([0, *counts[1:]]))
    quick = average_graphs(table, delta=delta, unseen=range(5_000))
    whole = average_graphs(table, delta=delta, unseen=range(5_000), every_number=True)
    assert quick.posterior == pytest.approx(whole.posterior, abs=1e-9)
    assert quick.saturated == pytest.approx(whole.saturated, abs=1e-8)


def test_a_prior_count_too_large_collapses_and_says_so() -> None:
    """The R package dga 2.0.2 has no default, and 1/2 in its examples: on sparse tables that gives little more than n."""
    for name in ("uk5", "neworl5", "western5", "australia4"):
        table = reference_table(name)
        collapsed = average_graphs(table, delta=0.5)
        assert collapsed.estimate is not None
        assert collapsed.estimate < 1.05 * table.observed
        assert collapsed.quantile(0.025) == table.observed + 1
        assert {"saturated", "collapse"} <= {c.code for c in collapsed.warnings}
        assert not {"saturated", "collapse"} & {c.code for c in average_graphs(table).warnings}


def test_sweeps_show_what_the_prior_does() -> None:
    table = reference_table("western5")
    sweep = sweep_delta(table)
    assert [s.delta for s in sweep] == sorted({*(2.0**k for k in range(-8, -1)), 0.5, 1.0})
    estimates = [s.estimate for s in sweep if s.estimate is not None]
    assert len(estimates) == 9
    assert estimates[-1] < table.observed * 1.1 < estimates[3] == average_graphs(table).estimate
    inverse, uniform = sweep_prior(table)
    assert inverse.mean is not None
    assert uniform.mean is not None
    assert inverse.mean < uniform.mean < 1.3 * inverse.mean


def test_mass_at_the_limit_is_told() -> None:
    found = average_graphs(reference_table("australia4"))
    assert [c.code for c in found.warnings] == ["limit"]
    assert "12,834 people" in str(found.warnings[0].message)
    assert average_graphs(reference_table("uk5")).warnings == ()


def test_interval_has_no_upper_end_where_the_limit_cuts_it() -> None:
    found = average_graphs(reference_table("australia4"), unseen=range(1, 4000))
    assert found.estimate is not None
    limits = found.interval(0.95)
    assert limits is not None
    assert limits.high == np.inf
    assert "limit" in {c.code for c in found.warnings}


def test_no_number_where_the_posterior_has_no_end() -> None:
    table = OverlapTable(("a", "b", "c"), np.array([0, 30, 30, 1, 30, 0, 0, 0]))
    found = average_graphs(table, delta=0.9, prior=lambda total: 6 * np.log(total), unseen=range(1, 3000))
    assert found.status is Status.REFUSED
    assert found.estimate is None
    assert found.mean is None
    assert found.interval() is None
    assert "unbounded" in {c.code for c in found.warnings}


def test_nobody_on_two_lists_is_refused_with_the_reason() -> None:
    found = average_graphs(OverlapTable(("a", "b", "c"), np.array([0, 30, 20, 0, 10, 0, 0, 0])))
    assert (found.status, found.estimate, found.interval()) == (Status.REFUSED, None, None)
    assert "Nobody is on two lists" in str(found.warnings[0].message)


def test_any_prior_of_n_is_taken_even_one_far_from_the_data() -> None:
    built_in = average_graphs(THREE)
    same = average_graphs(THREE, prior=lambda total: -np.log(total))
    assert same.mean == built_in.mean
    cut = average_graphs(THREE, prior=lambda total: np.where(total <= 120, 0.0, -np.inf))
    assert cut.quantile(1) <= 120
    assert cut.beyond == 0
    table = reference_table("uk5")
    far = average_graphs(table, prior=lambda total: -0.5 * ((total - 70_000) / 5.0) ** 2)
    assert far.mean == pytest.approx(70_000, abs=20)
    assert np.isfinite(far.posterior).all()


def test_quantiles_are_the_smallest_number_that_reaches_the_probability() -> None:
    found = average_graphs(THREE)
    cumulated = np.cumsum(found.posterior)
    for share in (0.025, 0.5, 0.9):
        at = int(found.quantile(share)) - THREE.observed - found.allowed.start
        assert cumulated[at] >= share > (cumulated[at - 1] if at else 0)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"delta": 0.0}, "above 0"),
        ({"delta": float("nan")}, "above 0"),
        ({"prior": "jeffreys"}, '"inverse", "uniform"'),
        ({"prior": lambda total: total * np.nan}, "a number, or minus infinity"),
        ({"prior": lambda total: 0.0}, "for each N"),
        ({"unseen": range(5, 5)}, "one after another"),
        ({"unseen": range(0, 100, 2)}, "one after another"),
        ({"unseen": range(1, 10**9)}, "too many"),
    ],
)
def test_what_it_cannot_take_is_told(arguments: dict[str, object], told: str) -> None:
    with pytest.raises(CannotEstimate, match=told):
        average_graphs(THREE, **arguments)  # type: ignore[arg-type] - that is what is tested


def test_too_few_and_too_many_lists_are_told() -> None:
    for lists in (2, 8):
        table = OverlapTable(tuple("abcdefgh"[:lists]), np.arange(1 << lists))
        with pytest.raises(CannotEstimate, match="3 to 7 lists"):
            average_graphs(table)
    with pytest.raises(CannotEstimate, match="Nobody is on any list"):
        average_graphs(OverlapTable(("a", "b", "c"), np.zeros(8, dtype=np.int64)))


def test_graphs_are_written_largest_clique_first() -> None:
    assert notation(np.array([3, 16, -1, 14], dtype=np.int8)) == "234,12,5"


@pytest.mark.slow
def test_order_of_seven_lists_changes_nothing() -> None:
    random = np.random.default_rng(7)
    counts = random.poisson(60 * 0.2 ** np.array([int(h).bit_count() for h in range(128)]))
    counts[0] = 0
    order = [6, 2, 5, 0, 1, 3, 4]
    turned = np.zeros(128, dtype=np.int64)
    for history, count in enumerate(counts):
        turned[sum(1 << order.index(i) for i in range(7) if history >> i & 1)] = count
    one = average_graphs(OverlapTable(tuple("abcdefg"), counts), unseen=range(1, 40))
    other = average_graphs(OverlapTable(tuple("abcdefg"[i] for i in order), turned), unseen=range(1, 40))
    assert other.posterior == pytest.approx(one.posterior, rel=1e-8, abs=1e-12)
    assert other.graphs[0].share == pytest.approx(one.graphs[0].share)
