"""Network scale-up: equal to published figures, unbiased where its assumptions hold, and plain where they do not."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from amparo.stats.prevalence import CannotEstimate
from amparo.stats.survey import (
    Degrees,
    HiddenReports,
    SurveyDesign,
    generalised_scale_up,
    hold_out,
    known_population_degrees,
    scale_up,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "survey"
LINES = [line for line in (VECTORS / "scale_up.csv").read_text().splitlines() if not line.startswith("#")]
PUBLISHED = list(csv.DictReader(LINES))
SIZES = {row["name"]: float(row["size"]) for row in PUBLISHED}
MILLIONS = 10_000_000.0


def test_hidden_known_populations_are_estimated_as_published() -> None:
    """Every estimate, sum of degrees and standard error of the vignette, from the sums of reports alone."""
    found = hold_out([[float(row["reports"]) for row in PUBLISHED]], SIZES, population=MILLIONS)
    for held, row in zip(found, PUBLISHED, strict=True):
        close = 1e-4 if held.name == "muslim" else 0  # there, one respondent of the survey is missing
        assert held.estimate == pytest.approx(float(row["estimate"]), rel=close, abs=0.006)
        assert held.contacts == pytest.approx(float(row["contacts"]), abs=0.06)
        assert held.standard_error == pytest.approx(float(row["standard_error"]), rel=close, abs=6e-5)
    assert found[5].ratio == pytest.approx(
        1 + 13.77157538
    )  # priests, the worst of the published relative errors


def test_the_basic_estimate_is_the_published_one() -> None:
    """Clients of sex workers: 1,164 reports, degrees that add up to 243,522.6, 47,798.44 people."""
    degrees = known_population_degrees(
        [[float(row["reports"]) for row in PUBLISHED]], SIZES, population=MILLIONS
    )
    assert degrees.values.sum() == pytest.approx(243522.6, abs=0.06)
    estimate = scale_up([1164], degrees)
    assert estimate.value == pytest.approx(47798.44, abs=0.01)
    assert {warning.code for warning in estimate.warnings} >= {"killworth-error", "unadjusted"}


def test_degrees_use_the_populations_that_were_answered() -> None:
    missing = float("nan")
    degrees = known_population_degrees(
        [[2, 3], [missing, 3], [missing, missing], [90, 0]], {"a": 100, "b": 200}, population=3000, most=30
    )
    assert degrees.values[:2] == pytest.approx([50, 45])
    assert np.isnan(degrees.values[2])
    assert degrees.values[3] == pytest.approx(300)
    assert [warning.code for warning in degrees.warnings] == ["top-coded", "no-degree"]
    estimate = scale_up([1, 0, 5, missing], degrees)
    assert estimate.value == pytest.approx(3000 * 1 / 95)  # the third has no degree, the fourth did not say
    assert estimate.sample == 2


class Town:
    """A made-up network of 4,000 people: 200 are hidden, know fewer people, and not all contacts know of them."""

    people, hidden, transmission = 4000, 200, 0.6

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        liking = np.where(np.arange(self.people) < self.hidden, 0.6, 1.0) * random.gamma(4, 0.25, self.people)
        chance = 40 * np.outer(liking, liking) / liking.sum()
        upper = np.triu(random.random(chance.shape) < chance, 1)
        self.ties = upper | upper.T
        self.aware = self.ties[:, : self.hidden] & (
            random.random((self.people, self.hidden)) < self.transmission
        )
        groups = random.permutation(self.people)[:900].reshape(3, 300)
        self.reports = np.stack([self.ties[:, group].sum(axis=1) for group in groups], axis=1).astype(float)
        self.sizes = {f"group {i}": 300.0 for i in range(3)}
        self.probe = np.isin(np.arange(self.people), groups)


@cache
def town() -> Town:
    return Town(4)


def survey_of(random: np.random.Generator, people: int = 400) -> tuple[np.ndarray, SurveyDesign, Degrees]:
    asked = random.choice(Town.people, people, replace=False)
    degrees = known_population_degrees(town().reports[asked], town().sizes, population=Town.people)
    return asked, SurveyDesign.of(np.full(people, Town.people / people)), degrees


def test_known_population_degrees_find_the_true_degrees_on_average() -> None:
    degrees = known_population_degrees(town().reports, town().sizes, population=Town.people).values
    assert degrees.mean() == pytest.approx(town().ties.sum(axis=1).mean(), rel=0.04)


@pytest.mark.slow
def test_the_generalised_estimate_holds_where_the_basic_one_is_too_low() -> None:
    """Transmission 0.6 and a low degree ratio make the basic estimate a third of the truth; measured, they are put right."""
    random = np.random.default_rng(8)
    basic, general, held = [], [], 0
    for _ in range(40):
        asked, design, degrees = survey_of(random)
        told = town().aware[asked].sum(axis=1).astype(float)
        basic.append(scale_up(told, degrees).value)
        found = random.choice(Town.hidden, 60, replace=False)
        visible = HiddenReports.of(
            town().aware[town().probe][:, found].sum(axis=0),
            known=town().ties[town().probe][:, found].sum(axis=0),
            probes=float(town().probe.sum()),
            design=SurveyDesign.of(np.ones(60)),
        )
        estimate = generalised_scale_up(
            told, design, visible, frame=Town.people, degrees=degrees, random=random, replicates=100
        )
        general.append(estimate.value)
        limits = estimate.interval()
        held += limits.low <= Town.hidden <= limits.high
    truth = (town().aware[town().probe].sum() / town().probe.sum()) / (town().aware.sum() / Town.people)
    assert np.mean(general) * truth == pytest.approx(
        Town.hidden, rel=0.03
    )  # truth: how typical the probe groups are
    assert np.mean(basic) < 0.5 * Town.hidden
    assert held >= 0.85 * 40
    assert estimate.transmission == pytest.approx(Town.transmission, abs=0.05)
    ratio = town().ties[:, : Town.hidden].sum(axis=0).mean() / town().ties.sum(axis=1).mean()
    assert estimate.degree_ratio == pytest.approx(ratio, rel=0.15)


@pytest.mark.slow
def test_both_samples_bring_uncertainty() -> None:
    """With one of the samples all alike, the spread is that of the other: a coefficient of variation of s / (mean √n)."""
    random = np.random.default_rng(1)
    told, aware = random.poisson(1.0, 150).astype(float), random.poisson(3.0, 60).astype(float)
    frame, hidden = SurveyDesign.of(np.full(150, 100.0)), SurveyDesign.of(np.ones(60))
    for reports, seen, varied in ((told, np.full(60, 3.0), told), (np.ones(150), aware, aware)):
        visible = HiddenReports.of(seen, probes=1500, design=hidden)
        estimate = generalised_scale_up(reports, frame, visible, frame=15_000, random=random, replicates=400)
        expected = varied.std(ddof=1) / varied.mean() / np.sqrt(varied.size)
        assert estimate.standard_error / estimate.value == pytest.approx(expected, rel=0.15)


def test_the_factors_are_reported_and_their_sensitivity() -> None:
    degrees = Degrees(np.full(50, 100.0), 100_000)
    basic = scale_up(np.ones(50), degrees)
    adjusted = scale_up(np.ones(50), degrees, transmission=0.5, degree_ratio=0.8)
    assert basic.value == pytest.approx(1000)
    assert adjusted.value == pytest.approx(2500)
    assert adjusted.adjusted() == pytest.approx(basic.value)
    assert adjusted.standard_error == pytest.approx(basic.standard_error * 2.5)
    table = basic.sensitivity(transmissions=(0.5, 1.0), degree_ratios=(0.8, 1.0))
    assert table == {
        (0.5, 0.8): pytest.approx(2500),
        (0.5, 1.0): pytest.approx(2000),
        (1.0, 0.8): pytest.approx(1250),
        (1.0, 1.0): pytest.approx(1000),
    }


@pytest.mark.slow
def test_the_bootstrap_sees_that_respondents_of_a_village_answer_alike() -> None:
    """Killworth's standard error takes every report for independent: far too small when villages differ."""
    random = np.random.default_rng(3)
    village = np.repeat(np.arange(20), 10)
    told = random.poisson(random.gamma(0.5, 2, 20)[village]).astype(float)
    degrees = Degrees(np.full(200, 150.0), 1_000_000)
    alone = scale_up(told, degrees)
    design = SurveyDesign.of(np.ones(200), clusters=village.tolist())
    together = scale_up(told, degrees, design=design, random=np.random.default_rng(7), replicates=400)
    again = scale_up(told, degrees, design=design, random=np.random.default_rng(7), replicates=400)
    assert together.value == pytest.approx(alone.value)
    assert together.standard_error > 2 * alone.standard_error
    assert together.seed == 7
    assert together.interval() == again.interval()
    assert alone.interval().low > 0


@pytest.mark.parametrize(
    ("hidden", "says"),
    [
        ([0, 0, 0], "Nobody in the sample knows anybody of the hidden population"),
        ([1, -1, 0], "Row 2 knows -1.0"),
        ([1, 0], "2 values were given for 3"),
        ([500, 500, 500], "more than the whole population"),
    ],
)
def test_reports_that_bear_no_estimate_are_refused(hidden: list[float], says: str) -> None:
    with pytest.raises(CannotEstimate, match=says):
        scale_up(hidden, Degrees(np.array([100.0, 100, 100]), 1000))


@pytest.mark.parametrize(
    ("reports", "sizes", "says"),
    [
        ([[1, 2]], {"a": 10}, "columns: 1"),
        ([[1], [-2]], {"a": 10}, "Row 2 reports -2.0 of a"),
        ([["many"]], {"a": 10}, "not every value is a number"),
        ([[1]], {"a": 0}, "Known population a must have"),
        ([[1]], {"a": 5000}, "Known population a must have"),
    ],
)
def test_wrong_known_populations_are_refused(reports: list, sizes: dict[str, float], says: str) -> None:
    with pytest.raises(CannotEstimate, match=says):
        known_population_degrees(reports, sizes, population=1000)


def test_what_else_bears_no_estimate_is_refused() -> None:
    degrees = Degrees(np.zeros(3), 1000)
    with pytest.raises(CannotEstimate, match="nobody has a degree"):
        scale_up([1, 0, 0], degrees)
    with pytest.raises(CannotEstimate, match=r"transmission is 1\.4"):
        scale_up([1, 0, 0], degrees, transmission=1.4)
    with pytest.raises(CannotEstimate, match="random generator"):
        scale_up([1, 0, 0], Degrees(np.ones(3), 1000), design=SurveyDesign.of(np.ones(3)))
    with pytest.raises(CannotEstimate, match="at least two"):
        hold_out([[1]], {"a": 10}, population=100)
    with pytest.raises(CannotEstimate, match="Row 2: more people are aware"):
        HiddenReports.of([1, 5], known=[3, 4], probes=10, design=SurveyDesign.of([1, 1]))
    visible = HiddenReports.of([1, 2], probes=10, design=SurveyDesign.of([1, 1]))
    random = np.random.default_rng(1)
    with pytest.raises(CannotEstimate, match="weights add up to 3"):
        generalised_scale_up([1, 0, 0], SurveyDesign.of(np.ones(3)), visible, frame=100, random=random)
    estimate = generalised_scale_up(
        np.ones(40), SurveyDesign.of(np.full(40, 2.5)), visible, frame=100, random=random, replicates=20
    )
    with pytest.raises(CannotEstimate, match="did not measure both factors"):
        estimate.adjusted()
