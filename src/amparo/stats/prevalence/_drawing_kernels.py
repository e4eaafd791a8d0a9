"""Compiled draws of gamma, binomial and Poisson variables.

Those that Numba has for NumPy's generators take two seconds to compile. These are exact as well, and short: gamma variables make
an order statistic of arrivals or of uniforms, and one such draw leaves a binomial or Poisson variable whose mean is about the root
of what it was (Devroye 1986, Non-Uniform Random Variate Generation, X.3 and X.4).
"""

from __future__ import annotations

import math

import numpy as np

from amparo.stats.compiling import compiled

__all__ = ["draw_binomial", "draw_log_gamma", "draw_log_odds", "draw_logit", "draw_poisson", "draw_stick"]

FEW = 20.0  # mean below which one counts
LOWEST = -1e15  # logarithm below which a gamma variable is taken to be 0: differences must stay numbers


@compiled("f8(npy_rng, f8)", inner=True, borrows=True)
def draw_log_gamma(random: np.random.Generator, shape: float) -> float:
    """Draw the logarithm of a gamma variable, also of a shape so small that the variable itself would be 0.

    After Marsaglia & Tsang (2000), ACM Transactions on Mathematical Software 26, 363-372; with shape 0 it is minus infinity.
    """
    raised = 0.0
    if shape < 1.0:
        raised = math.log(random.random()) / shape
        shape += 1.0
    size = shape - 1.0 / 3.0
    scale = 1.0 / math.sqrt(9.0 * size)
    while True:
        step = random.standard_normal()
        root = 1.0 + scale * step
        if root <= 0.0:
            continue
        cube, square, chance = root * root * root, step * step, random.random()
        height = math.log(cube)
        if chance < 1.0 - 0.0331 * square * square or math.log(chance) < 0.5 * square + size * (
            1.0 - cube + height
        ):
            return math.log(size) + height + raised


@compiled("f8(npy_rng, f8, f8)", inner=True, borrows=True)
def draw_log_odds(random: np.random.Generator, one: float, other: float) -> float:
    """Draw the logit of a beta variable."""
    odds, shape = 0.0, other
    for _ in range(2):  # the machine code has the draw once
        drawn = draw_log_gamma(random, shape)
        odds = (drawn if drawn > LOWEST else LOWEST) - odds
        shape = one
    return odds


@compiled("f8(npy_rng)", inner=True, borrows=True)
def draw_logit(random: np.random.Generator) -> float:
    """Draw the logit of a uniform chance."""
    chance = random.random()
    return math.log(chance) - math.log1p(-chance)


@compiled("f8(npy_rng, f8)", inner=True, borrows=True)
def draw_stick(random: np.random.Generator, alpha: float) -> float:
    """Draw the logit of V ~ Beta(1, alpha)."""
    drawn = math.log(random.random()) / alpha
    rest = drawn if drawn > LOWEST else LOWEST
    return math.log(-math.expm1(rest)) - rest


@compiled("i8(npy_rng, i8, f8)", inner=True, borrows=True)
def draw_binomial(random: np.random.Generator, people: int, chance: float) -> int:
    """Draw how many of so many people are taken, each with this chance."""
    total, sign = 0, 1
    while True:
        if chance > 0.5:  # those who are not taken
            total, sign, chance = total + sign * people, -sign, 1.0 - chance
        if people * chance < FEW:
            break
        place = int((people + 1) * chance)
        odds = draw_log_odds(random, float(place), people + 1.0 - place)
        middle = 1.0 / (1.0 + math.exp(-odds))  # the uniform of this place, were they sorted
        if middle <= chance:
            total += sign * place
            people, chance = people - place, (chance - middle) / (1.0 - middle)
        else:
            total += sign * (place - 1)
            people, sign, chance = place - 1, -sign, (middle - chance) / middle
    # The first term is above 1e-13. Should rounding leave a uniform above the sum of all, another is drawn.
    first = math.exp(people * math.log1p(-chance))
    odds = chance / (1.0 - chance)
    taken, term, left = 0, first, random.random()
    while left > term:
        left -= term
        taken += 1
        term *= odds * (people + 1 - taken) / taken
        if taken > people:
            taken, term, left = 0, first, random.random()
    return total + sign * taken


@compiled("i8(npy_rng, f8)", inner=True, borrows=True)
def draw_poisson(random: np.random.Generator, mean: float) -> int:
    """Draw how many arrive in a time of this length."""
    total = 0
    while mean > FEW:
        place = int(mean)
        arrival = math.exp(draw_log_gamma(random, float(place)))
        if arrival > mean:
            return total + draw_binomial(random, place - 1, mean / arrival)
        total += place
        mean -= arrival
    limit, product = math.exp(-mean), random.random()
    while product > limit:
        total += 1
        product *= random.random()
    return total
