"""Attacks: they find a generator that is broken, and bound the epsilon of ours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from amparo.stats.privacy import SystemRandomness
from amparo.stats.synthesis import (
    Plan,
    Price,
    Records,
    Schedule,
    attack_membership,
    fit_rows,
    infer_attributes,
    link_rows,
    lower_bound_of_epsilon,
    measure,
    targets_of,
)
from amparo.stats.synthesis import _measuring as measuring
from amparo.stats.synthesis._rows import count_rows

from .people import records

SCHEDULE = Schedule(sweeps=6)
PLAN = Plan(epsilon=1.0, delta=1e-4, cap=6)


def seen_of(codes: np.ndarray) -> np.ndarray:
    """Give what an attacker sees: all counts of the synthetic rows."""
    domain = records(50).domain
    found = measure(Records(domain, codes), PLAN, SystemRandomness())
    rows = fit_rows(targets_of(found), found.persons, random=np.random.default_rng(), schedule=SCHEDULE)
    counts = count_rows(rows, domain.size, 3)
    return np.concatenate([counts[k] for k in counts]) / len(rows)


def target() -> tuple[np.ndarray, np.ndarray]:
    """Give others, and a person who is like none of them: the easiest to find."""
    others = records(150).codes
    others = others[(others[:, 1] != 2) & (others[:, 2] != 8)]
    return others, np.array([1, 2, 8, 9, 10, 11], dtype=np.int16)


@pytest.mark.slow
def test_the_attack_proves_no_more_than_epsilon() -> None:
    found = attack_membership(seen_of, *target(), runs=24, delta=PLAN.delta or 0.0)
    assert found.epsilon_at_least <= PLAN.epsilon


@pytest.mark.slow
def test_a_broken_generator_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ten thousand times as much is spent as is told, the same attack proves more than was promised."""
    told = measuring.price_of

    def dearer(*args: Any, **keywords: Any) -> Price:
        price = told(*args, **keywords)
        return replace(price, parts={name: 1e4 * rho for name, rho in price.parts.items()})

    monkeypatch.setattr(measuring, "price_of", dearer)
    found = attack_membership(seen_of, *target(), runs=24, delta=PLAN.delta or 0.0)
    assert found.epsilon_at_least > PLAN.epsilon
    assert found.area > 0.9


def test_the_bound_is_that_of_clopper_and_pearson() -> None:
    from scipy.stats import binom

    bound = lower_bound_of_epsilon(64, 0, 64)
    # at the bounds themselves, what was seen has a chance of one in eighty
    low, high = np.e**bound * (1 - 0.0125 ** (1 / 64)), 1 - 0.0125 ** (1 / 64)
    assert binom.cdf(0, 64, high) == pytest.approx(0.0125)
    assert low == pytest.approx(0.0125 ** (1 / 64))
    assert lower_bound_of_epsilon(32, 32, 64) == 0.0
    assert lower_bound_of_epsilon(60, 2, 64) < bound


def test_a_copied_file_is_seen_as_one() -> None:
    people = records()
    copied = link_rows(people.codes, people.codes)
    assert copied.unique_shown == 1.0
    assert copied.rows_equal_to_any == 1.0
    random = np.random.default_rng(1)
    guesses = infer_attributes(
        people.domain, people.codes, people.codes, random=random, control=records(300, 9).codes
    )
    assert {one.column for one in guesses} == {"sex", "age", "country"}
    assert all(one.guessed > one.commonest and one.control is not None for one in guesses)
    assert sum(one.guessed - (one.control or 0.0) for one in guesses) > 0.2
