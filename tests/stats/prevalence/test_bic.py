"""The lowest BIC among all models, with the choice inside the interval."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from amparo.stats.prevalence import (
    BicEstimate,
    CannotEstimate,
    OverlapTable,
    Status,
    estimate_bic,
    fit_all_loglinear,
)
from amparo.stats.prevalence._bootstrap import Bootstrap, draw_tables

from .tables import made_up_sparse, open_table, reference, replicates_of_r


def on_the_draws_of_r(name: str) -> BicEstimate:
    with patch("amparo.stats.prevalence._bic.draw_tables", return_value=replicates_of_r(name)):
        return estimate_bic(open_table(name), random=np.random.default_rng(0))


@pytest.mark.parametrize("name", ["korea3", "hav3", "australia4", "uk4"])
def test_the_model_and_its_rivals_are_those_of_the_reference(name: str) -> None:
    answer, theirs = estimate_bic(open_table(name)), reference(f"bic_{name}.json")
    assert answer.estimate == pytest.approx(theirs["popest"], rel=1e-9)
    assert answer.bic == pytest.approx(theirs["BIC"], rel=1e-10)
    assert (f"[{answer.model}]", answer.admissible, answer.considered) == (
        theirs["model"],
        theirs["n_admissible"],
        theirs["ntop"],
    )
    assert answer.interval() is None


@pytest.mark.parametrize("name", ["australia4", "uk4"])
def test_on_the_draws_of_r_every_limit_of_the_path_is_that_of_the_reference(name: str) -> None:
    """The reference drops replicates in which no model has an estimate; ours count them as having no upper limit."""
    answer, theirs = on_the_draws_of_r(name), reference(f"bic_{name}.json")["BCa_all"]
    assert [f"[{point.last}]" for point in answer.path] == [row["model"] for row in theirs]
    for point, row in zip(answer.path, theirs, strict=True):
        kept = point.bootstrap.values[np.isfinite(point.bootstrap.values)]
        assert kept.size + point.bootstrap.refused == 1000
        dropped = Bootstrap(point.bootstrap.estimate, kept, 0, point.bootstrap.acceleration)
        for level, low, high in ((0.95, "0.025", "0.975"), (0.8, "0.1", "0.9")):
            limits = dropped.limits(level)
            assert limits.low == pytest.approx(row[low], rel=1e-6)
            assert limits.high == pytest.approx(row[high], rel=1e-6)


def test_on_the_draws_of_r_korea_differs_by_the_three_ties_alone() -> None:
    answer, theirs = on_the_draws_of_r("korea3"), reference("bic_korea3.json")["BCa_last_row"]
    bootstrap = answer.path[-1].bootstrap
    ties = np.abs(bootstrap.values / bootstrap.estimate - 1) < 1e-8
    assert ties.sum() == 3
    below = (bootstrap.values < bootstrap.estimate)[~ties].sum()
    from statistics import NormalDist

    found = [bootstrap.limits(0.95, NormalDist().inv_cdf((below + extra) / 1000)) for extra in range(4)]
    assert any(limits.high == pytest.approx(theirs["0.975"], rel=1e-6) for limits in found)
    assert any(limits.low == pytest.approx(theirs["0.025"], rel=1e-6) for limits in found)


def test_on_draws_of_our_own_the_limits_are_those_of_the_reference_but_for_chance() -> None:
    """Taiwan's hepatitis A, whose draws by R were not kept."""
    theirs = reference("bic_hav3.json")["BCa_last_row"]
    interval = estimate_bic(open_table("hav3"), random=np.random.default_rng(4), replicates=4000).interval(
        0.95
    )
    assert interval is not None
    assert interval.low == pytest.approx(theirs["0.025"], rel=0.05)
    assert interval.high == pytest.approx(theirs["0.975"], rel=0.15)


def test_five_lists_of_all_orders_choose_the_published_model() -> None:
    answer = estimate_bic(open_table("uk5"), random=np.random.default_rng(1), replicates=60)
    assert (answer.model, answer.considered) == ("123,25,34", 100)
    assert answer.estimate == pytest.approx(25311.2906125, rel=1e-9)
    few, many = answer.path[0].bootstrap.limits(0.95), answer.interval(0.95)
    assert many is not None
    assert many.low < 0.8 * few.low
    pairwise = estimate_bic(open_table("uk5"), order=2)
    assert (pairwise.model, pairwise.admissible) == ("12,13,23,25,34", 1024)


@pytest.mark.parametrize(("name", "order"), [("australia4", None), ("western5", 2)])
def test_exhaustive_finds_in_each_replicate_the_best_of_all_models(name: str, order: int | None) -> None:
    """Against fitting every model to every replicate."""
    table = open_table(name)
    seen: list[tuple[int, int]] = []
    answer = estimate_bic(
        table, random=np.random.default_rng(1), replicates=25, exhaustive=True, order=order,
        progress=lambda done, of: seen.append((done, of)),
    )  # fmt: skip
    found = answer.path[-1]
    assert (found.models, found.last) == (None, None)
    assert (25, 25) in seen
    for row, value in zip(
        draw_tables(table, 25, np.random.default_rng(1)), found.bootstrap.values, strict=True
    ):
        fits = fit_all_loglinear(OverlapTable(table.lists, row.astype(np.int64)), order)
        if fits.admissible:
            near = fits.estimate[fits.bic <= fits.bic.min() + 1e-6]
            assert np.isclose(near, value, rtol=1e-8).any()
        else:
            assert np.isinf(value)


def test_eight_lists_are_searched() -> None:
    answer = estimate_bic(made_up_sparse(), random=np.random.default_rng(1), replicates=20)
    assert answer.model == "1,2,3,4,5,6,7,8"
    interval = answer.interval(0.8)
    assert interval is not None
    assert interval.low < 1106.9 < interval.high


def test_no_overlap_gives_no_number() -> None:
    table = OverlapTable(("A", "B", "C"), np.array([0, 20, 30, 0, 40, 0, 0, 0]))
    answer = estimate_bic(table, random=np.random.default_rng(1))
    assert (answer.status, answer.estimate, answer.interval()) == (Status.NO_MAXIMUM, None, None)
    assert answer.warnings


def test_a_single_pair_of_lists_works() -> None:
    answer = estimate_bic(
        OverlapTable(("A", "B"), np.array([0, 60, 40, 20])), random=np.random.default_rng(1)
    )
    assert answer.estimate == pytest.approx(80 * 60 / 20)
    interval = answer.interval(0.95)
    assert interval is not None
    assert interval.low < 240 < interval.high


def test_nonsense_is_refused() -> None:
    with pytest.raises(CannotEstimate):
        estimate_bic(open_table("korea3"), models=0)
    with pytest.raises(CannotEstimate, match="Lower the order"):
        estimate_bic(made_up_sparse(), order=4)
