"""Weights and designs: equal to R's survey package on its own data, and refusing what has no variance."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.stats.prevalence import CannotEstimate
from amparo.stats.survey import (
    IntervalKind,
    SurveyDesign,
    SurveyEstimate,
    bootstrap,
    design_weights,
    effective_size,
    estimate_mean,
    estimate_proportion,
    estimate_ratio,
    estimate_total,
    jackknife,
    kish_design_effect,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "survey"
EXPECTED = json.loads((VECTORS / "expected.json").read_text())
SCHOOLS = {"E": 4421.0, "H": 755.0, "M": 1018.0}


def columns(name: str) -> dict[str, list[str]]:
    lines = [line for line in (VECTORS / f"{name}.csv").read_text().splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    return {key: [row[key] for row in rows] for key in rows[0]}


def numbers(column: list[str]) -> np.ndarray:
    return np.array(column, dtype=float)


STRATIFIED, CLUSTERED = columns("apistrat"), columns("apiclus1")
DESIGNS = {
    "ds": SurveyDesign.of(
        numbers(STRATIFIED["pw"]), strata=STRATIFIED["stype"], clusters_in_population=SCHOOLS
    ),
    "dn": SurveyDesign.of(numbers(STRATIFIED["pw"]), strata=STRATIFIED["stype"]),
    "dk": SurveyDesign.of(numbers(CLUSTERED["pw"]), clusters=CLUSTERED["dnum"], clusters_in_population=757),
    "dkn": SurveyDesign.of(numbers(CLUSTERED["pw"]), clusters=CLUSTERED["dnum"]),
}


def of(design: str) -> tuple[SurveyDesign, np.ndarray, np.ndarray, np.ndarray]:
    table = STRATIFIED if design in {"ds", "dn"} else CLUSTERED
    return DESIGNS[design], numbers(table["api00"]), numbers(table["enroll"]), numbers(table["wide"])


def both(estimate: SurveyEstimate) -> list[float]:
    return [estimate.value, estimate.standard_error]


@pytest.mark.parametrize("name", DESIGNS)
def test_estimates_and_standard_errors_are_those_of_r(name: str) -> None:
    design, index, pupils, wide = of(name)
    mean = estimate_mean(design, index)
    assert both(mean) == pytest.approx(EXPECTED[f"{name}.mean"], rel=1e-12)
    assert [mean.design_effect] == pytest.approx(EXPECTED[f"{name}.deff"], rel=1e-12)
    assert [mean.degrees] == EXPECTED[f"{name}.degf"]
    assert both(estimate_total(design, pupils)) == pytest.approx(EXPECTED[f"{name}.total"], rel=1e-12)
    assert both(estimate_ratio(design, index, pupils)) == pytest.approx(EXPECTED[f"{name}.ratio"], rel=1e-12)
    assert both(estimate_proportion(design, wide)) == pytest.approx(EXPECTED[f"{name}.wide"], rel=1e-12)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_domain_keeps_the_whole_design(name: str) -> None:
    design, index, _, wide = of(name)
    assert both(estimate_mean(design, index, domain=wide == 1)) == pytest.approx(
        EXPECTED[f"{name}.domain"], rel=1e-12
    )
    assert both(estimate_total(design, index, domain=wide == 1)) == pytest.approx(
        EXPECTED[f"{name}.domaintotal"], rel=1e-12
    )
    hidden = np.where(wide == 1, index, np.nan)
    missing = estimate_mean(design, hidden)
    assert both(missing) == pytest.approx(EXPECTED[f"{name}.domain"], rel=1e-12)
    assert [warning.code for warning in missing.warnings] == ["missing-values"]


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize(
    ("kind", "of_r"),
    [(IntervalKind.LOGIT, "logit"), (IntervalKind.BETA, "beta"), (IntervalKind.STUDENT, "mean")],
)
def test_intervals_of_shares_are_those_of_r(name: str, kind: IntervalKind, of_r: str) -> None:
    design, _, _, wide = of(name)
    limits = estimate_proportion(design, wide, kind=kind).interval()
    close = 1e-8 if kind is IntervalKind.LOGIT else 1e-12  # R fits the logit iteratively
    assert [limits.low, limits.high] == pytest.approx(EXPECTED[f"{name}.ci.{of_r}"], rel=close)
    if kind is IntervalKind.BETA:
        limits = estimate_proportion(design, wide).interval(0.8)
        assert [limits.low, limits.high] == pytest.approx(EXPECTED[f"{name}.ci80.beta"], rel=1e-12)


@pytest.mark.parametrize("name", DESIGNS)
def test_the_jackknife_is_that_of_r(name: str) -> None:
    design, index, pupils, _ = of(name)
    replicates = jackknife(design)
    mean = replicates.estimate(lambda weights: weights @ index / weights.sum())
    ratio = replicates.estimate(lambda weights: (weights @ index) / (weights @ pupils))
    assert both(mean) == pytest.approx(EXPECTED[f"{name}.jk.mean"], rel=1e-12)
    assert both(ratio) == pytest.approx(EXPECTED[f"{name}.jk.ratio"], rel=1e-12)


def test_poststratification_is_that_of_r() -> None:
    design, index, pupils, wide = of("dk")
    adjusted = design.poststratified(CLUSTERED["stype"], SCHOOLS)
    assert both(estimate_mean(adjusted, index)) == pytest.approx(EXPECTED["post.mean"], rel=1e-12)
    assert both(estimate_total(adjusted, pupils)) == pytest.approx(EXPECTED["post.total"], rel=1e-12)
    assert both(estimate_proportion(adjusted, wide)) == pytest.approx(EXPECTED["post.wide"], rel=1e-12)
    again = jackknife(DESIGNS["dkn"].poststratified(CLUSTERED["stype"], SCHOOLS))
    mean = again.estimate(lambda weights: weights @ index / weights.sum())
    assert both(mean) == pytest.approx(EXPECTED["postn.jk.mean"], rel=1e-12)


def test_raking_is_that_of_r() -> None:
    design, index, pupils, _ = of("dk")
    raked = design.raked([(CLUSTERED["stype"], SCHOOLS), (CLUSTERED["wide"], {"0": 1072, "1": 5122})])
    assert both(estimate_mean(raked, index)) == pytest.approx(EXPECTED["rake.mean"], rel=1e-10)
    assert both(estimate_total(raked, pupils)) == pytest.approx(EXPECTED["rake.total"], rel=1e-10)
    assert raked.weights[[0, 49, 99, 182]] == pytest.approx(EXPECTED["rake.weights"], rel=1e-9)


def test_the_bootstrap_agrees_with_linearisation() -> None:
    design, index, _, _ = of("ds")
    drawn = bootstrap(design, random=np.random.default_rng(5), replicates=1000)
    mean = drawn.estimate(lambda weights: weights @ index / weights.sum(), kind=IntervalKind.PERCENTILE)
    assert mean.standard_error == pytest.approx(EXPECTED["ds.mean"][1], rel=0.08)  # 3.5 Monte Carlo errors
    limits = mean.interval()
    assert limits.low < mean.value < limits.high
    assert mean.seed == 5


@pytest.mark.slow
def test_the_bootstrap_of_few_clusters_has_the_variance_of_linearisation() -> None:
    """Of 4 clusters 3 are drawn each time; without rescaling, or the finite population, it would be far off."""
    values = np.array([3.0, 5.0, 8.0, 14.0])
    design = SurveyDesign.of([2.0] * 4, clusters_in_population=8)
    drawn = bootstrap(design, random=np.random.default_rng(2), replicates=4000)
    total = drawn.estimate(lambda weights: weights @ values)
    assert total.standard_error == pytest.approx(estimate_total(design, values).standard_error, rel=0.05)
    assert total.replicates is not None
    assert total.replicates.mean() == pytest.approx(60, rel=0.02)
    with pytest.raises(CannotEstimate, match="Only a bootstrap"):
        jackknife(design).estimate(lambda weights: weights.sum(), kind=IntervalKind.PERCENTILE)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.1, 50), min_size=4, max_size=30), st.integers(0, 1000))
def test_weights_scaled_alike_change_no_mean(weights: list[float], seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=len(weights))
    one = estimate_mean(SurveyDesign.of(weights), values)
    other = estimate_mean(SurveyDesign.of(np.array(weights) * 7), values)
    assert both(one) == pytest.approx(both(other), rel=1e-9)
    assert effective_size(weights) <= len(weights) * (1 + 1e-9)
    assert kish_design_effect(weights) * effective_size(weights) == pytest.approx(len(weights))


def test_equal_weights_give_the_textbook_standard_error() -> None:
    values = np.array([3.0, 5.0, 8.0, 8.0, 12.0])
    estimate = estimate_mean(SurveyDesign.of(np.full(5, 4.0), clusters_in_population=20), values)
    assert estimate.value == pytest.approx(7.2)
    assert estimate.standard_error == pytest.approx(np.sqrt((1 - 5 / 20) * values.var(ddof=1) / 5))
    assert estimate_total(SurveyDesign.of(design_weights([0.25] * 5)), values).value == pytest.approx(144)


@pytest.mark.slow
def test_the_interval_covers_a_rare_share_in_a_clustered_population() -> None:
    """Draw 300 samples of 20 villages, of which some have many concerned: 95 % intervals cover at least 91 %."""
    random = np.random.default_rng(11)
    villages = random.beta(0.4, 8, size=400)
    truth = villages.mean()
    held = 0
    for _ in range(300):
        drawn = random.choice(villages, 20, replace=False)
        flags = (random.random((20, 15)) < drawn[:, None]).astype(float).ravel()
        design = SurveyDesign.of(np.full(300, 20.0), clusters=np.repeat(np.arange(20), 15).tolist())
        limits = estimate_proportion(design, flags).interval()
        held += limits.low <= truth <= limits.high
    assert 0.91 * 300 <= held <= 300


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"weights": [1, -2, 3]}, "Row 2 has the weight -2.0"),
        ({"weights": [1, 2, float("nan")]}, "Row 3"),
        ({"weights": [5]}, "at least two respondents"),
        ({"weights": ["x", 1]}, "not every value is a number"),
        ({"weights": [1, 1, 1], "strata": ["a", "b"]}, "2 values were given for 3 respondents"),
        ({"weights": [1, 1, 1], "strata": ["a", None, "b"]}, "row 2 has none"),
        (
            {"weights": [1, 1, 1], "strata": ["a", "b", "b"], "clusters": ["x", "x", "y"]},
            "Row 2 puts cluster x",
        ),
        (
            {"weights": [1, 1, 1], "clusters_in_population": 2},
            "2 clusters in the population, but 3 were drawn",
        ),
        ({"weights": [1, 1], "strata": ["a", "b"], "clusters_in_population": {"a": 3}}, "stratum b"),
        ({"weights": [1, 1], "strata": ["a", "b"], "clusters_in_population": 9}, "for each stratum"),
    ],
)
def test_a_wrong_design_is_refused_with_the_row(arguments: dict, says: str) -> None:
    with pytest.raises(CannotEstimate, match=says):
        SurveyDesign.of(**arguments)


def test_a_lonely_stratum_is_refused_unless_it_was_sure_to_be_drawn() -> None:
    rows = {"weights": [2, 2, 2, 1], "strata": ["north", "north", "north", "capital"]}
    lonely = SurveyDesign.of(**rows)
    values = [1.0, 2.0, 4.0, 100.0]
    for ask in (lambda: estimate_mean(lonely, values), lambda: jackknife(lonely)):
        with pytest.raises(CannotEstimate, match=r"Stratum capital has one cluster only.*Merge it"):
            ask()
    certain = SurveyDesign.of(**rows, clusters_in_population={"north": 6, "capital": 1})
    total = estimate_total(certain, values)
    assert total.standard_error == pytest.approx(np.sqrt(0.5 * 3 * np.var([2, 4, 8], ddof=1)))
    assert jackknife(certain).estimate(
        lambda weights: weights @ np.array(values)
    ).standard_error == pytest.approx(total.standard_error)


@pytest.mark.parametrize(
    ("groups", "totals", "says"),
    [
        (["a", "b", "c"], {"a": 5, "b": 5}, r"group c is not told \(row 3\)"),
        (["a", "b", "a"], {"a": 5, "b": 5, "c": 9}, "Nobody in the sample is of group c"),
        (["a", "b", "a"], {"a": 5, "b": -5}, "group b is -5.0"),
    ],
)
def test_wrong_known_totals_are_refused(groups: list[str], totals: dict[str, float], says: str) -> None:
    with pytest.raises(CannotEstimate, match=says):
        SurveyDesign.of([1, 1, 1]).poststratified(groups, totals)


@pytest.mark.slow
def test_margins_that_cannot_hold_together_are_refused() -> None:
    design = SurveyDesign.of([1, 1, 1, 1])
    with pytest.raises(CannotEstimate, match="different populations: 10 and 12"):
        design.raked([(list("aabb"), {"a": 5, "b": 5}), (list("xyxy"), {"x": 6, "y": 6})])
    with pytest.raises(CannotEstimate, match="cannot all hold together"):
        design.raked([(list("aabb"), {"a": 5, "b": 5}), (list("xxyy"), {"x": 4, "y": 6})])


def test_nobody_and_wrong_values_are_refused() -> None:
    design = SurveyDesign.of([1, 2, 3])
    with pytest.raises(CannotEstimate, match="nothing to estimate"):
        estimate_mean(design, [float("nan")] * 3)
    with pytest.raises(CannotEstimate, match=r"Row 3 has 2\.0"):
        estimate_proportion(design, [0, 1, 2])
    with pytest.raises(CannotEstimate, match="denominator adds up to 0"):
        estimate_ratio(design, [1, 2, 3], [0, 0, 0])
    with pytest.raises(CannotEstimate, match="between 0 and 1"):
        estimate_mean(design, [1, 2, 3]).interval(95)


@pytest.mark.parametrize("flags", [[0] * 40, [1] * 40])
def test_a_share_of_none_or_all_has_the_interval_of_clopper_and_pearson(flags: list[int]) -> None:
    estimate = estimate_proportion(SurveyDesign.of([1.0] * 40), flags)
    limits = estimate.interval()
    far = 1 - 0.025 ** (1 / 40)  # the exact limit for none of 40
    assert (limits.low, limits.high) == pytest.approx((0, far) if not flags[0] else (1 - far, 1))
    assert estimate.warnings[0].code == "all-alike"
