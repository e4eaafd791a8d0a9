"""Whether chains agree: against values worked out by other means, and on chains whose worth is known."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest

from amparo.stats.prevalence._chains import check_chains, effective_size, median_error, rank_hat


def test_rank_hat_of_eight_draws_by_hand() -> None:
    """Halves (1,2), (3,4), (5,6), (7,8): normal scores of the ranks, variance between and within."""
    score = [NormalDist().inv_cdf((rank - 0.375) / 8.25) for rank in range(1, 9)]
    halves = [score[i : i + 2] for i in (0, 2, 4, 6)]
    means = [sum(h) / 2 for h in halves]
    within = sum((h[0] - h[1]) ** 2 / 2 for h in halves) / 4
    between = sum((m - sum(means) / 4) ** 2 for m in means) / 3
    expected = sqrt(1 / 2 + between / within)
    assert rank_hat(np.array([[1.0, 2, 3, 4], [5, 6, 7, 8]])) == pytest.approx(expected, rel=1e-12)
    assert expected == pytest.approx(2.99942, abs=1e-5)


def test_equal_draws_share_their_mean_rank() -> None:
    first = np.array([[1.0, 1, 2, 2], [1, 2, 1, 2]])
    assert rank_hat(first) == pytest.approx(rank_hat(first * 1000 + 7), rel=1e-12)
    assert rank_hat(np.ones((4, 10))) == 1.0
    assert rank_hat(np.repeat([[1.0], [2.0]], 10, axis=1)) == np.inf


def test_rank_hat_sees_a_shift_a_drift_and_a_spread_even_without_moments() -> None:
    random = np.random.default_rng(3)
    same = random.standard_cauchy((4, 1000))
    assert rank_hat(same) < 1.01
    shifted = same.copy()
    shifted[0] += 2
    assert rank_hat(shifted) > 1.05
    wider = same.copy()
    wider[0] *= 4
    assert rank_hat(wider) > 1.05
    assert rank_hat(same + np.linspace(0, 5, 1000)) > 1.05


def test_effective_size_of_an_autoregression_is_the_known_one() -> None:
    random = np.random.default_rng(4)
    draws = np.empty((4, 20_000))
    draws[:, 0] = random.standard_normal(4)
    noise = random.standard_normal(draws.shape)
    for at in range(1, draws.shape[1]):
        draws[:, at] = 0.8 * draws[:, at - 1] + 0.6 * noise[:, at]
    assert effective_size(draws) == pytest.approx(draws.size * 0.2 / 1.8, rel=0.12)
    assert effective_size(noise) == pytest.approx(noise.size, rel=0.12)
    assert effective_size(draws + np.array([[0.0], [0], [0], [30]])) < 8


def test_error_of_the_median_is_that_of_independent_draws() -> None:
    draws = np.random.default_rng(5).standard_normal((4, 10_000))
    assert median_error(draws) == pytest.approx(sqrt(np.pi / 2 / draws.size), rel=0.15)
    found = check_chains(draws, 20_000)
    assert (found.chains, found.iterations) == (4, 20_000)
    assert found.tail == pytest.approx(draws.size, rel=0.15)
