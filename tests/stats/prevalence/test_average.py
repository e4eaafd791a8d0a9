"""The average over models: rivals share the answer, and what no model sees is allowed for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from amparo.stats.prevalence import (
    CannotEstimate,
    OverlapTable,
    Status,
    default_spread,
    estimate_averaged,
    fit_all_loglinear,
    fit_loglinear,
)

from .tables import open_table


def test_rivals_on_both_sides_share_the_interval() -> None:
    """Defensible models of the UK table say 11,313 and 25,311; each alone excludes the other."""
    answer = estimate_averaged(open_table("uk5"))
    interval = answer.interval(0.95)
    assert interval is not None
    assert answer.estimate is not None
    assert interval.low < 11_313 < answer.estimate < 25_311 < interval.high
    assert answer.effective_models > 10
    assert answer.seed is None


def test_the_weights_are_those_of_hannan_and_quinn() -> None:
    table = open_table("australia4")
    answer, fits = estimate_averaged(table), fit_all_loglinear(table)
    score = fits.criterion(2 * math.log(math.log(table.observed)))
    expected = np.exp(-(score - score.min()) / 2)
    assert answer.weights.sum() == pytest.approx(1)
    assert answer.models[0].weight == pytest.approx(1 / expected.sum(), rel=1e-9)
    assert answer.models[0].estimate == pytest.approx(fits.estimate[score.argmin()])
    assert answer.model == str(answer.models[0].hierarchy)
    assert [m.weight for m in answer.models] == sorted((m.weight for m in answer.models), reverse=True)


def test_with_one_model_and_nothing_hidden_the_interval_is_that_of_the_model() -> None:
    table = OverlapTable(("A", "B"), np.array([0, 60, 40, 20]))
    answer, alone = estimate_averaged(table, hidden_spread=0), fit_loglinear(table)
    ours, wald = answer.interval(0.9), alone.wald_interval(0.9)
    assert ours is not None
    assert wald is not None
    assert (ours.low, ours.high) == pytest.approx((wald.low, wald.high))
    assert answer.quantile(0.5) == pytest.approx(alone.estimate)


def test_what_no_model_sees_widens_the_interval_and_two_lists_say_so() -> None:
    table = OverlapTable(("A", "B"), np.array([0, 60, 40, 20]))
    narrow, wide = estimate_averaged(table, hidden_spread=0), estimate_averaged(table)
    inner, outer = narrow.interval(), wide.interval()
    assert inner is not None
    assert outer is not None
    assert outer.low < inner.low < inner.high < outer.high
    assert {"two-lists", "few-overlaps"} == {warning.code for warning in wide.warnings}
    assert [default_spread(t) for t in (2, 3, 5)] == [1.25, 0.625, 0.15625]


def test_quantiles_and_probabilities_are_inverse_and_intervals_are_nested() -> None:
    answer = estimate_averaged(open_table("western5"))
    previous = answer.quantile(0.5)
    assert previous is not None
    for probability in (0.6, 0.9, 0.975, 0.999):
        number = answer.quantile(probability)
        assert number is not None
        assert number > previous
        assert answer.probability_below(number) == pytest.approx(probability, abs=1e-9)
        previous = number
    assert answer.probability_below(answer.observed) == 0


def test_the_answer_does_not_depend_on_the_order_of_the_lists() -> None:
    table = open_table("australia4")
    cells = list(table.cells())
    turned = OverlapTable.from_cells(table.lists[::-1], cells)
    one, other = estimate_averaged(table), estimate_averaged(turned)
    assert one.estimate == pytest.approx(other.estimate, rel=1e-9)
    ours, theirs = one.interval(), other.interval()
    assert ours is not None
    assert theirs is not None
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=1e-9)


def test_models_without_an_estimate_that_fit_as_well_are_told() -> None:
    answer = estimate_averaged(open_table("artificial3"))
    assert answer.admissible == 4
    assert answer.refused_weight > 0.1
    assert "refused-models" in {warning.code for warning in answer.warnings}


def test_no_overlap_gives_no_number() -> None:
    table = OverlapTable(("A", "B", "C"), np.array([0, 20, 30, 0, 40, 0, 0, 0]))
    answer = estimate_averaged(table)
    assert (answer.status, answer.estimate, answer.interval(), answer.quantile(0.5)) == (
        Status.NO_MAXIMUM,
        None,
        None,
        None,
    )
    assert answer.warnings


@pytest.mark.parametrize("spread", [-1.0, math.nan, math.inf])
def test_a_spread_that_is_none_is_refused(spread: float) -> None:
    with pytest.raises(CannotEstimate):
        estimate_averaged(open_table("korea3"), hidden_spread=spread)


def test_nine_of_ten_hidden_lists_lie_within_the_interval() -> None:
    """Among the people of one list, hide it: the others must tell how many it has (Binette & Steorts 2022)."""
    inside = []
    for name in ("uk5", "western5", "neworl5", "australia4", "korea3", "hav3"):
        table = open_table(name)
        for hidden, size in enumerate(table.totals()):
            rest = tuple(other for other in table.lists if other != table.lists[hidden])
            cells = [(set(on) & set(rest), count) for on, count in table.cells() if table.lists[hidden] in on]
            seen = OverlapTable.from_cells(rest, [(tuple(on), count) for on, count in cells if on])
            answer = estimate_averaged(seen) if seen.observed >= 30 else None
            interval = answer.interval(0.95) if answer is not None else None
            if interval is not None:
                inside.append(interval.low <= size <= interval.high)
    assert len(inside) == 10
    assert sum(inside) >= 9
