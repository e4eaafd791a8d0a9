"""How many of those who are alone in the file are alone in the population, too. Estimates: the file does not hold the answer.

Two models side by side, after Dankar, El Emam, Neisa and Roffey (2012), who found that none is best everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.vocab.text import N_

from ._data import CannotMeasure

__all__ = ["PopulationUniques", "estimate_uniques", "risk_in_population"]

SMALL_FRACTION: Final = 0.1  # below this, Pitman's model was found the nearer one
FARTHEST: Final = 5_000  # newcomers of a group that are told apart; beyond, 1 / number is nothing


@dataclass(frozen=True, slots=True)
class PopulationUniques:
    """Holds the chance that somebody alone in the file is alone in the population, by two models, and the one to read first."""

    population: int
    fraction: float
    pitman: float
    zayatz: float
    unique: int  # records alone in the file

    @property
    def advised(self) -> str:
        """Name the model that was found nearer at this sampling fraction."""
        return "pitman" if self.fraction <= SMALL_FRACTION else "zayatz"

    @property
    def chance(self) -> float:
        """Give the chance by the advised model."""
        return self.pitman if self.advised == "pitman" else self.zayatz

    @property
    def expected(self) -> float:
        """Give how many records are expected to be alone in the population."""
        return self.unique * self.chance


def estimate_uniques(sizes: NDArray[np.int64], population: int) -> PopulationUniques:
    """Estimate from the sizes of the groups of a file, taken as drawn at random from ``population`` persons."""
    number = int(sizes.sum())
    if population < number:
        raise CannotMeasure(
            N_(
                "A population of %(population)s cannot hold the %(number)s persons of the file. Give the number of persons from "
                "whom those in the file came."
            ),
            population=f"{population:,}",
            number=f"{number:,}",
        )
    unique = int((sizes == 1).sum())
    fraction = number / population
    if unique == 0 or population == number:
        certain = 1.0 if unique else 0.0
        return PopulationUniques(population, fraction, certain, certain, unique)
    alone = float(_chances(1, *_fit(sizes), number, population)[0])
    return PopulationUniques(population, fraction, alone, _zayatz(sizes, population), unique)


def _fit(sizes: NDArray[np.int64]) -> tuple[float, float]:
    """Fit Pitman's sampling formula to the sizes of the groups by maximum likelihood: alpha and theta."""
    from scipy.optimize import minimize
    from scipy.special import expit, gammaln

    number, groups = int(sizes.sum()), len(sizes)
    kinds, often = np.unique(sizes, return_counts=True)

    def parameters(free: NDArray[np.float64]) -> tuple[float, float]:
        alpha = float(expit(free[0])) * (1 - 1e-9) + 1e-12
        return alpha, math.exp(min(float(free[1]), 50.0)) - alpha

    def unlikely(free: NDArray[np.float64]) -> float:
        alpha, theta = parameters(free)
        start = theta / alpha + 1
        told = (groups - 1) * math.log(alpha) + gammaln(start + groups - 1) - gammaln(start)
        told += gammaln(theta + 1) - gammaln(theta + number)
        told += float((often * (gammaln(kinds - alpha) - gammaln(1 - alpha))).sum())
        return -float(told)

    begun = np.array([0.0, math.log(max(groups, 2))])
    found = minimize(
        unlikely, begun, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9, "maxiter": 4000}
    )
    return parameters(found.x)


def _chances(size: int, alpha: float, theta: float, number: int, population: int) -> NDArray[np.float64]:
    """Give the chances that 0, 1, 2 ... of those outside the file belong to a group of ``size`` in it.

    After the file, the share of such a group has a beta distribution (size - alpha, theta + number - size + alpha), so that its
    newcomers are beta-binomial.
    """
    from scipy.special import betaln, gammaln

    others = population - number
    come = np.arange(min(others, FARTHEST) + 1)
    ways = gammaln(others + 1) - gammaln(come + 1) - gammaln(others - come + 1)
    first, second = size - alpha, theta + number - size + alpha
    told = ways + betaln(first + come, second + others - come) - betaln(first, second)
    return np.asarray(np.exp(told))


def _zayatz(sizes: NDArray[np.int64], population: int) -> float:
    """Give Zayatz' chance: sizes in the population are taken to be spread as in the file, and the file to be drawn without replacement."""
    from scipy.special import gammaln

    number = int(sizes.sum())
    sorts, often = np.unique(sizes, return_counts=True)
    kinds = sorts.astype(float)

    def log_choose(n: NDArray[np.float64] | float, k: float) -> NDArray[np.float64]:
        return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(np.maximum(n - k, 0) + 1))

    possible = kinds - 1 <= population - number
    drawn = np.log(kinds) + log_choose(population - kinds, number - 1) - log_choose(float(population), number)
    weights = np.where(possible, often * np.exp(drawn), 0.0)
    return float(weights[kinds == 1].sum() / weights.sum())


def risk_in_population(sizes: NDArray[np.int64], population: int) -> NDArray[np.float64]:
    """Give, for a group of each size, the mean of 1 / its number in the population, by Pitman's model.

    The negative binomial of Benedetti and Franconi (1998), which is the usual one, gave a third of the truth where rare groups abound
    (docs/methods/microdata.md), and is not used: a risk must not be told too low.
    """
    number = int(sizes.sum())
    if population <= number:
        return 1.0 / sizes
    alpha, theta = _fit(sizes)
    kinds, place = np.unique(sizes, return_inverse=True)
    risks = []
    for size in kinds.tolist():
        chances = _chances(size, alpha, theta, number, population)
        beyond = max(0.0, 1.0 - float(chances.sum())) / (size + len(chances))
        risks.append(float((chances / (size + np.arange(len(chances)))).sum()) + beyond)
    return np.asarray(np.minimum(risks, 1.0 / kinds)[place.reshape(-1)])
