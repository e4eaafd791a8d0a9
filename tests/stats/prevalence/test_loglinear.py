"""Log-linear models: equal to the references, and never a number that does not exist."""

from __future__ import annotations

import csv
import math
from itertools import pairwise

import numpy as np
import pytest

from amparo.stats.prevalence import (
    CannotEstimate,
    Hierarchy,
    OverlapTable,
    Status,
    fit_all_loglinear,
    fit_loglinear,
)
from amparo.stats.prevalence._existence import exact_status
from amparo.stats.prevalence._fitting import fit_tables
from amparo.stats.prevalence._hierarchy import all_hierarchies, terms_matrix
from amparo.stats.prevalence._profile import profile

from .tables import OPEN_TABLES, made_up_sparse, open_table, reference, reference_path

EVERY_MODEL = [
    ("artificial3", 2), ("korea3", 2), ("hav3", 2), ("australia4", 3), ("uk4", 3),
    ("neworl5", 2), ("western5", 2), ("uk5", 2), ("uk5", 4),
]  # fmt: skip


@pytest.mark.parametrize(("name", "order"), EVERY_MODEL)
def test_every_model_has_the_status_and_the_number_of_the_references(name: str, order: int) -> None:
    table = open_table(name)
    fits = fit_all_loglinear(table, order)
    places = {str(fits.hierarchy(place)): place for place in range(fits.sizes.size)}
    with reference_path(f"allmodels_{name}_order{order}.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(places)
    order_of_rows = np.array([places[row["model"].strip("[]")] for row in rows])
    statuses = np.array([int(row["status"]) for row in rows])
    np.testing.assert_array_equal(fits.status[order_of_rows], statuses)
    exists = statuses == 0
    for ours, theirs, tolerance in (
        (fits.estimate, "abundance", 1e-6),
        (fits.bic, "bic", 1e-8),
        (fits.aic, "aic", 1e-8),
    ):
        expected = np.array(
            [float(row[theirs]) if ok else np.nan for row, ok in zip(rows, exists, strict=True)]
        )
        np.testing.assert_allclose(ours[order_of_rows][exists], expected[exists], rtol=tolerance)
    assert np.isnan(fits.estimate[fits.status != 0]).all()


@pytest.mark.parametrize("name", OPEN_TABLES)
def test_independence_agrees_with_rcapture(name: str) -> None:
    answer, theirs = fit_loglinear(open_table(name)), reference(f"rcapture_{name}.json")["main_effects"]
    assert answer.estimate == pytest.approx(theirs["abundance"], rel=1e-8)
    assert answer.bic == pytest.approx(theirs["BIC"], rel=1e-10)
    assert answer.aic == pytest.approx(theirs["AIC"], rel=1e-10)
    assert answer.deviance == pytest.approx(theirs["deviance"], rel=1e-10)
    assert answer.standard_error == pytest.approx(
        theirs["stderr"], rel=3e-5
    )  # of R's glm, which stops earlier
    assert list(answer.coefficients.values()) == pytest.approx(
        list(theirs["coefficients"].values()), rel=1e-4
    )


@pytest.mark.parametrize("name", OPEN_TABLES)
def test_the_profile_interval_is_that_of_rcapture_but_for_its_rounded_factorials(name: str) -> None:
    """Rcapture takes Stirling's formula without its term 1/(12x); with it, the limits move by less than 1e-4."""
    table = open_table(name)
    answer, theirs = fit_loglinear(table), reference(f"rcapture_{name}.json")["main_effects"]
    interval, (low, high) = answer.interval(0.95), theirs["CI95_profile_multinomial"]
    assert interval is not None
    assert interval.low == pytest.approx(low, rel=1e-4)
    assert interval.high == pytest.approx(high, rel=1e-4)
    terms, counts, n = answer.hierarchy.ordered(), table.counts.astype(float), table.observed

    def rounded(people: float) -> float:
        return profile(counts, terms, people - n) - (1 / people - 1 / (people - n)) / 12

    best = rounded(theirs["multinomial_abundance"])
    for limit in (low, high):
        assert 2 * (best - rounded(limit)) == pytest.approx(3.841458820694124, abs=2e-4)


def test_the_profile_interval_grows_with_the_level_and_wald_agrees_on_plenty() -> None:
    answer = fit_loglinear(open_table("uk5"), "12,13,23,25,34")
    limits = [answer.interval(level) for level in (0.5, 0.8, 0.95, 0.999)]
    wald = answer.wald_interval(0.95)
    for narrow, wide in pairwise(limits):
        assert narrow is not None
        assert wide is not None
        assert wide.low < narrow.low < 22991.33 < narrow.high < wide.high
    assert wald is not None
    assert limits[2] is not None
    assert wald.low == pytest.approx(limits[2].low, rel=0.03)
    assert wald.high == pytest.approx(limits[2].high, rel=0.03)


def test_an_upper_limit_that_the_data_do_not_set_is_infinite() -> None:
    """One person on both lists: at such a level the profile does not fall far enough."""
    table = OverlapTable(("A", "B"), np.array([0, 30, 30, 1]))
    answer = fit_loglinear(table)
    assert answer.estimate == pytest.approx(31 * 31)
    wide, narrow = answer.interval(1 - 1e-14), answer.interval(0.999)
    assert wide is not None
    assert narrow is not None
    assert wide.high == math.inf
    assert narrow.high < math.inf


@pytest.mark.parametrize(
    ("model", "status"),
    [("12,13,23", Status.NOT_IDENTIFIABLE), ("12,3", Status.NO_MAXIMUM), ("1,2,3", Status.EXISTS)],
)
def test_a_model_whose_estimate_does_not_exist_gives_none_and_says_why(model: str, status: Status) -> None:
    """Rcapture answers 1.39e13 people for [12,3] on this table."""
    answer = fit_loglinear(open_table("artificial3"), model)
    assert answer.status is status
    assert (answer.estimate is None) is (status is not Status.EXISTS)
    if answer.estimate is None:
        assert answer.interval() is None
        assert answer.wald_interval() is None
        assert str(answer.warnings[0].message)


def test_lists_without_any_overlap_give_no_number() -> None:
    """SparseMSE answers 8.1e11 where nobody is on two lists."""
    table = OverlapTable(("A", "B", "C"), np.array([0, 20, 30, 0, 40, 0, 0, 0]))
    assert fit_loglinear(table).status is Status.NO_MAXIMUM
    fits = fit_all_loglinear(table)
    assert fits.admissible == 0
    assert fits.top() == ()


def test_the_fit_and_the_linear_programme_agree_on_existence() -> None:
    """On sparse tables drawn at random, where a third of the models have no maximum or many."""
    random = np.random.default_rng(5)
    models = all_hierarchies(4)
    terms, sizes = terms_matrix(models, 4)
    checked: set[int] = set()
    for _ in range(12):
        counts = random.poisson(random.gamma(0.25, 12.0, 16)).astype(float)
        counts[0] = 0.0
        status = fit_tables(counts[None, :], terms, sizes).status[0]
        for place in random.choice(models.size, 15, replace=False):
            exact = exact_status(counts, terms[place, : sizes[place]].astype(np.int64))
            assert status[place] == exact
            checked.add(exact)
    assert {0, 1, 3} <= checked


def test_every_model_of_a_sparse_table_of_eight_lists_is_decided() -> None:
    table = made_up_sparse()
    random = np.random.default_rng(1)
    pairs = [(1 << i) | (1 << j) for i in range(8) for j in range(i)]
    for _ in range(10):
        hierarchy = Hierarchy.generated(8, [pair for pair in pairs if random.random() < 0.5])
        answer = fit_loglinear(table, hierarchy)
        assert answer.status is not Status.NOT_CONVERGED
        exact = exact_status(table.counts.astype(float), hierarchy.ordered())
        assert (answer.estimate is not None) is (exact == 0)


def test_a_list_that_nobody_is_on_is_left_out_of_the_fit() -> None:
    full, empty = open_table("korea3"), np.zeros(16, dtype=np.int64)
    empty[:8] = full.counts
    answer = fit_loglinear(OverlapTable((*full.lists, "nobody"), empty), "12,23,4")
    assert answer.estimate == pytest.approx(157.1666666667, rel=1e-9)
    assert answer.coefficients[("nobody",)] == -math.inf


@pytest.mark.parametrize(
    ("lists", "order", "count"),
    [(2, None, 1), (3, None, 8), (4, None, 113), (5, None, 6893), (5, 2, 1024), (6, 2, 32768)],
)
def test_the_models_of_some_lists_are_counted(lists: int, order: int | None, count: int) -> None:
    assert all_hierarchies(lists, order).size == count


@pytest.mark.parametrize("lists", [6, 7])
def test_more_models_than_can_be_fitted_are_refused(lists: int) -> None:
    with pytest.raises(CannotEstimate, match="more than"):
        all_hierarchies(lists, None)


@pytest.mark.parametrize("notation", ["12,13,4", "[12,13,4]", " 12, 13 ,4 ", "4,31,21", "12,13,1,4"])
def test_the_notation_is_read_with_or_without_brackets_in_any_order(notation: str) -> None:
    hierarchy = Hierarchy.parse(4, notation)
    assert str(hierarchy) == "12,13,4"
    assert hierarchy.terms == {0, 1, 2, 4, 8, 3, 5}


@pytest.mark.parametrize("notation", ["", "12,,3", "15", "0", "11", "a", "1234", "12;3", "²"])
def test_a_notation_that_means_nothing_is_refused(notation: str) -> None:
    with pytest.raises(CannotEstimate):
        Hierarchy.parse(4, notation)


def test_the_notation_refuses_ten_lists() -> None:
    with pytest.raises(CannotEstimate, match="nine"):
        Hierarchy.parse(10, "12")


def test_neighbours_differ_by_one_term_and_stay_hierarchical() -> None:
    middle = Hierarchy.parse(4, "123,24")
    around = {str(model) for model in middle.neighbours()}
    assert around == {"123,24,14", "123,14,24", "123,24,34", "123,4", "12,13,23,24"} - {"123,24,14"}
    assert all(len(model.terms ^ middle.terms) == 1 for model in middle.neighbours())
    assert all(Hierarchy(4, model.terms).terms == model.terms for model in middle.neighbours())


@pytest.mark.parametrize("table", [OverlapTable(("A", "B"), np.array([0, 0, 0, 0]))])
def test_a_table_that_can_bear_no_model_is_refused(table: OverlapTable) -> None:
    with pytest.raises(CannotEstimate):
        fit_loglinear(table)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, -0.1, math.nan])
def test_a_level_outside_of_nought_and_one_is_refused(level: float) -> None:
    with pytest.raises(CannotEstimate, match="level"):
        fit_loglinear(OverlapTable(("A", "B"), np.array([0, 3, 3, 3]))).interval(level)
