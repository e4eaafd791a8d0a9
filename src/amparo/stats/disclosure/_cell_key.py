"""Cell-key perturbation: the same cell gets the same noise in every table, from keys that the records carry (Fraser and Wooton 2005).

Each record has a secret whole number, its key. The keys of the records of a cell sum to the key of the cell, and a table of
probabilities, the p-table, turns count and key into noise.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from amparo.vocab.text import N_

from ._request import CannotCount

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["KEYS", "PTable"]

KEYS = 1 << 32


@dataclass(frozen=True, slots=True)
class PTable:
    """Says how counts are changed: by at most ``most``, by nothing on average, with ``variance`` where counts allow it.

    No count from 1 to ``hidden_below`` - 1 is ever shown. Of all such tables of probabilities it is the one of greatest entropy: it gives
    away least about the noise. Zero stays zero.
    """

    most: int = 5
    variance: float = 3.0
    hidden_below: int = 3
    _rows: dict[int, "NDArray[np.float64]"] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if (
            self.most < 1
            or not 0 < self.variance < self.most**2
            or not 1 <= self.hidden_below <= self.most + 1
        ):
            raise CannotCount(
                N_(
                    "Noise of at most %(most)s with a variance of %(variance)s that shows no count below %(least)s cannot be made. Take a "
                    "variance below %(square)s, and do not hide counts above the greatest noise."
                ),
                most=self.most,
                variance=self.variance,
                least=self.hidden_below,
                square=self.most**2,
            )

    def probabilities(self, count: int) -> "NDArray[np.float64]":
        """Give, for a count, the probability of each change from -``most`` to ``most``."""
        count = min(count, self.most + self.hidden_below)
        changes = np.arange(-self.most, self.most + 1)
        if count == 0:
            return np.where(changes == 0, 1.0, 0.0)
        shown = count + changes
        allowed = (shown >= 0) & ((shown == 0) | (shown >= self.hidden_below))
        return np.array(_most_open(tuple((changes[allowed]).tolist()), self.variance, self.most))

    def noise(self, counts: "NDArray[np.int64]", keys: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """Give the change of each cell from its count and its key."""
        drawn = (keys % KEYS + 0.5) / KEYS
        noise = np.zeros(len(counts), dtype=np.int64)
        rows = np.minimum(counts, self.most + self.hidden_below)
        for row in np.unique(rows):
            at = rows == row
            ends = np.cumsum(self.probabilities(int(row)))
            noise[at] = np.searchsorted(ends[:-1], drawn[at], side="right") - self.most
        return noise


@lru_cache(maxsize=256)
def _most_open(changes: tuple[int, ...], variance: float, most: int) -> tuple[float, ...]:
    """Give the distribution of greatest entropy over ``changes`` with mean 0 and the variance, or the nearest that there is."""
    at = np.array(changes, dtype=float)
    if at.min() > 0 or at.max() < 0:  # cannot be: a count can always stay or go to zero and above
        raise ValueError("No change of this count has mean 0.")
    # The least variance that mean 0 allows lies on the two changes next to 0, the greatest on the two ends.
    below, above = at[at <= 0].max(), at[at >= 0].min()
    least, greatest = -below * above, -at.min() * at.max()
    wanted = min(max(variance, least + 1e-3 * (greatest - least)), least + 0.999 * (greatest - least))
    weights = _by_newton(at, wanted) if greatest > least + 1e-9 else _on_two(at)
    full = np.zeros(2 * most + 1)
    full[at.astype(int) + most] = weights
    return tuple(full.tolist())


def _on_two(at: "NDArray[np.float64]") -> "NDArray[np.float64]":
    low, high = at.min(), at.max()
    return np.where(at == low, high, -low) / (high - low) if high > low else np.ones(1)


def _by_newton(at: "NDArray[np.float64]", variance: float) -> "NDArray[np.float64]":
    moments = np.stack([at, at * at])
    target = np.array([0.0, variance])
    slopes = np.zeros(2)

    def potential(trial: "NDArray[np.float64]") -> float:
        powers = trial @ moments
        return float(np.log(np.exp(powers - powers.max()).sum()) + powers.max() - trial @ target)

    weights = np.full(len(at), 1 / len(at))
    for _ in range(500):
        powers = slopes @ moments
        weights = np.exp(powers - powers.max())
        weights /= weights.sum()
        mean = moments @ weights
        error = mean - target
        if np.abs(error).max() < 1e-12:
            break
        spread = (moments * weights) @ moments.T - np.outer(mean, mean)
        step = np.linalg.solve(spread + 1e-13 * np.eye(2), error)
        size = 1.0
        while size > 1e-9 and potential(slopes - size * step) > potential(slopes) - 1e-4 * size * float(
            error @ step
        ):
            size /= 2
        slopes = slopes - size * step
    return weights
