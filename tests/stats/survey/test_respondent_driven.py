"""Respondent-driven sampling: equal to published weights, right on a network whose truth is known, the same for any order of rows."""

from __future__ import annotations

import csv
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from amparo.stats.prevalence import CannotEstimate
from amparo.stats.survey import (
    Estimator,
    Recruitment,
    Resampling,
    RespondentDrivenEstimate,
    SurveyDesign,
    diagnose,
    estimate_mean,
    inclusion_probabilities,
    respondent_driven,
    successive_weights,
)
from bench._network import Network

VECTORS = Path(__file__).parents[2] / "vectors" / "survey"
NETWORK = Network(2)


def chain(degrees: list[float] | None = None) -> Recruitment:
    """Ann recruits Ben and Cid, Ben recruits Dan, Dan recruits Eva and Fay."""
    recruiters = [None, "ann", "ann", "ben", "dan", "dan"]
    return Recruitment.of(
        ["ann", "ben", "cid", "dan", "eva", "fay"], recruiters, degrees or [2, 4, 4, 2, 8, 4]
    )


def test_weights_of_successive_sampling_are_those_published() -> None:
    """RDS simulates with 1,000 samples; its own test allows a mean difference of 0.02 between two runs."""
    lines = [
        line for line in (VECTORS / "successive.csv").read_text().splitlines() if not line.startswith("#")
    ]
    rows = list(csv.DictReader(lines))
    people = np.array([int(row["people"]) for row in rows])
    degrees = np.repeat([float(row["degree"]) for row in rows], people)
    published = np.repeat([float(row["weight"]) for row in rows], people)
    assert degrees.size == 389
    weights, _ = successive_weights(degrees, 1000)
    assert weights.sum() == pytest.approx(1000)
    assert np.abs(weights - published).mean() < 0.02
    assert np.abs(weights / published - 1).max() < 0.025


def test_successive_sampling_lies_between_the_plain_mean_and_rds_ii() -> None:
    degrees = np.array([2.0] * 40 + [10.0] * 60)
    everybody, _ = successive_weights(degrees, 100)
    endless, _ = successive_weights(degrees, 1e9)
    between, _ = successive_weights(degrees, 300)
    assert everybody / everybody.sum() == pytest.approx(np.full(100, 0.01))
    assert endless / endless.sum() == pytest.approx((1 / degrees) / (1 / degrees).sum(), rel=1e-5)
    assert 1 < between[0] / between[-1] < 5


def exact_inclusion(sizes: list[float], drawn: int) -> np.ndarray:
    """Go through every order of drawing."""
    found = np.zeros(len(sizes))
    for order in permutations(range(len(sizes)), drawn):
        chance, left = 1.0, sum(sizes)
        for person in order:
            chance *= sizes[person] / left
            left -= sizes[person]
        found[list(order)] += chance
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "drawn", "close"),
    [
        ([1, 2, 3, 4, 5, 6], 3, 0.0025),
        ([1, 1, 2, 3, 3, 3, 5, 9], 4, 0.0015),
        ([1, 1, 1, 1, 1, 1, 1, 20], 3, 0.001),
        ([1, 1, 1, 1, 1, 1, 40, 40], 3, 0.004),
    ],
)
def test_inclusion_probabilities_are_near_the_exact_ones_even_for_a_handful(
    sizes: list[float], drawn: int, close: float
) -> None:
    kinds, place, counts = np.unique(np.array(sizes, dtype=float), return_inverse=True, return_counts=True)
    near = inclusion_probabilities(kinds, counts.astype(float), drawn)[place]
    assert near == pytest.approx(exact_inclusion(sizes, drawn), abs=close)


def test_inclusion_probabilities_are_those_of_simulated_draws() -> None:
    random = np.random.default_rng(1)
    sizes = random.integers(1, 40, 300).astype(float)
    kinds, place, counts = np.unique(sizes, return_inverse=True, return_counts=True)
    near = inclusion_probabilities(kinds, counts.astype(float), 100)
    clocks = random.standard_exponential((2000, 300)) / sizes
    drawn = np.argpartition(clocks, 100, axis=1)[:, :100]
    seen = np.bincount(place, weights=np.bincount(drawn.ravel(), minlength=300) / 2000) / counts
    assert near @ counts == pytest.approx(100, abs=1e-3)
    assert np.abs(seen - near).max() < 4 * np.sqrt(0.25 / 2000)


def test_rds_one_is_the_formula_of_salganik_and_heckathorn() -> None:
    """With two groups the share of A is S_BA d_B / (S_BA d_B + S_AB d_A), d the harmonic mean degree."""
    estimate = respondent_driven(
        chain([2, 4, 4, 2, 8, 16]), ["a", "b", "a", "a", "b", "a"], method=Estimator.RDS_I
    )
    from_a_to_b, from_b_to_a = 2 / 4, 1 / 1  # a recruited b, a, b, a; b recruited a
    degree_a, degree_b = 4 / (1 / 2 + 1 / 4 + 1 / 2 + 1 / 16), 2 / (1 / 4 + 1 / 8)
    above = from_b_to_a * degree_b
    assert estimate.shares[0] == pytest.approx(above / (above + from_a_to_b * degree_a))
    assert estimate.weights.sum() == pytest.approx(1)
    assert estimate.weights[[0, 2, 3, 5]].sum() == pytest.approx(estimate.shares[0])


def test_rds_two_weighs_by_one_over_the_degree() -> None:
    traits = ["a", "b", "a", None, "b", "a"]
    estimate = respondent_driven(chain(), traits)
    weights = np.array([1 / 2, 1 / 4, 1 / 4, 0, 1 / 8, 1 / 4])
    assert estimate.shares == pytest.approx([1.0 / weights.sum(), 0.375 / weights.sum()])
    assert estimate.weights == pytest.approx(weights / weights.sum())
    assert [warning.code for warning in estimate.warnings] == ["degree-below-ties", "missing-groups"]
    without = respondent_driven(chain(), traits, with_seeds=False)
    assert without.shares[0] == pytest.approx(0.5 / 0.875)
    design = SurveyDesign.of(estimate.weights[[0, 1, 2, 4, 5]])
    assert estimate_mean(design, [1, 0, 1, 0, 1]).value == pytest.approx(estimate.shares[0])


@pytest.mark.slow
def test_the_estimators_find_the_truth_of_a_network_as_far_as_they_promise() -> None:
    """In a third of a network, RDS-I and II are too low (without replacement), and successive sampling is right."""
    random = np.random.default_rng(5)
    found: dict[Estimator, list[float]] = {method: [] for method in Estimator}
    raw = []
    for _ in range(30):
        recruitment, traits = NETWORK.sample(random, 350)
        raw.append(np.mean([trait == "yes" for trait in traits]))
        for method, shares in found.items():
            shares.append(respondent_driven(recruitment, traits, method=method, population=1000).shares[1])
    assert np.mean(raw) > NETWORK.share + 0.06
    assert np.mean(found[Estimator.SUCCESSIVE]) == pytest.approx(NETWORK.share, abs=0.012)
    for method in (Estimator.RDS_I, Estimator.RDS_II):
        assert NETWORK.share - 0.05 < np.mean(found[method]) < NETWORK.share - 0.012
    small = [respondent_driven(*NETWORK.sample(random, 80)).shares[1] for _ in range(60)]
    assert np.mean(small) == pytest.approx(NETWORK.share, abs=0.025)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "resampling", "least"),
    [
        (Estimator.RDS_II, Resampling.TREE, 0.9),
        (Estimator.RDS_II, Resampling.SALGANIK, 0.83),
        (Estimator.SUCCESSIVE, Resampling.SUCCESSIVE, 0.83),
    ],
)
def test_intervals_hold_the_truth(method: Estimator, resampling: Resampling, least: float) -> None:
    random = np.random.default_rng(12)
    held = 0
    for turn in range(20):
        recruitment, traits = NETWORK.sample(random, 120)
        estimate = respondent_driven(
            recruitment,
            traits,
            method=method,
            resampling=resampling,
            population=1000,
            random=np.random.default_rng(turn),
            replicates=30,
        )
        limits = estimate.interval("yes")
        held += limits.low <= NETWORK.share <= limits.high
    assert held >= least * 20


@pytest.mark.slow
def test_the_bootstrap_of_a_large_sample_sees_who_is_left() -> None:
    """Samples of 700 of 1,000 differ by 0.8 points; a bootstrap that does not see who is left says three times that."""
    random = np.random.default_rng(3)
    shares, errors, shifts = [], [], []
    for turn in range(6):
        recruitment, traits = NETWORK.sample(random, 700)
        estimate = respondent_driven(
            recruitment,
            traits,
            method=Estimator.SUCCESSIVE,
            population=1000,
            random=np.random.default_rng(turn),
            replicates=20,
        )
        assert estimate.replicates is not None
        shares.append(estimate.shares[1])
        errors.append(estimate.share("yes").standard_error)
        shifts.append(estimate.replicates[:, 1].mean() - estimate.shares[1])
    assert np.std(shares) < 0.013
    assert np.mean(errors) < 0.015
    assert abs(np.mean(shifts)) < 0.02


def test_a_tree_that_outgrows_the_population_is_weighed_all_the_same() -> None:
    recruitment, traits = NETWORK.sample(np.random.default_rng(9), 60)
    estimate = respondent_driven(
        recruitment,
        traits,
        method=Estimator.SUCCESSIVE,
        resampling=Resampling.TREE,
        population=60,
        random=np.random.default_rng(2),
        replicates=20,
    )
    assert estimate.replicates is not None
    assert estimate.replicates.shape == (20, 2)
    assert np.isfinite(estimate.replicates).all()


def test_when_everybody_was_asked_nothing_varies() -> None:
    """Ten seeds of one group and ten recruits of another are all there are: every bootstrap sample is the whole."""
    ids = list(range(1, 21))
    recruitment = Recruitment.of(ids, [None] * 10 + ids[:10], [2] * 10 + [8] * 10)
    traits = ["a"] * 10 + ["b"] * 9 + ["a"]
    recruitment = Recruitment.of(
        [*ids, 21], [*([None] * 10), *ids[:10], 11], np.append(recruitment.degrees, 4.0)
    )
    estimate = respondent_driven(
        recruitment,
        [*traits, "a"],
        method=Estimator.SUCCESSIVE,
        population=21,
        random=np.random.default_rng(1),
        replicates=20,
    )
    assert estimate.shares == pytest.approx([12 / 21, 9 / 21])
    assert estimate.replicates == pytest.approx(np.tile(estimate.shares, (20, 1)))


@pytest.mark.slow
def test_the_tree_bootstrap_of_one_wave_is_a_binomial() -> None:
    """One seed and 40 recruits of equal degree: the share is that of 40 draws, whose variance is known."""
    recruitment = Recruitment.of(range(1, 42), [None, *[1] * 40], [50] * 41)
    traits = ["no", *["yes"] * 10, *["no"] * 30]
    estimate = respondent_driven(recruitment, traits, random=np.random.default_rng(3), replicates=3000)
    assert estimate.replicates is not None
    assert estimate.replicates[:, 1].mean() == pytest.approx(10 / 41, abs=0.004)
    assert estimate.replicates[:, 1].var() == pytest.approx(40 * 0.25 * 0.75 / 41**2, rel=0.1)
    assert estimate.seed == 3


def test_salganiks_bootstrap_settles_where_recruitment_does() -> None:
    recruitment, traits = NETWORK.sample(np.random.default_rng(4), 200)
    even = Recruitment(
        recruitment.ids, recruitment.recruiters, np.full(200, 5.0), recruitment.waves, recruitment.seeds
    )
    estimate = respondent_driven(
        even, traits, method=Estimator.RDS_I, random=np.random.default_rng(5), replicates=300
    )
    assert estimate.resampling is Resampling.SALGANIK
    assert estimate.replicates is not None
    assert estimate.replicates[:, 1].mean() == pytest.approx(estimate.shares[1], abs=0.015)


@pytest.mark.slow
@pytest.mark.parametrize("resampling", Resampling)
def test_the_order_of_the_rows_changes_no_digit(resampling: Resampling) -> None:
    recruitment, traits = NETWORK.sample(np.random.default_rng(9), 100)
    shuffled = np.random.default_rng(1).permutation(100)

    def estimate(order: np.ndarray) -> RespondentDrivenEstimate:
        recruiters = [
            recruitment.ids[recruitment.recruiters[i]] if recruitment.recruiters[i] >= 0 else None
            for i in order
        ]
        rows = Recruitment.of([recruitment.ids[i] for i in order], recruiters, recruitment.degrees[order])
        return respondent_driven(
            rows,
            [traits[i] for i in order],
            method=Estimator.SUCCESSIVE,
            resampling=resampling,
            population=1000,
            random=np.random.default_rng(77),
            replicates=20,
        )

    one, other = estimate(np.arange(100)), estimate(shuffled)
    assert one.interval("yes") == other.interval("yes")
    assert one.weights[shuffled] == pytest.approx(other.weights, rel=1e-12)


def test_diagnoses_show_groups_that_keep_to_themselves() -> None:
    """Two groups that never meet: no equilibrium, chains of different seeds disagree wholly."""
    ids = list(range(1, 41))
    recruiters = [None, None, *[i - 2 for i in range(3, 41)]]
    traits = ["a" if i % 2 else "b" for i in ids]
    found = diagnose(Recruitment.of(ids, recruiters, [5] * 40), traits)
    assert found.homophily == (1.0, 1.0)
    assert found.waves_needed is None
    assert {warning.code for warning in found.warnings} >= {"no-equilibrium", "bottleneck", "homophily"}
    assert [chain.recruits for chain in found.chains] == [19, 19]
    with pytest.raises(CannotEstimate, match="recruit from each other"):
        respondent_driven(Recruitment.of(ids, recruiters, [5] * 40), traits, method=Estimator.RDS_I)


def test_homophily_is_heckathorns() -> None:
    """Own recruits beyond the share over all that could be beyond it, or short of it over the share; degrees are equal."""
    rows = Recruitment.of([1, 2, 3, 4, 5, 6, 7], [None, 1, 1, 1, 1, 5, 5], [9] * 7)
    found = diagnose(rows, ["a", "a", "a", "a", "b", "a", "a"])
    share = 6 / 7
    assert found.transitions.tolist() == [[3, 1], [2, 0]]
    assert found.homophily[0] == pytest.approx((0.75 - share) / share)
    assert found.homophily[1] == pytest.approx(-1)
    assert diagnose(rows, ["a", "a", "b", "b", "b", "b", "b"]).homophily[1] == pytest.approx(1)
    third = diagnose(rows, ["a", "a", "a", "b", "b", "b", "a"])
    assert third.homophily[0] == pytest.approx((0.5 - 4 / 7) / (4 / 7))
    assert third.homophily[1] == pytest.approx((0.5 - 3 / 7) / (4 / 7))


def test_diagnoses_of_a_mixed_network_are_calm() -> None:
    recruitment, traits = Network(3, own=1.0, activity=1.0).sample(np.random.default_rng(2), 300)
    found = diagnose(recruitment, traits)
    assert found.waves_needed is not None
    assert found.waves_needed <= 3
    assert found.by_wave[-1] == pytest.approx(respondent_driven(recruitment, traits).shares)
    assert all(value is not None and abs(value) < 0.3 for value in found.homophily)
    assert not {warning.code for warning in found.warnings} & {"no-equilibrium", "homophily", "too-few-waves"}


def test_what_bears_no_share_is_refused() -> None:
    with pytest.raises(CannotEstimate, match="one group"):
        respondent_driven(chain(), ["a"] * 6)
    with pytest.raises(CannotEstimate, match="5 traits were given for 6"):
        respondent_driven(chain(), ["a"] * 5)
    with pytest.raises(CannotEstimate, match="size of the population"):
        respondent_driven(chain(), list("abaaba"), method=Estimator.SUCCESSIVE)
    with pytest.raises(CannotEstimate, match="at least as large as the sample"):
        respondent_driven(chain(), list("abaaba"), method=Estimator.SUCCESSIVE, population=4)
    with pytest.raises(CannotEstimate, match="every group to recruit somebody"):
        respondent_driven(chain(), list("aabaab"), method=Estimator.RDS_I)
    with pytest.raises(CannotEstimate, match="group a"):
        respondent_driven(chain(), list("abbbbb"), with_seeds=False)
    with pytest.raises(CannotEstimate, match="at least as large as the sample, 6"):
        respondent_driven(chain(), ["a", "b", "a", "a", None, "a"], method=Estimator.SUCCESSIVE, population=5)
    plain = respondent_driven(chain(), list("abaaba"))
    with pytest.raises(CannotEstimate, match="Without a bootstrap"):
        plain.interval("a")
    with pytest.raises(CannotEstimate, match="no group z"):
        plain.share("z")
