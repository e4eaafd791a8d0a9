"""The promise of privacy: what one person can change, the noise that hides it, and that breaking either is noticed."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from amparo.stats.privacy import SeededForTesting, SystemRandomness
from amparo.stats.synthesis import Plan, Price, Records, measure
from amparo.stats.synthesis import _measuring as measuring

from .auditing import audit_cap, audit_freshness, audit_noise, audit_sensitivity
from .people import records

PLAN = Plan(epsilon=4.0, delta=1e-6, cap=6)


@pytest.mark.parametrize("cap", [1, 2, 3])
def test_no_person_costs_more_than_is_charged(cap: int) -> None:
    audit_sensitivity(cap)


def test_noise_is_as_wide_as_the_promise_needs() -> None:
    audit_noise(records(), PLAN)


def test_noise_is_new_each_time() -> None:
    audit_freshness(records(), PLAN)


def test_the_cap_is_private() -> None:
    audit_cap()


def test_mutation_half_the_noise_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = measuring.discrete_gaussian
    monkeypatch.setattr(measuring, "discrete_gaussian", lambda *args: drawn(*args) // 2)
    with pytest.raises(AssertionError, match="of the variance that the promise needs"):
        audit_noise(records(), PLAN)


def test_mutation_half_the_standard_deviation_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    told = measuring.noise_of
    monkeypatch.setattr(measuring, "noise_of", lambda *args: {k: v // 4 for k, v in told(*args).items()})
    with pytest.raises(AssertionError, match="of the variance"):
        audit_noise(records(), PLAN)
    with pytest.raises(AssertionError, match="one person costs"):
        audit_sensitivity(3)


def test_mutation_no_clip_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "weight_of", lambda *args: measuring.GRID)
    with pytest.raises(AssertionError, match="one person costs"):
        audit_sensitivity(2)


def test_mutation_weight_rounded_up_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = measuring.weight_of
    monkeypatch.setattr(measuring, "weight_of", lambda m, cap, v: exact(m, cap, v) + (m > cap))
    with pytest.raises(AssertionError, match="one person costs"):
        audit_sensitivity(2)


def test_mutation_seeded_noise_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemRandomness, "words", lambda self, number: SeededForTesting(1).words(number))
    with pytest.raises(AssertionError, match="the same noise twice"):
        audit_freshness(records(), PLAN)


def test_mutation_cap_from_the_data_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def exact(found: Records, most: int, rho: float, source: object) -> int:
        return int(np.quantile((found.codes >= 0).sum(axis=1), 0.99, method="inverted_cdf"))

    monkeypatch.setattr(measuring, "_noisy_cap", exact)
    with pytest.raises(AssertionError, match="the cap follows the data"):
        audit_cap()


def test_the_weight_is_the_largest_that_costs_no_more_than_the_cap() -> None:
    variances = {1: 900, 2: 4000, 3: 20_000}

    def cost(values: int, weight: int) -> Fraction:
        from math import comb

        return sum((Fraction(weight**2 * comb(values, k), 2 * v) for k, v in variances.items()), Fraction(0))

    for values in range(6, 12):
        weight = measuring.weight_of(values, 5, variances)
        assert cost(values, weight) <= cost(5, measuring.GRID) < cost(values, weight + 1)
    assert measuring.weight_of(5, 5, variances) == measuring.GRID


def test_the_price_is_told_before_anything_is_drawn() -> None:
    class Watched(SystemRandomness):
        drawn = 0

        def words(self, number: int) -> np.ndarray:
            Watched.drawn += number
            return super().words(number)

    prices: list[tuple[Price, int]] = []
    measure(
        records(), Plan(epsilon=1.0), Watched(), charge=lambda price: prices.append((price, Watched.drawn))
    )
    (first, before), (second, then) = prices
    assert before == 0
    assert list(first.parts) == ["delta"]
    assert first.rho < second.rho
    assert 1e-7 < second.delta <= 1e-4  # of about 300 persons
    assert 0 < then < 1000  # the number of persons alone, which was paid

    def refuse(price: Price) -> None:
        raise PermissionError

    Watched.drawn = 0
    with pytest.raises(PermissionError):
        measure(records(), PLAN, Watched(), charge=refuse)
    assert Watched.drawn == 0


def test_categories_found_in_the_data_need_many_persons() -> None:
    declared = records(2000)
    codes = declared.codes.copy()
    codes[codes == 8] = -1
    codes[:3, 2] = 8  # three persons only
    found = Records(declared.domain, codes, ("country", "sex"))
    result = measure(found, Plan(epsilon=4.0, delta=1e-6), SystemRandomness())
    assert "0" not in result.domain.names
    assert {"F", "M", "debt"} <= set(result.domain.names)
    assert result.threshold is not None
    assert result.threshold > 30
    assert 0 < result.price.lost < result.price.delta


def test_testing_mode_is_not_private_and_repeats_itself() -> None:
    one, other = (measure(records(), PLAN, SeededForTesting(4)) for _ in range(2))
    assert not one.is_private
    assert all(np.array_equal(one.counts[k], other.counts[k]) for k in one.counts)
    assert one.persons == other.persons
