"""Convert between what adds up (rho of zero-concentrated differential privacy) and what is told (epsilon and delta)."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

from amparo.vocab.text import N_, ToldError

__all__ = ["CannotPromise", "epsilon_of", "rho_of", "rho_of_pure"]

_STEPS: Final = 90  # of a search; more than double precision can use


class CannotPromise(ToldError):
    """Says why no promise of privacy can be made with these numbers, and which would do."""


def epsilon_of(rho: float, delta: float) -> float:
    """Give the smallest epsilon that ``rho`` implies at ``delta``.

    The infimum over alpha > 1 of ``rho alpha + ln(1 / (alpha delta)) / (alpha - 1) + ln(1 - 1 / alpha)``
    (Canonne, Kamath and Steinke 2020, Proposition 12). Every alpha gives a valid epsilon, so that a search that stops
    early errs towards a larger one.
    """
    _check_delta(delta)
    if not (math.isfinite(rho) and rho >= 0):
        raise CannotPromise(N_("A cost of %(rho)s is not a number of 0 or more."), rho=rho)
    if rho == 0:
        return 0.0
    low, high = math.log(1e-9), math.log(1e12)  # of alpha - 1: the bound falls, then rises
    for _ in range(_STEPS):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if _bound(rho, delta, math.exp(left)) < _bound(rho, delta, math.exp(right)):
            high = right
        else:
            low = left
    return max(0.0, _bound(rho, delta, math.exp((low + high) / 2)))


def _bound(rho: float, delta: float, above_one: float) -> float:
    alpha = 1.0 + above_one
    spread = math.log(above_one) - math.log1p(above_one)
    return rho * alpha - (math.log(delta) + math.log1p(above_one)) / above_one + spread


@lru_cache(maxsize=256)
def rho_of(epsilon: float, delta: float) -> float:
    """Give the largest rho that keeps (``epsilon``, ``delta``); the inverse of :func:`epsilon_of`, never above it."""
    _check_delta(delta)
    if not (math.isfinite(epsilon) and epsilon > 0):
        raise CannotPromise(
            N_("An epsilon of %(epsilon)s is not a positive number. Between 0.5 and 4 is usual."),
            epsilon=epsilon,
        )
    low, high = 0.0, epsilon  # epsilon_of(rho) is at least rho
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if epsilon_of(middle, delta) <= epsilon:
            low = middle
        else:
            high = middle
    return low


def rho_of_pure(epsilon: float) -> float:
    """Give the rho of a step that is differentially private with ``epsilon`` alone (Bun and Steinke 2016, Proposition 1.4)."""
    return epsilon * epsilon / 2


def _check_delta(delta: float) -> None:
    if not 0 < delta < 0.5:
        raise CannotPromise(
            N_(
                "A delta of %(delta)s is not between 0 and one half. It is the chance that the promise fails; take one over the "
                "square of the number of people, or less."
            ),
            delta=delta,
        )
