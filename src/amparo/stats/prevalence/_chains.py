"""Whether chains agree, and how much they tell: rank-normalised split R-hat, effective sample sizes, Monte Carlo error.

After Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16, 667-718. Draws are chains x draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Convergence", "check_chains", "effective_size", "median_error", "rank_hat"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Convergence:
    """Holds how far chains agree: R-hat (1 is perfect), effective draws of the bulk and the tails, and their errors."""

    rank_hat: float
    bulk: float
    tail: float
    median_error: float  # Monte Carlo standard error of the median, in people
    iterations: int  # of each chain, those thrown away counted
    chains: int


def _split(draws: Floats) -> Floats:
    """Cut every chain into halves, so that a chain that drifts disagrees with itself."""
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, draws.shape[1] - half :]])


def _normalise(draws: Floats) -> Floats:
    """Replace draws by the normal quantiles of their ranks; those that are equal share their mean rank (equation 14)."""
    from scipy.special import ndtri

    _, place, count = np.unique(draws, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    ranks = (ends - (count - 1) / 2.0)[place.reshape(draws.shape)]
    return np.asarray(ndtri((ranks - 0.375) / (draws.size + 0.25)), dtype=float)


def _hat(draws: Floats) -> float:
    """Compare the variance between chains with that within (equations 3 and 4)."""
    length = draws.shape[1]
    within = draws.var(axis=1, ddof=1).mean()
    between = draws.mean(axis=1).var(ddof=1)
    if within == 0:
        return 1.0 if between == 0 else np.inf
    return float(np.sqrt((length - 1) / length + between / within))


def rank_hat(draws: Floats) -> float:
    """Give the larger of the R-hat of ranks (do chains lie in one place) and of folded ranks (are they as wide)."""
    halves = _split(draws)
    return max(_hat(_normalise(halves)), _hat(_normalise(np.abs(halves - np.median(halves)))))


def effective_size(draws: Floats) -> float:
    """Give how many independent draws tell as much about a mean (equations 10 to 13, Geyer's initial monotone sequence)."""
    chains, length = draws.shape
    centred = draws - draws.mean(axis=1, keepdims=True)
    within = draws.var(axis=1, ddof=1).mean()
    if within == 0:
        return float(draws.size) if draws.mean(axis=1).var() == 0 else float(chains)
    padded = 1 << (2 * length - 1).bit_length()
    products = np.fft.irfft(np.abs(np.fft.rfft(centred, padded)) ** 2)[:, :length] / length
    total = (length - 1) / length * within + (draws.mean(axis=1).var(ddof=1) if chains > 1 else 0.0)
    correlation = 1 - (within - products.mean(axis=0) * length / (length - 1)) / total
    correlation[0] = 1.0
    pairs = correlation[: length // 2 * 2].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs < 0)
    pairs = np.minimum.accumulate(pairs[: negative[0]] if negative.size else pairs)
    time = max(-1 + 2 * pairs.sum(), 1 / np.log10(draws.size))
    return float(draws.size / time)


def median_error(draws: Floats) -> float:
    """Give the Monte Carlo standard error of the median (section 4.4).

    The density there is taken from the middle quarter of the draws, so that whole numbers of people do not hide the error.
    """
    size = effective_size(_split((draws <= np.median(draws)).astype(float)))
    low, high = np.quantile(draws, [0.375, 0.625])
    return float(0.5 / np.sqrt(size) * (high - low) / 0.25)


def check_chains(draws: Floats, iterations: int) -> Convergence:
    """Measure how far the chains agree."""
    halves = _split(draws)
    tails = [effective_size((halves <= np.quantile(draws, end)).astype(float)) for end in (0.05, 0.95)]
    return Convergence(
        rank_hat=rank_hat(draws),
        bulk=effective_size(_normalise(halves)),
        tail=min(tails),
        median_error=median_error(draws),
        iterations=iterations,
        chains=draws.shape[0],
    )
