"""Audits of the private part: each fails with an AssertionError where the promise is not kept."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from itertools import combinations, product

import numpy as np

from amparo.stats.privacy import SystemRandomness, epsilon_of
from amparo.stats.synthesis import Column, Domain, Measurement, Plan, Records, measure
from amparo.stats.synthesis import _measuring as measuring

TINY = Domain.of([Column(name, ("x", "y")) for name in "abc"])


def exact_counts(codes: np.ndarray, length: int) -> Counter[tuple[int, ...]]:
    """Count combinations by hand."""
    counts: Counter[tuple[int, ...]] = Counter()
    for row in codes.tolist():
        counts.update(combinations([value for value in row if value >= 0], length))
    return counts


def audit_sensitivity(cap: int) -> None:
    """Go through all data sets of at most one person and all persons who may join: no step costs more than the price says."""
    price = measuring.price_of(Plan(epsilon=2.0, delta=1e-6, cap=cap), 0, finds_domain=False)
    variances = measuring.noise_of(price, 3, cap)
    promised = sum(Fraction(price.parts[f"combinations of {k}"]) for k in variances)
    persons = [
        [v if v < 0 else 2 * j + v for j, v in enumerate(row)] for row in product((-1, 0, 1), repeat=3)
    ]

    def released(rows: list[list[int]]) -> dict[int, np.ndarray]:
        records = Records(TINY, np.array(rows, dtype=np.int16).reshape(-1, 3))
        weights = measuring.weights_of(records, cap, variances)
        return measuring.count_with_weights(records, weights, tuple(variances))

    dearest = Fraction(0)
    for before in ([], *([person] for person in persons)):
        first = released(before)
        for person in persons:
            second = released([*before, person])
            cost = sum(
                (Fraction(int(((second[k] - first[k]) ** 2).sum()), 2 * variances[k]) for k in variances),
                Fraction(0),
            )
            dearest = max(dearest, cost)
    assert 0 < dearest <= promised, f"one person costs {float(dearest)}, promised {float(promised)}"


def audit_noise(records: Records, plan: Plan, *, rounds: int = 6) -> Measurement:
    """Measure the noise that was really added, and hold it against what the promise needs."""
    ratios: dict[int, list[float]] = {}
    for _ in range(rounds):
        found = measure(records, plan, SystemRandomness())
        for k in found.counts:
            needed = math.comb(found.cap, k) / (2 * found.price.parts[f"combinations of {k}"])
            true = exact_counts(records.codes, k)
            values = (records.codes >= 0).sum(axis=1)
            assert values.max() <= found.cap, "the audit needs records that are not clipped"
            for place, members in enumerate(_all(records.domain.size, k)):
                ratios.setdefault(k, []).append((found.noisy(k)[place] - true[members]) ** 2 / needed)
    for k, found_ratios in ratios.items():
        mean, width = float(np.mean(found_ratios)), 5 * math.sqrt(2 / len(found_ratios))
        assert 1 - width < mean < 1 + width + 0.05, (
            f"length {k}: {mean:.3f} of the variance that the promise needs"
        )
    price = found.price
    pure = plan.epsilon * measuring.FOR_DELTA if "delta" in price.parts else 0.0
    counted = price.rho - price.parts.get("delta", 0.0)
    assert pure + epsilon_of(counted, price.delta - price.lost) <= plan.epsilon * (1 + 1e-9)
    return found


def _all(size: int, length: int) -> list[tuple[int, ...]]:
    """List combinations in the order of the dense tables: by the largest member, then the next."""
    return sorted(combinations(range(size), length), key=lambda members: members[::-1])


def audit_freshness(records: Records, plan: Plan) -> None:
    """No two measurements are alike, whatever a program seeds."""
    one, other = (measure(records, plan, SystemRandomness()) for _ in range(2))
    assert one.is_private
    assert any(not np.array_equal(one.counts[k], other.counts[k]) for k in one.counts), "the same noise twice"


def audit_cap() -> None:
    """Where one person decides over the cap, the cap must be as likely one as the other, and not follow her."""
    domain = Domain.of([Column(name, ("x",)) for name in "abcdef"])
    codes = np.full((1000, 6), -1, dtype=np.int16)
    codes[:, :3] = range(3)
    codes[:10, :5] = range(
        5
    )  # one in a hundred has five values: exactly the share that may lie beyond the cap
    seen = Counter(
        measure(Records(domain, codes), Plan(epsilon=1.0, delta=1e-6), SystemRandomness()).cap
        for _ in range(40)
    )
    assert len(seen) > 1, "the cap follows the data"


__all__ = ["audit_cap", "audit_freshness", "audit_noise", "audit_sensitivity", "exact_counts"]
