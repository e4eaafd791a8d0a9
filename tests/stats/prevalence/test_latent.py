"""Latent classes: the posterior of the reference, and no interval from chains that disagree."""

from __future__ import annotations

from math import hypot, sqrt

import numpy as np
import pytest

from amparo.stats.prevalence import CannotEstimate, OverlapTable, Status, estimate_latent
from amparo.stats.prevalence._drawing_kernels import draw_binomial, draw_poisson
from amparo.stats.prevalence._latent_kernels import run_chain

from .reference_tables import reference_answer, reference_table

THREE = OverlapTable(("a", "b", "c"), np.array([0, 20, 15, 6, 30, 4, 3, 2]))


def seeded(seed: int = 11) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.slow
def test_median_is_that_of_the_reference_within_the_error_of_both() -> None:
    expected = reference_answer("lcmcr_korea3")
    found = estimate_latent(reference_table("korea3"), random=seeded(), cap=expected["cap_N"], longest=10_000)
    assert found.status is Status.EXISTS
    assert found.estimate is not None
    pooled = expected["pooled"]
    theirs = 1.2533 * (pooled["75%"] - pooled["25%"]) / 1.349 / sqrt(expected["ess"])
    # Whole people: a median is known to one half of a person at best.
    assert abs(found.estimate - pooled["50%"]) <= 2 * hypot(theirs, found.convergence.median_error) + 0.5
    limits = found.interval(0.95)
    assert limits is not None
    assert limits.low == pytest.approx(pooled["2.5%"], abs=2)
    assert limits.high == pytest.approx(pooled["97.5%"], rel=0.08)


def test_same_seed_gives_the_same_digits_whatever_the_number_of_workers() -> None:
    one = estimate_latent(THREE, random=seeded(), longest=1000)
    two = estimate_latent(THREE, random=seeded(), longest=1000, workers=2)
    other = estimate_latent(THREE, random=seeded(12), longest=1000)
    assert np.array_equal(one.draws, two.draws)
    assert not np.array_equal(one.draws, other.draws)
    assert (one.seed, other.seed) == (11, 12)


def test_no_interval_comes_from_chains_that_disagree() -> None:
    """The reference package prints one from chains with medians of 48,000 and 141,000."""
    found = estimate_latent(reference_table("uk5"), random=seeded(), longest=1000)
    assert found.convergence.rank_hat > 1.05
    assert (found.status, found.estimate, found.interval(), found.unseen) == (
        Status.NOT_CONVERGED,
        None,
        None,
        None,
    )
    assert found.warnings[0].code == "chains_disagree"
    assert "still give different answers" in str(found.warnings[0].message)


def test_cap_is_an_argument_and_what_it_does_is_told() -> None:
    """The R package LCMCR 0.4.14 redraws until N is at most 21 n, and tells nobody."""
    table = reference_table("australia4")
    free = estimate_latent(table, random=seeded(), longest=4000, greatest_hat=2)
    assert free.cap is None
    assert free.draws.max() > 21 * table.observed
    capped = estimate_latent(table, random=seeded(), longest=4000, cap=21 * table.observed, greatest_hat=2)
    assert capped.draws.max() <= 21 * table.observed
    assert 0.01 < capped.cut < 0.3
    assert capped.near_cap > 0
    assert "cap" in {c.code for c in capped.warnings}
    below = estimate_latent(table, random=seeded(), longest=1000, cap=420)
    assert (below.status, below.estimate, below.interval()) == (Status.REFUSED, None, None)
    assert "contradicts the data" in str(below.warnings[0].message)


def test_all_steps_leave_the_prior_as_it_is_when_there_are_no_data() -> None:
    """Alpha ~ Gamma(1/4, 1/4), V ~ Beta(1, alpha), chances uniform: a wrong Jacobian would move them."""
    random = seeded(5)
    histories, counts = np.arange(8), np.zeros(8)
    sticks, logits, level = np.zeros(3), np.zeros((4, 3)), np.zeros(2)
    alpha, used, chance = [], [], []
    for _ in range(10_000):
        run_chain(random, histories, counts, sticks, logits, level, np.empty(1, dtype=np.int64), True)
        alpha.append(level[0])
        # If V ~ Beta(1, alpha), then (1 - V)**alpha is uniform.
        used.append(np.exp(-level[0] * np.logaddexp(0, sticks)))
        chance.append(1 / (1 + np.exp(-logits)))
    from scipy.stats import gamma

    ranks = gamma.cdf(alpha, 0.25, scale=4)
    assert np.mean(ranks) == pytest.approx(0.5, abs=0.03)
    assert np.mean(ranks < 0.2) == pytest.approx(0.2, abs=0.03)
    for values in (np.array(used).T, np.array(chance).reshape(len(chance), -1).T):
        for one in values:
            assert np.mean(one) == pytest.approx(0.5, abs=0.03)
            assert np.mean(one < 0.1) == pytest.approx(0.1, abs=0.02)


def test_steps_that_sum_people_out_sample_what_gibbs_steps_alone_sample() -> None:
    histories, counts = np.arange(8), THREE.counts.astype(float)
    medians = {}
    for moves in (True, False):
        draws = np.empty((4, 15_000), dtype=np.int64)
        for row, random in zip(draws, seeded(7).spawn(4), strict=True):
            run_chain(random, histories, counts, np.zeros(9), np.zeros((10, 3)), np.zeros(2), row, moves)
        medians[moves] = np.median(draws[:, 5000:])
    assert medians[True] == pytest.approx(medians[False], rel=0.05)


def test_nobody_on_two_lists_is_refused_with_the_reason() -> None:
    found = estimate_latent(
        OverlapTable(("a", "b", "c"), np.array([0, 30, 20, 0, 10, 0, 0, 0])), random=seeded()
    )
    assert (found.status, found.estimate, found.interval()) == (Status.REFUSED, None, None)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"classes": 1}, "2 classes, 2 chains"),
        ({"chains": 1}, "2 classes, 2 chains"),
        ({"cap": 10}, "above the 80 people observed"),
    ],
)
def test_what_it_cannot_take_is_told(arguments: dict[str, int], told: str) -> None:
    with pytest.raises(CannotEstimate, match=told):
        estimate_latent(THREE, random=seeded(), **arguments)  # type: ignore[arg-type] - mypy cannot tell them apart


def test_too_few_lists_and_nobody_at_all_are_told() -> None:
    with pytest.raises(CannotEstimate, match="3 lists or more"):
        estimate_latent(OverlapTable(("a", "b"), np.array([0, 3, 4, 2])), random=seeded())
    with pytest.raises(CannotEstimate, match="Nobody is on any list"):
        estimate_latent(OverlapTable(("a", "b", "c"), np.zeros(8, dtype=np.int64)), random=seeded())


def test_a_large_class_at_the_end_of_the_stick_does_not_stay_there() -> None:
    """A chain that began so gave 1,670 on this table for 80,000 iterations, where the others gave 1,835."""
    table = reference_table("western5")
    histories = np.concatenate([[0], np.flatnonzero(table.counts)])
    sticks, logits, level = np.full(9, -6.0), np.zeros((10, 5)), np.array([30.0, 0.0])
    logits[-1] = -3.0
    draws = np.empty(500, dtype=np.int64)
    run_chain(seeded(), histories, table.counts[histories].astype(float), sticks, logits, level, draws, True)
    shares_left = np.exp(-np.logaddexp(0, sticks).cumsum())
    assert shares_left[-1] < 0.5
    assert level[0] < 10


@pytest.mark.slow
def test_few_and_many_people_are_drawn_as_binomial_and_poisson_variables_are() -> None:
    from numba import njit
    from scipy.stats import binom, kstest, poisson

    @njit
    def draw(random: np.random.Generator, people: int, chance: float, drawn: np.ndarray) -> None:
        for i in range(drawn.shape[1]):
            drawn[0, i] = draw_binomial(random, people, chance)
            drawn[1, i] = draw_poisson(random, people * chance)

    for people, chance in ((12, 0.3), (900, 0.4), (50_000, 0.97)):
        drawn = np.empty((2, 100_000))
        draw(seeded(3), people, chance, drawn)
        # Whole numbers are spread over the unit below them, so that equal ones do not weigh.
        spread = drawn - seeded(4).random(drawn.shape)
        for values, exact in zip(spread, (binom(people, chance), poisson(people * chance)), strict=True):
            below = np.floor(values)
            ranks = exact.cdf(below) + (values - below) * exact.pmf(below + 1)
            assert kstest(ranks, "uniform").pvalue > 1e-3
