"""Draw noise exactly: discrete Gaussian and discrete Laplace, by whole numbers and fractions alone.

Floating-point noise leaks (Mironov 2012). The method is that of Canonne, Kamath and Steinke (2020, Algorithms 1 to 3), done for
many draws at once. Where a number does not fit into 64 bits, Python's whole numbers are used for the same steps.
"""

from __future__ import annotations

import math
import secrets
from fractions import Fraction
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from amparo.vocab.text import N_

from ._accounting import CannotPromise

__all__ = ["RandomSource", "SeededForTesting", "SystemRandomness", "discrete_gaussian", "discrete_laplace"]

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
_MOST: Final = 1 << 63  # products below this are exact in 64 bits
_FACTORS: Final = 32  # how far a series is followed in 64 bits; further happens once in 10^35 draws


class RandomSource(Protocol):
    """Gives random bits. ``is_private`` is false where somebody could give the same bits again."""

    @property
    def is_private(self) -> bool:
        """Tell whether nobody can draw the same noise again."""
        ...

    def words(self, number: int) -> Words:
        """Give so many independent uniform words of 64 bits."""
        ...


class SystemRandomness:
    """Takes random bits from the operating system: the only source for what is published."""

    is_private = True

    def words(self, number: int) -> Words:
        """Give so many independent uniform words of 64 bits."""
        return np.frombuffer(secrets.token_bytes(8 * number), dtype=np.uint64)


class SeededForTesting:
    """Gives the same bits for the same seed. Whoever knows the seed can take the noise away: not private."""

    is_private = False

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)

    def words(self, number: int) -> Words:
        """Give so many words of 64 bits."""
        return self._random.integers(0, 1 << 64, size=number, dtype=np.uint64)


def discrete_gaussian(variance: Fraction, size: int, source: RandomSource) -> Ints:
    """Draw ``size`` whole numbers x with chances in proportion to exp(-x^2 / (2 ``variance``))."""
    if variance <= 0:
        raise CannotPromise(N_("Noise of variance %(variance)s hides nothing."), variance=variance)
    a, b = variance.numerator, variance.denominator
    scale = math.isqrt(a // b) + 1
    drawn: list[Ints] = []
    missing = size
    while missing > 0:
        # 1.4: about 0.76 of the proposals are kept
        proposed = discrete_laplace(Fraction(scale), int(missing * 1.4) + 16, source)
        largest = int(np.abs(proposed).max(initial=0)) * scale * b + a
        fits = largest * largest < _MOST and 2 * a * b * scale * scale * _FACTORS < _MOST
        exact: NDArray[Any] = np.abs(proposed) if fits else np.abs(proposed).astype(object)
        distance = exact * (scale * b) - a
        kept = _bernoulli_exp(distance * distance, 2 * a * b * scale * scale, source)
        drawn.append(proposed[kept][:missing])
        missing -= drawn[-1].size
    return np.concatenate(drawn) if drawn else np.zeros(0, dtype=np.int64)


def discrete_laplace(scale: Fraction, size: int, source: RandomSource) -> Ints:
    """Draw ``size`` whole numbers x with chances in proportion to exp(-|x| / ``scale``)."""
    if scale <= 0:
        raise CannotPromise(N_("Noise of scale %(scale)s hides nothing."), scale=scale)
    t, s = scale.numerator, scale.denominator
    if t * _FACTORS >= _MOST or t * 2000 >= _MOST:
        raise CannotPromise(N_("Noise of scale %(scale)s is too large to draw."), scale=scale)
    drawn: list[Ints] = []
    missing = size
    while missing > 0:
        batch = int(missing * 1.7) + 16
        inner = _below(np.full(batch, t, dtype=np.uint64), source).astype(np.int64)
        inner = inner[_bernoulli_exp(inner, t, source)]
        outer = _runs_of_e(inner.size, source)
        size_of_draw = (inner + t * outer) // s
        is_negative = (source.words(inner.size) >> np.uint64(63)).astype(bool)
        kept = ~(is_negative & (size_of_draw == 0))
        signed = np.where(is_negative, -size_of_draw, size_of_draw)[kept]
        drawn.append(signed[:missing])
        missing -= drawn[-1].size
    return np.concatenate(drawn) if drawn else np.zeros(0, dtype=np.int64)


def _runs_of_e(number: int, source: RandomSource) -> Ints:
    """Draw how often in a row an event of chance exp(-1) happens before it first does not."""
    runs = np.zeros(number, dtype=np.int64)
    open_ = np.arange(number)
    while open_.size:
        happened = _bernoulli_exp_below_one(np.ones(open_.size, dtype=np.int64), 1, source)
        open_ = open_[happened]
        runs[open_] += 1
    return runs


def _bernoulli_exp(numerator: NDArray[Any], denominator: int, source: RandomSource) -> NDArray[np.bool_]:
    """Answer true with chance exp(-numerator / denominator), for each numerator of 0 or more."""
    whole = numerator // denominator
    rest = numerator - whole * denominator
    answer = _bernoulli_exp_below_one(rest, denominator, source)
    # exp(-whole): that many events of chance exp(-1), all of which must happen
    places = np.flatnonzero(answer & (whole > 0))
    if places.size:
        answer[places] = _runs_of_e(places.size, source) >= whole[places]
    return answer


def _bernoulli_exp_below_one(
    numerator: NDArray[Any], denominator: int, source: RandomSource
) -> NDArray[np.bool_]:
    """Answer true with chance exp(-g), g = numerator / denominator in [0, 1]: the first k at which an event of chance g / k
    does not happen is odd (von Neumann; Algorithm 1 of the paper).
    """
    answer = np.zeros(numerator.size, dtype=bool)
    open_ = np.arange(numerator.size)
    k = 1
    while open_.size:
        if numerator.dtype != object and k <= _FACTORS and denominator * k < _MOST:
            drawn = _below(np.full(open_.size, denominator * k, dtype=np.uint64), source)
            happened = drawn < numerator[open_].astype(np.uint64)
        else:
            limits = [int(numerator[place]) for place in open_]
            happened = np.array([_one_below(denominator * k, source) < limit for limit in limits], dtype=bool)
        answer[open_[~happened]] = k % 2 == 1
        open_ = open_[happened]
        k += 1
    return answer


def _below(limits: Words, source: RandomSource) -> Words:
    """Draw a uniform whole number from 0 to one below each limit: words in the incomplete last stretch are drawn again."""
    unfair = (~limits + np.uint64(1)) % limits  # 2^64 modulo the limit
    drawn = source.words(limits.size)
    again = np.flatnonzero(drawn < unfair)
    if again.size:
        drawn = drawn.copy()
    while again.size:
        drawn[again] = source.words(again.size)
        again = again[drawn[again] < unfair[again]]
    return drawn % limits


def _one_below(limit: int, source: RandomSource) -> int:
    bits = (limit - 1).bit_length()
    number = max(1, -(-bits // 64))
    while True:
        value = int.from_bytes(source.words(number).tobytes(), "little") >> (64 * number - bits)
        if value < limit:
            return value
