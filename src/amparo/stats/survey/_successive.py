"""Successive sampling: how likely people of each network size are to be drawn, without replacement."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.prevalence import CannotEstimate
from amparo.vocab.text import N_

__all__ = ["inclusion_probabilities", "successive_weights"]

Numbers = NDArray[np.float64]
NODES: Final = 48
FAR: Final = 7.0  # standard deviations beyond which the time of the last draw does not lie
GRID: Final = np.linspace(-10, 12, 221)  # logarithms of times, around that of drawing the share


def inclusion_probabilities(sizes: Numbers, counts: Numbers, drawn: int) -> Numbers:
    """Give the probability to be among the first ``drawn`` of a successive sample, for a person of each size.

    ``counts`` is how many people of each of the ``sizes`` there are (not necessarily whole). Successive sampling draws one
    person after the other with probability proportional to size among those left. That is the order in which independent
    exponential clocks ring whose rate is the size: somebody is drawn if fewer than ``drawn`` others ring before. So

        pi_k = integral of k exp(-kt) P(B_k(t) < drawn) dt,

    with B_k(t) the number of others that have rung by t, a sum of independent 0/1 variables. Its distribution is the normal
    one refined by its third moment (Volkova 1996), and the integral is one of Gauss and Legendre. No random numbers, where
    Gile (2011) simulates.
    """
    from scipy import special

    people = float(counts.sum())
    if drawn >= people - 1e-9:
        return np.ones_like(sizes)
    sizes = sizes / float(sizes @ counts / people)  # the scale of time is free
    low, high = _span(sizes, counts, drawn)
    nodes, factors = _nodes()
    half = (np.log(high) - np.log(low)) / 2
    times = np.exp(half * (nodes + 1)) * low
    still = np.exp(-np.outer(times, sizes))
    mean, variance, third = _moments(still, counts)
    own = np.minimum(counts, 1.0)  # this person does not wait for themselves
    gone = 1 - still
    mean_others = mean[:, None] - own * gone
    variance_others = np.maximum(variance[:, None] - own * gone * still, 1e-12)
    third_others = third[:, None] - own * gone * still * (still - gone)
    at = (drawn - 0.5 - mean_others) / np.sqrt(variance_others)
    density = np.exp(-(at**2) / 2) / np.sqrt(2 * np.pi)
    skewness = third_others / variance_others**1.5
    before = np.clip(special.ndtr(at) + skewness * (1 - at**2) * density / 6, 0, 1)
    inner = (half * factors * times) @ (sizes * still * before)
    result: Numbers = np.clip(-np.expm1(-sizes * low) + inner, 1e-12, 1.0)
    return result


@cache
def _nodes() -> tuple[Numbers, Numbers]:
    nodes, factors = np.polynomial.legendre.leggauss(NODES)
    return nodes, factors


def _moments(still: Numbers, counts: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Give the mean, variance and third central moment of how many have rung, for each time."""
    gone = 1 - still
    return gone @ counts, (gone * still) @ counts, (gone * still * (still - gone)) @ counts


def _span(sizes: Numbers, counts: Numbers, drawn: int) -> tuple[float, float]:
    """Find two times between which the last draw falls but for a chance of 1e-11, on a grid of logarithms."""
    grid = np.exp(np.log(drawn / counts.sum()) + GRID)
    mean, variance, _ = _moments(np.exp(-np.outer(grid, sizes)), counts)
    deviations = (drawn - 0.5 - mean) / np.sqrt(variance + 1e-300)
    low = int(np.flatnonzero(deviations > FAR)[-1]) if (deviations > FAR).any() else 0
    high = int(np.flatnonzero(deviations < -FAR)[0]) if (deviations < -FAR).any() else grid.size - 1
    return float(grid[low]), float(grid[high])


def successive_weights(
    degrees: Numbers,
    population: float,
    *,
    start: Numbers | None = None,
    tolerance: float = 1e-8,
    most: int = 500,
) -> tuple[Numbers, Numbers]:
    """Give each respondent's weight (1 / probability, scaled to sum to the population), and the people of each degree.

    Gile (2011): from a guess of how many people have each degree follow the probabilities, and from these a better guess,
    until both agree. ``start`` is such a guess, for the sorted different degrees.
    """
    if not degrees.size <= population < np.inf:
        raise CannotEstimate(
            N_("The population cannot be %(population)s: it is at least as large as the sample, %(sample)s."),
            population=f"{population:,.0f}",
            sample=degrees.size,
        )
    sizes, place, seen = np.unique(degrees, return_inverse=True, return_counts=True)
    counts = seen / sizes if start is None else start
    counts = counts * (population / counts.sum())
    for _ in range(most):
        better = seen / inclusion_probabilities(sizes, counts, degrees.size)
        better *= population / better.sum()
        change = float(np.abs(better / counts - 1).max())
        counts = better
        if change < tolerance:
            break
    else:
        raise CannotEstimate(
            N_(
                "The weights of successive sampling do not settle for a population of %(population)s. Try a larger one, or RDS-II."
            ),
            population=f"{population:,.0f}",
        )
    weights: Numbers = (counts / seen)[place]
    return weights, counts
