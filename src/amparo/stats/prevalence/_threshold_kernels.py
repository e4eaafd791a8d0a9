"""Compiled random-walk Metropolis sampler of a Poisson log-linear model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amparo.stats.compiling import compiled

__all__ = ["walk"]

Floats = NDArray[np.float64]
VECTOR, MATRIX = "f8[::1]", "f8[:,::1]"
WANTED = 0.25  # share of steps taken (Gelman, Roberts & Gilks 1996)


@compiled(f"f8({MATRIX}, {VECTOR}, {VECTOR}, {VECTOR})", inner=True)
def _log_posterior(design: Floats, counts: Floats, precision: Floats, effects: Floats) -> float:
    """Give the log posterior of the effects, up to a constant: Poisson counts, normal priors around 0."""
    total = 0.0
    for i in range(effects.size):
        total -= 0.5 * precision[i] * effects[i] * effects[i]
    for w in range(counts.size):
        level = 0.0
        for i in range(effects.size):
            level += design[w, i] * effects[i]
        total += counts[w] * level - np.exp(level)
    return float(total)


@compiled(f"f8(npy_rng, {MATRIX}, {VECTOR}, {VECTOR}, {MATRIX}, {VECTOR}, i8, {MATRIX})")
def walk(
    random: np.random.Generator,
    design: Floats,
    counts: Floats,
    precision: Floats,
    root: Floats,
    effects: Floats,
    burn: int,
    draws: Floats,
) -> float:
    """Walk from ``effects`` by steps of the shape of ``root`` (Cholesky root of a covariance); give the share taken.

    The size of steps is set during the first ``burn`` and stays after. The steps after are spread evenly over the rows of
    ``draws``, 20 to a row.
    """
    size = effects.size
    scale = 2.38 / np.sqrt(size)
    now = _log_posterior(design, counts, precision, effects)
    step, trial = np.empty(size), np.empty(size)
    taken, row = 0.0, 0
    for at in range(burn + 20 * draws.shape[0]):
        for i in range(size):
            step[i] = random.standard_normal()
        for i in range(size):
            moved = effects[i]
            for j in range(i + 1):
                moved += scale * root[i, j] * step[j]
            trial[i] = moved
        other = _log_posterior(design, counts, precision, trial)
        accepted = np.log(random.random()) < other - now
        if accepted:
            now = other
            for i in range(size):
                effects[i] = trial[i]
        if at < burn:
            scale *= np.exp(((1.0 if accepted else 0.0) - WANTED) / (1.0 + at) ** 0.6)
            continue
        taken += 1.0 if accepted else 0.0
        if (at - burn) % 20 == 19:
            for i in range(size):
                draws[row, i] = effects[i]
            row += 1
    return float(taken / (20.0 * draws.shape[0]))
