"""What a release costs, and what that means in epsilon."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.stats.privacy import CannotPromise, epsilon_of, rho_of, rho_of_pure

DELTA = 1 / 21195**2


@pytest.mark.parametrize(("epsilon", "rho"), [(4, 0.2148), (1, 0.0157), (12, 1.553)])
def test_published_pairs(epsilon: float, rho: float) -> None:
    assert rho_of(epsilon, DELTA) == pytest.approx(rho, rel=3e-3)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.01, 20), st.sampled_from([1e-4, 1e-8, 1e-12]))
def test_round_trip_and_never_above_what_was_asked(epsilon: float, delta: float) -> None:
    rho = rho_of(epsilon, delta)
    assert epsilon_of(rho, delta) <= epsilon
    assert epsilon_of(rho, delta) == pytest.approx(epsilon, rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.floats(1e-5, 5))
def test_no_order_gives_a_smaller_epsilon(rho: float) -> None:
    found = epsilon_of(rho, 1e-6)
    for step in range(1, 400):
        alpha = 1 + 10 ** (-2 + step / 80)
        told = rho * alpha + math.log(1 / (alpha * 1e-6)) / (alpha - 1) + math.log(1 - 1 / alpha)
        assert found <= told + 1e-9


def test_tighter_than_the_simple_formula() -> None:
    for rho in (0.01, 0.2, 1.5):
        assert epsilon_of(rho, DELTA) < rho + 2 * math.sqrt(rho * math.log(1 / DELTA))


def test_never_below_the_exact_epsilon_of_the_gaussian() -> None:
    """The conversion holds for every mechanism with this rho, so also for the Gaussian, whose delta is known in closed form."""
    from scipy.stats import norm

    for rho in (0.0157, 0.2148, 1.553):
        shift = math.sqrt(2 * rho)
        epsilon = epsilon_of(rho, 1e-6)
        exact = norm.cdf(shift / 2 - epsilon / shift) - math.exp(epsilon) * norm.cdf(
            -shift / 2 - epsilon / shift
        )
        assert 1e-8 < exact <= 1e-6


def test_pure_step() -> None:
    assert rho_of_pure(0.02) == pytest.approx(0.0002)


@pytest.mark.parametrize(
    ("epsilon", "delta"), [(0, 1e-6), (-1, 1e-6), (math.inf, 1e-6), (1, 0), (1, 0.7), (math.nan, 1e-6)]
)
def test_promises_that_are_none_are_refused(epsilon: float, delta: float) -> None:
    with pytest.raises(CannotPromise):
        rho_of(epsilon, delta)
