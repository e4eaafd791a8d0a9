"""Compiled sampler of latent class models: Gibbs steps, and steps with people's classes and the unseen summed out.

The state of a chain: ``sticks`` (logits of V, one fewer than classes), ``logits`` (classes x lists, of being on a list),
``level`` (concentration alpha, log likelihood). What follows from it: ``weights`` of classes, ``within`` (classes x cells,
probability of a history), ``chances`` (cells). Cell 0 is the history of those on no list; its count is 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._compiling import compiled

__all__ = ["run_chain"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
LOWEST = (
    -1e15
)  # logarithm of a share of the stick: alpha near 0 leaves hardly any, and the logarithm must tell how little
NEARLY = 1 - 1e-9  # the highest probability of being unseen that is taken


@compiled
def _copy(source: Floats, target: Floats) -> None:
    """Copy element by element: that compiles several times faster than an assignment of arrays."""
    for i in range(source.size):
        target[i] = source[i]


@compiled
def _break_stick(sticks: Floats, weights: Floats) -> None:
    left = 1.0
    for k in range(sticks.size):
        weights[k] = left / (1.0 + np.exp(-sticks[k]))
        left /= 1.0 + np.exp(sticks[k])
    weights[sticks.size] = left


@compiled
def _spread(histories: Integers, logits: Floats, within: Floats) -> None:
    """Write the probability of each history within one class."""
    for w in range(histories.size):
        within[w] = 1.0
    for j in range(logits.size):
        on, off = 1.0 / (1.0 + np.exp(-logits[j])), 1.0 / (1.0 + np.exp(logits[j]))
        for w in range(histories.size):
            within[w] *= on if histories[w] >> j & 1 else off


@compiled
def _mix(weights: Floats, within: Floats, chances: Floats) -> None:
    """Write the chance of each history over all classes."""
    for w in range(chances.size):
        total = 0.0
        for k in range(weights.size):
            total += weights[k] * within[k, w]
        chances[w] = total


@compiled
def _likelihood(counts: Floats, chances: Floats) -> float:
    """Give the log likelihood of the counts, being seen given: what the prior 1/N leaves when N is summed out."""
    total, people = 0.0, 0.0
    for w in range(1, counts.size):
        if chances[w] <= 0.0:
            return -np.inf
        total += counts[w] * np.log(chances[w])
        people += counts[w]
    if chances[0] >= NEARLY:
        return -np.inf
    return float(total - people * np.log(1.0 - chances[0]))


@compiled
def _softplus(value: float) -> float:
    """Give -log(1 - V) of a logit."""
    return float(max(value, 0.0) + np.log1p(np.exp(-abs(value))))


@compiled
def _uniform_logit(logit: float) -> float:
    """Give the log density of the logit of a uniform chance."""
    return float(-abs(logit) - 2.0 * np.log1p(np.exp(-abs(logit))))


@compiled
def _draw_logit(random: np.random.Generator) -> float:
    chance = random.random()
    return float(np.log(chance) - np.log1p(-chance))


@compiled
def _draw_stick(random: np.random.Generator, alpha: float) -> float:
    """Draw the logit of V ~ Beta(1, alpha)."""
    rest = max(np.log(random.random()) / alpha, LOWEST)
    return float(np.log(-np.expm1(rest)) - rest)


@compiled
def _log_gamma(random: np.random.Generator, shape: float) -> float:
    """Draw the logarithm of a gamma variable, also of a shape so small that the variable itself would be 0."""
    if shape >= 1.0:
        return float(np.log(random.standard_gamma(shape)))
    return float(np.log(random.standard_gamma(shape + 1.0)) + np.log(random.random()) / shape)


@compiled
def _assign(
    random: np.random.Generator,
    cells: tuple[Integers, Floats],
    unseen: int,
    state: tuple[Floats, Floats, Floats],
    sizes: Floats,
    caught: Floats,
) -> None:
    """Split every cell, and the unseen, over the classes; add up who is in each class and who of them on each list."""
    histories, counts = cells
    weights, within, chances = state
    for w in range(counts.size):
        left = unseen if w == 0 else int(counts[w])
        rest = chances[w]
        for k in range(weights.size):
            if left == 0:
                break
            part = weights[k] * within[k, w]
            members = left
            if k < weights.size - 1 and part < rest:
                members = random.binomial(left, part / rest) if part > 0.0 else 0
            rest -= part
            left -= members
            sizes[k] += members
            for j in range(caught.shape[1]):
                if histories[w] >> j & 1:
                    caught[k, j] += members


@compiled
def _gibbs(
    random: np.random.Generator,
    cells: tuple[Integers, Floats],
    sticks: Floats,
    logits: Floats,
    level: Floats,
    state: tuple[Floats, Floats, Floats],
) -> int:
    """Take the steps 1 to 6 of Manrique-Vallier (2016, section 3) and give the number of unseen people drawn."""
    weights, within, chances = state
    classes, lists = logits.shape
    people = 0.0
    for w in range(chances.size):
        people += cells[1][w]
    hidden = min(chances[0], NEARLY)
    unseen = random.poisson(random.standard_gamma(people) * hidden / (1.0 - hidden))  # negative binomial
    sizes, caught = np.zeros(classes), np.zeros((classes, lists))
    _assign(random, cells, unseen, state, sizes, caught)
    after, spent = people + unseen, 0.0
    for k in range(classes):
        for j in range(lists):
            hit = random.standard_gamma(1.0 + caught[k, j])
            logits[k, j] = np.log(hit) - np.log(random.standard_gamma(1.0 + sizes[k] - caught[k, j]))
        _spread(cells[0], logits[k], within[k])
        after -= sizes[k]
        if k < classes - 1:
            rest = max(_log_gamma(random, level[0] + after), LOWEST)
            sticks[k] = np.log(random.standard_gamma(1.0 + sizes[k])) - rest
            spent += _softplus(sticks[k])
    level[0] = max(random.standard_gamma(0.25 + classes - 1) / (0.25 + spent), 1e-12)
    _break_stick(sticks, weights)
    _mix(weights, within, chances)
    level[1] = _likelihood(cells[1], chances)
    return int(unseen)


@compiled
def _try_class(
    random: np.random.Generator,
    cells: tuple[Integers, Floats],
    k: int,
    trial: Floats,
    ratio: float,
    logits: Floats,
    level: Floats,
    state: tuple[Floats, Floats, Floats],
) -> None:
    """Take other chances for one class with the probability of Metropolis; ``ratio`` is that of the priors."""
    weights, within, chances = state
    spread, mixed = np.empty(chances.size), np.empty(chances.size)
    _spread(cells[0], trial, spread)
    for w in range(chances.size):
        mixed[w] = max(chances[w] + weights[k] * (spread[w] - within[k, w]), 1e-300)
    other = _likelihood(cells[1], mixed)
    if np.log(random.random()) < other - level[1] + ratio:
        for j in range(trial.size):
            logits[k, j] = trial[j]
        for w in range(mixed.size):
            within[k, w], chances[w] = spread[w], mixed[w]
        level[1] = other


@compiled
def _move_classes(
    random: np.random.Generator,
    cells: tuple[Integers, Floats],
    logits: Floats,
    level: Floats,
    state: tuple[Floats, Floats, Floats],
) -> None:
    """Move the chances of each class alone, all together, and anew from the prior (which finds other modes)."""
    classes, lists = logits.shape
    trial = np.empty(lists)
    for k in range(classes):
        for j in range(lists):
            trial[j] = _draw_logit(random)
        _try_class(random, cells, k, trial, 0.0, logits, level, state)
        if state[0][k] < 1e-6:
            continue  # nothing but the prior speaks of an empty class
        for j in range(lists + 1):
            for i in range(lists):
                trial[i] = logits[k, i]
            step = (1.0 if j < lists else 0.5) * random.standard_normal()
            ratio = 0.0
            for i in range(lists):
                if j == lists or i == j:
                    trial[i] += step
                    ratio += _uniform_logit(trial[i]) - _uniform_logit(logits[k, i])
            _try_class(random, cells, k, trial, ratio, logits, level, state)


@compiled
def _move_sticks(
    random: np.random.Generator,
    cells: tuple[Integers, Floats],
    sticks: Floats,
    level: Floats,
    state: tuple[Floats, Floats, Floats],
) -> None:
    """Move each share of the stick."""
    weights, within, chances = state
    shares, mixed = np.empty(weights.size), np.empty(chances.size)
    for k in range(sticks.size):
        old = sticks[k]
        new = old + random.standard_normal()
        sticks[k] = new
        _break_stick(sticks, shares)
        _mix(shares, within, mixed)
        other = _likelihood(cells[1], mixed)
        ratio = _softplus(-old) - _softplus(-new) + level[0] * (_softplus(old) - _softplus(new))
        if np.log(random.random()) < other - level[1] + ratio:
            _copy(shares, weights)
            _copy(mixed, chances)
            level[1] = other
        else:
            sticks[k] = old


@compiled
def _swap_classes(
    random: np.random.Generator, sticks: Floats, logits: Floats, state: tuple[Floats, Floats, Floats]
) -> None:
    """Exchange neighbouring classes; the likelihood stays, the Jacobian of the sticks is (1 - V) / (1 - V')."""
    weights, within, _ = state
    for k in range(weights.size - 2):
        left = 0.0
        for rest in range(k, weights.size):
            left += weights[rest]
        if not 0.0 < weights[k + 1] < left or not weights[k] < left - weights[k + 1]:
            continue
        first, second = weights[k + 1] / left, weights[k] / (left - weights[k + 1])
        if first >= 1.0 or second <= 0.0:
            continue
        if np.log(random.random()) < -_softplus(sticks[k]) - np.log1p(-first):
            sticks[k] = np.log(first) - np.log1p(-first)
            sticks[k + 1] = np.log(second) - np.log1p(-second)
            _break_stick(sticks, weights)
            for j in range(logits.shape[1]):
                logits[k, j], logits[k + 1, j] = logits[k + 1, j], logits[k, j]
            for w in range(within.shape[1]):
                within[k, w], within[k + 1, w] = within[k + 1, w], within[k, w]


@compiled
def _redraw_rest(
    random: np.random.Generator,
    cells: tuple[Integers, Floats],
    sticks: Floats,
    logits: Floats,
    level: Floats,
    state: tuple[Floats, Floats, Floats],
) -> None:
    """Draw alpha, the sticks from a random place on, and half the time the classes after it, from their prior."""
    weights, within, chances = state
    keep = int(random.random() * sticks.size)
    spent = 0.0
    for k in range(keep):
        spent += _softplus(sticks[k])
    alpha = random.standard_gamma(0.25 + keep) / (0.25 + spent)
    if alpha < 1e-12:
        return
    broken, drawn, spread = np.empty(sticks.size), np.empty(logits.shape), np.empty(within.shape)
    _copy(sticks, broken)
    _copy(logits.ravel(), drawn.ravel())
    _copy(within.ravel(), spread.ravel())
    for k in range(keep, sticks.size):
        broken[k] = _draw_stick(random, alpha)
    if random.random() < 0.5:
        for k in range(keep + 1, weights.size):
            for j in range(logits.shape[1]):
                drawn[k, j] = _draw_logit(random)
            _spread(cells[0], drawn[k], spread[k])
    shares, mixed = np.empty(weights.size), np.empty(chances.size)
    _break_stick(broken, shares)
    _mix(shares, spread, mixed)
    other = _likelihood(cells[1], mixed)
    if np.log(random.random()) < other - level[1]:
        _copy(broken, sticks)
        _copy(drawn.ravel(), logits.ravel())
        _copy(spread.ravel(), within.ravel())
        _copy(shares, weights)
        _copy(mixed, chances)
        level[0], level[1] = alpha, other


@compiled
def run_chain(
    random: np.random.Generator,
    histories: Integers,
    counts: Floats,
    sticks: Floats,
    logits: Floats,
    level: Floats,
    draws: Integers,
    moves: bool,
) -> None:
    """Go on with a chain from its state, one draw of the unseen an iteration; without ``moves``, by Gibbs steps alone.

    A chain whose concentration is 0 has no state yet: it begins at a draw from the prior.
    """
    cells = (histories, counts)
    state = (np.empty(logits.shape[0]), np.empty((logits.shape[0], counts.size)), np.empty(counts.size))
    begun = level[0] > 0.0
    while True:
        if not begun:
            level[0] = random.standard_gamma(1.0)
            for k in range(logits.shape[0]):
                for j in range(logits.shape[1]):
                    logits[k, j] = _draw_logit(random)
            for k in range(sticks.size):
                sticks[k] = _draw_stick(random, level[0])
        for k in range(logits.shape[0]):
            _spread(histories, logits[k], state[1][k])
        _break_stick(sticks, state[0])
        _mix(state[0], state[1], state[2])
        level[1] = _likelihood(counts, state[2])
        if begun or (np.isfinite(level[1]) and state[2][0] < 0.9999):
            break
    for at in range(draws.size):
        draws[at] = _gibbs(random, cells, sticks, logits, level, state)
        if moves:
            _redraw_rest(random, cells, sticks, logits, level, state)
            _swap_classes(random, sticks, logits, state)
            _move_classes(random, cells, logits, level, state)
            _move_sticks(random, cells, sticks, level, state)
