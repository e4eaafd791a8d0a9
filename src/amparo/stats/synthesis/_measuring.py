"""The one place where private records are looked at: noisy counts, and what they cost. Everything after this is free.

Neighbours are data sets that differ by one person more or less. The proof stands in ``docs/methods/synthetic-data.md``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.privacy import (
    CannotPromise,
    RandomSource,
    discrete_gaussian,
    discrete_laplace,
    rho_of,
    rho_of_pure,
)
from amparo.vocab.text import N_

from ._records import Domain, Records

__all__ = [
    "Measurement",
    "Plan",
    "Price",
    "count_with_weights",
    "first_price",
    "measure",
    "noise_of",
    "price_of",
    "weight_of",
    "weights_of",
]

GRID: Final = 16  # weights and noise are whole numbers of sixteenths, so that they can be drawn exactly
SHARES: Final[Mapping[int, Mapping[int, float]]] = {
    3: {1: 0.1, 2: 0.3, 3: 0.6},
    4: {1: 0.08, 2: 0.22, 3: 0.35, 4: 0.35},
}
FOR_DELTA: Final = (
    0.005  # of epsilon, for a first number of persons, from which delta is set where none is given
)
FOR_NUMBER: Final = 0.01  # of rho, for the number of persons
DELTA: Final = "delta"
FOR_CAP: Final = 0.01  # of rho, for the cap when it is not declared
BEYOND_CAP: Final = 0.01  # the share of persons that the cap is meant to leave above it
FOR_DOMAIN: Final = 0.1  # of delta, for categories that are found in the data
FEWEST_FOR_DELTA: Final = 100

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Says what is asked: the promise, the longest combinations, and the cap where it is public."""

    epsilon: float
    delta: float | None = None
    longest: int = 3
    cap: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Tells what a measurement costs: ``parts`` in rho, ``lost`` the part of delta for a domain found by threshold."""

    epsilon: float
    delta: float
    lost: float
    parts: Mapping[str, float]

    @property
    def rho(self) -> float:
        """Add the parts up."""
        return math.fsum(self.parts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Holds noisy counts of the combinations of each length, in whole sixteenths, and all that is known of their noise.

    ``variances[k]`` belongs to the noise of length k, in squared sixteenths. No field can tell more of a person than ``price`` says.
    """

    domain: Domain
    persons: int
    cap: int
    counts: Mapping[int, Counts]
    variances: Mapping[int, int]
    price: Price
    is_private: bool
    found: tuple[str, ...] = ()
    threshold: float | None = None

    def sigma(self, length: int) -> float:
        """Give the standard deviation of the noise, in persons."""
        return math.sqrt(self.variances[length]) / GRID

    def noisy(self, length: int) -> Floats:
        """Give the noisy counts in persons."""
        return self.counts[length] / GRID

    @property
    def longest(self) -> int:
        """Tell the length of the longest combinations."""
        return max(self.counts)


def price_of(plan: Plan, persons: int, *, finds_domain: bool) -> Price:
    """Split the promise over the steps. ``persons`` is a noisy number; it sets delta where none is given: the more, the less is paid."""
    if plan.longest not in SHARES:
        raise CannotPromise(
            N_("Combinations are counted up to length 3 or 4, not %(longest)s."), longest=plan.longest
        )
    parts = {}
    delta, epsilon = plan.delta, plan.epsilon
    if delta is None:
        delta = 1.0 / max(persons, FEWEST_FOR_DELTA) ** 2
        epsilon *= 1 - FOR_DELTA
        parts[DELTA] = rho_of_pure(plan.epsilon * FOR_DELTA)
    lost = delta * FOR_DOMAIN if finds_domain else 0.0
    rho = rho_of(epsilon, delta - lost)
    parts["number of persons"] = rho * FOR_NUMBER
    if plan.cap is None:
        parts["cap"] = rho * FOR_CAP
    left = rho * (1 - FOR_NUMBER - (FOR_CAP if plan.cap is None else 0.0))
    parts |= {f"combinations of {k}": left * share for k, share in SHARES[plan.longest].items()}
    return Price(epsilon=plan.epsilon, delta=delta, lost=lost, parts=parts)


def first_price(plan: Plan, *, finds_domain: bool) -> Price:
    """Give what is spent before the number of persons is known: everything, if delta does not hang on it."""
    price = price_of(plan, FEWEST_FOR_DELTA, finds_domain=finds_domain)
    if plan.delta is not None:
        return price
    parts = {name: rho for name, rho in price.parts.items() if name == DELTA}
    return Price(epsilon=plan.epsilon * FOR_DELTA, delta=0.0, lost=0.0, parts=parts)


def noise_of(price: Price, longest: int, cap: int) -> dict[int, int]:
    """Give the variance of the noise for each length, in squared sixteenths, rounded up: C(cap, k) / (2 rho_k)."""
    return {
        k: math.ceil(
            Fraction(math.comb(cap, k) * GRID * GRID) / (2 * Fraction(price.parts[f"combinations of {k}"]))
        )
        for k in range(1, longest + 1)
        if math.comb(cap, k)
    }


def weight_of(values: int, cap: int, variances: Mapping[int, int]) -> int:
    """Give the weight, in sixteenths, of a person with so many values: the largest that costs no more than ``cap`` values would.

    A person of weight w adds w to every combination, and costs ``w^2 sum_k C(values, k) / (2 variance_k)``. Exact.
    """
    if values <= cap:
        return GRID
    most = GRID * GRID * sum((Fraction(math.comb(cap, k), v) for k, v in variances.items()), Fraction(0))
    each = sum((Fraction(math.comb(values, k), v) for k, v in variances.items()), Fraction(0))
    return math.isqrt(math.floor(most / each))


def weights_of(records: Records, cap: int, variances: Mapping[int, int]) -> Counts:
    """Give each person her weight, in sixteenths."""
    values = (records.codes >= 0).sum(axis=1)
    table = [weight_of(m, cap, variances) for m in range(records.codes.shape[1] + 1)]
    weights: Counts = np.array(table, dtype=np.int64)[values]
    return weights


def count_with_weights(records: Records, weights: Counts, lengths: tuple[int, ...]) -> dict[int, Counts]:
    """Count the combinations of these lengths, each person with her weight, without noise."""
    from ._counting_kernels import count_combinations

    size = records.domain.size
    counts = {
        k: np.zeros(math.comb(size, k) if k <= max(lengths) else 0, dtype=np.int64) for k in range(1, 5)
    }
    count_combinations(records.codes, weights, max(lengths), counts[1], counts[2], counts[3], counts[4])
    return {k: counts[k] for k in lengths}


def measure(
    records: Records, plan: Plan, source: RandomSource, *, charge: Callable[[Price], None] | None = None
) -> Measurement:
    """Count the records with noise from ``source``, by ``plan``. ``charge`` is told each price before it is spent.

    Without a delta the first price is that of a first number of persons, on which delta hangs; the second includes it.
    """
    finds_domain = bool(records.found)
    if charge is not None:
        charge(first_price(plan, finds_domain=finds_domain))
    roughly = records.number
    if plan.delta is None:
        scale = Fraction(math.ceil(1 / Fraction(plan.epsilon * FOR_DELTA)))
        roughly += int(discrete_laplace(scale, 1, source)[0])
    price = price_of(plan, roughly, finds_domain=finds_domain)
    if charge is not None:
        charge(price)
    persons = max(1, records.number + int(_gaussian(price.parts["number of persons"], 1, source)[0]))
    most = records.most_values()
    cap = (
        min(plan.cap, most) if plan.cap is not None else _noisy_cap(records, most, price.parts["cap"], source)
    )
    variances = noise_of(price, plan.longest, cap)
    weights = weights_of(
        records, cap, variances
    )  # of all values; the fewer that pass a threshold only cost less
    ones = count_with_weights(records, weights, (1,))[1]
    ones += discrete_gaussian(Fraction(variances[1]), ones.size, source)
    threshold = None
    if finds_domain:
        threshold = 1 + math.sqrt(2 * variances[1] * math.log(most / price.lost)) / GRID
        gone = _below(records, ones, threshold)
        records, ones = records.within(records.domain.without(gone)), ones[~gone]
    counts = {1: ones}
    longest = max(variances)
    if longest > 1:
        for k, table in count_with_weights(records, weights, tuple(range(2, longest + 1))).items():
            counts[k] = table + discrete_gaussian(Fraction(variances[k]), table.size, source)
    return Measurement(
        domain=records.domain,
        persons=persons,
        cap=cap,
        counts=counts,
        variances=variances,
        price=price,
        is_private=source.is_private,
        found=records.found,
        threshold=threshold,
    )


def _below(records: Records, ones: Counts, threshold: float) -> NDArray[np.bool_]:
    """Tell which attributes of columns without declared values do not reach the threshold."""
    columns = records.domain.columns
    names = [columns[source].name for source in records.domain.source]
    widths = np.diff(records.domain.starts)
    is_found = np.repeat([name in records.found for name in names], widths)
    gone: NDArray[np.bool_] = is_found & (ones < threshold * GRID)
    return gone


def _noisy_cap(records: Records, most: int, rho: float, source: RandomSource) -> int:
    """Choose the cap from a noisy histogram of the number of values: each person stands in one of its cells."""
    values = np.minimum((records.codes >= 0).sum(axis=1), most)
    noisy = np.bincount(values, minlength=most + 1) + _gaussian(rho, most + 1, source)
    histogram = np.where(noisy < 2 / math.sqrt(2 * rho), 0, noisy)  # an empty cell shall not raise the cap
    above = histogram.sum() - np.cumsum(histogram)  # persons with more values than c
    return max(1, int(np.argmax(above <= BEYOND_CAP * histogram.sum())))


def _gaussian(rho: float, size: int, source: RandomSource) -> Counts:
    """Draw noise for counts of which a person changes one, by one: variance 1 / (2 rho), rounded up."""
    return discrete_gaussian(Fraction(math.ceil(1 / (2 * Fraction(rho)))), size, source)
