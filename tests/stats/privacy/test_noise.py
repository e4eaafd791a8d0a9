"""Noise has exactly the distribution that is promised."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from amparo.stats.privacy import (
    CannotPromise,
    SeededForTesting,
    SystemRandomness,
    discrete_gaussian,
    discrete_laplace,
)
from amparo.stats.privacy import _noise as noise


def agreement(draws: np.ndarray, weight: object, widest: int) -> float:
    """Give the p-value of a chi-square test against chances in proportion to ``weight(x)``."""
    from scipy.stats import chisquare

    values = np.arange(-widest, widest + 1)
    chances = np.array([weight(int(x)) for x in values])  # type: ignore[operator]
    expected = chances / chances.sum() * draws.size
    groups = np.concatenate([[0], np.flatnonzero(np.diff(np.floor(np.cumsum(expected) / 50))) + 1])
    observed = np.bincount(np.clip(draws + widest, 0, 2 * widest), minlength=values.size)
    return float(
        chisquare(
            np.add.reduceat(observed, groups), np.add.reduceat(expected, groups), sum_check=False
        ).pvalue
    )


@pytest.mark.parametrize("sigma", [Fraction(1, 2), Fraction(3), Fraction(376, 10), Fraction(600)])
def test_gaussian_agrees_with_its_chances(sigma: Fraction) -> None:
    variance = sigma * sigma
    draws = discrete_gaussian(variance, 100_000, SeededForTesting(5))
    assert agreement(draws, lambda x: math.exp(-x * x / (2 * float(variance))), int(8 * sigma) + 3) > 1e-3


def test_gaussian_too_wide_for_words_is_drawn_with_whole_numbers_of_any_size() -> None:
    sigma = Fraction(1 << 17)
    draws = discrete_gaussian(sigma * sigma, 2_000, SeededForTesting(6)) / float(sigma)
    from scipy.stats import kstest

    assert kstest(draws, "norm").pvalue > 1e-3


def test_unbounded_numbers_have_the_same_chances(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noise, "_FACTORS", 0)  # nothing is taken to fit into words
    draws = discrete_gaussian(Fraction(9), 3_000, SeededForTesting(7))
    assert agreement(draws, lambda x: math.exp(-x * x / 18), 20) > 1e-3


@pytest.mark.parametrize("scale", [Fraction(1, 3), Fraction(5, 2), Fraction(50)])
def test_laplace_agrees_with_its_chances(scale: Fraction) -> None:
    draws = discrete_laplace(scale, 60_000, SeededForTesting(8))
    assert agreement(draws, lambda x: math.exp(-abs(x) / float(scale)), int(25 * scale) + 5) > 1e-3


def test_uniform_numbers_below_a_limit_have_no_bias() -> None:
    limit = (1 << 63) + (1 << 62)  # a quarter of all words must be drawn again
    drawn = noise._below(np.full(40_000, limit, dtype=np.uint64), SeededForTesting(9))
    low = int((drawn < np.uint64(limit // 3)).sum())
    assert abs(low - 40_000 / 3) < 5 * math.sqrt(40_000 * 2 / 9)


def test_noise_cannot_be_drawn_again() -> None:
    """Nothing that a program can set makes two draws alike."""
    drawn = []
    for _ in range(2):
        np.random.seed(1)
        drawn.append(discrete_gaussian(Fraction(10_000), 50, SystemRandomness()))
    assert not np.array_equal(*drawn)
    assert SystemRandomness().is_private
    assert not SeededForTesting(1).is_private


def test_noise_without_width_is_refused() -> None:
    for draw in (discrete_gaussian, discrete_laplace):
        with pytest.raises(CannotPromise, match="hides nothing"):
            draw(Fraction(0), 1, SystemRandomness())
