"""Compiled sampler of latent class models: Gibbs steps, and steps with people's classes and the unseen summed out.

The state of a chain: ``sticks`` (logits of V, one fewer than classes), ``logits`` (classes x lists, of being on a list), and
what follows from them: ``weights`` of classes, ``within`` (classes x cells, probability of a history), ``chances`` (cells).
Beside it stand ``level`` (concentration alpha, log likelihood) and a second state, where steps write what they propose. Cell 0 is
the history of those on no list; its count is 0.

Compilation is most of the first answer: nothing here makes an array, loops stand where NumPy would have a function, and the steps
are parts of one function, so that they are optimised once.
"""

from __future__ import annotations

import math
from typing import cast

import numpy as np
from numpy.typing import NDArray

from amparo.stats.compiling import compiled, inlined

from ._drawing_kernels import (
    LOWEST,
    draw_binomial,
    draw_log_gamma,
    draw_log_odds,
    draw_logit,
    draw_poisson,
    draw_stick,
)

__all__ = ["run_chain"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Cells = tuple[Integers, Floats]
State = tuple[Floats, Floats, Floats, Floats, Floats, Floats]
VECTOR, MATRIX, WHOLE = "f8[::1]", "f8[:,::1]", "i8[::1]"
CELLS = f"Tuple(({WHOLE}, {VECTOR}))"
STATE = f"Tuple(({VECTOR}, {MATRIX}, {VECTOR}, {MATRIX}, {VECTOR}, {VECTOR}))"
NEARLY = 1 - 1e-9  # the highest probability of being unseen that is taken


@compiled(f"void({VECTOR}, {VECTOR})", inner=True, borrows=True)
def _break_stick(sticks: Floats, weights: Floats) -> None:
    left = 1.0
    for k in range(sticks.size):
        weights[k] = left / (1.0 + math.exp(-sticks[k]))
        left /= 1.0 + math.exp(sticks[k])
    weights[sticks.size] = left


@compiled(f"void({WHOLE}, {STATE}, i8)", inner=True, borrows=True)
def _spread(histories: Integers, state: State, k: int) -> None:
    """Write the probability of each history within one class."""
    logits, within = state[1], state[3]
    for w in range(histories.size):
        within[k, w] = 1.0
    for j in range(logits.shape[1]):
        on, off = 1.0 / (1.0 + math.exp(-logits[k, j])), 1.0 / (1.0 + math.exp(logits[k, j]))
        for w in range(histories.size):
            within[k, w] *= on if histories[w] >> j & 1 else off


@compiled(f"f8({VECTOR}, {VECTOR})", inner=True, borrows=True)
def _likelihood(counts: Floats, chances: Floats) -> float:
    """Give the log likelihood of the counts, being seen given: what the prior 1/N leaves when N is summed out."""
    total, people = 0.0, 0.0
    for w in range(1, counts.size):
        if chances[w] <= 0.0:
            return -math.inf
        total += counts[w] * math.log(chances[w])
        people += counts[w]
    if chances[0] >= NEARLY:
        return -math.inf
    return total - people * math.log(1.0 - chances[0])


@compiled(f"f8({VECTOR}, {VECTOR}, {MATRIX}, {VECTOR})", inner=True, borrows=True)
def _mix(counts: Floats, weights: Floats, within: Floats, chances: Floats) -> float:
    """Write the chance of each history over all classes, and give the log likelihood."""
    for w in range(chances.size):
        total = 0.0
        for k in range(weights.size):
            total += weights[k] * within[k, w]
        chances[w] = total
    return _likelihood(counts, chances)


@compiled("f8(f8)", inner=True, borrows=True)
def _softplus(value: float) -> float:
    """Give -log(1 - V) of a logit."""
    return (value if value > 0.0 else 0.0) + math.log1p(math.exp(-abs(value)))


@compiled("f8(f8)", inner=True, borrows=True)
def _uniform_logit(logit: float) -> float:
    """Give the log density of the logit of a uniform chance."""
    return -abs(logit) - 2.0 * math.log1p(math.exp(-abs(logit)))


@inlined
def _draw_level(random: np.random.Generator, sticks: Floats, level: Floats) -> None:
    """Draw alpha, which hangs on the sticks alone, and keep it above 0."""
    rate = 0.25
    for k in range(sticks.size):
        rate += _softplus(sticks[k])
    drawn = math.exp(draw_log_gamma(random, sticks.size + 0.25)) / rate
    level[0] = drawn if drawn > 1e-12 else 1e-12


@compiled(f"void(npy_rng, {CELLS}, i8, {STATE}, {STATE})", inner=True, borrows=True)
def _assign(random: np.random.Generator, cells: Cells, unseen: int, state: State, room: State) -> None:
    """Split every cell, and the unseen, over the classes.

    Who is in each class is added up where the room has weights, who of them on each list where it has logits.
    """
    histories, counts = cells
    _, _, weights, within, chances, _ = state
    _, caught, sizes, _, _, _ = room
    for k in range(sizes.size):
        sizes[k] = 0.0
        for j in range(caught.shape[1]):
            caught[k, j] = 0.0
    for w in range(counts.size):
        left = unseen if w == 0 else int(counts[w])
        rest = chances[w]
        for k in range(weights.size):
            if left == 0:
                break
            part = weights[k] * within[k, w]
            members = left
            if k < weights.size - 1 and part < rest:
                members = draw_binomial(random, left, part / rest) if part > 0.0 else 0
            rest -= part
            left -= members
            sizes[k] += members
            for j in range(caught.shape[1]):
                if histories[w] >> j & 1:
                    caught[k, j] += members


@inlined
def _gibbs(random: np.random.Generator, cells: Cells, state: State, room: State, level: Floats) -> int:
    """Take the steps of Manrique-Vallier (2016, section 3) but that of alpha, and give the number of unseen people drawn."""
    sticks, logits, weights, within, chances, _ = state
    _, caught, sizes, _, _, _ = room
    classes = weights.size
    people = 0.0
    for w in range(chances.size):
        people += cells[1][w]
    hidden = chances[0] if chances[0] < NEARLY else NEARLY
    rate = math.exp(draw_log_gamma(random, people)) * hidden / (1.0 - hidden)
    unseen = draw_poisson(random, rate)  # negative binomial
    _assign(random, cells, unseen, state, room)
    after = people + unseen
    for k in range(classes):
        for j in range(logits.shape[1]):
            logits[k, j] = draw_log_odds(random, 1.0 + caught[k, j], 1.0 + sizes[k] - caught[k, j])
        _spread(cells[0], state, k)
        after -= sizes[k]
        if k < classes - 1:
            sticks[k] = draw_log_odds(random, 1.0 + sizes[k], level[0] + after)
    _break_stick(sticks, weights)
    level[1] = _mix(cells[1], weights, within, chances)
    return unseen


@compiled(f"void(npy_rng, {CELLS}, i8, f8, {STATE}, {STATE}, {VECTOR})", inner=True, borrows=True)
def _try_class(
    random: np.random.Generator, cells: Cells, k: int, ratio: float, state: State, room: State, level: Floats
) -> None:
    """Take the logits of one class in the room with the probability of Metropolis; ``ratio`` is that of the priors."""
    _, logits, weights, within, chances, _ = state
    _, trial, _, spread, mixed, _ = room
    _spread(cells[0], room, k)
    for w in range(chances.size):
        chance = chances[w] + weights[k] * (spread[k, w] - within[k, w])
        mixed[w] = chance if chance > 1e-300 else 1e-300
    other = _likelihood(cells[1], mixed)
    if math.log(random.random()) < other - level[1] + ratio:
        for j in range(logits.shape[1]):
            logits[k, j] = trial[k, j]
        for w in range(chances.size):
            within[k, w], chances[w] = spread[k, w], mixed[w]
        level[1] = other


@inlined
def _move_classes(
    random: np.random.Generator, cells: Cells, state: State, room: State, level: Floats
) -> None:
    """Move the chances of each class anew from the prior (which finds other modes), each alone, and all together."""
    logits, trial = state[1], room[1]
    classes, lists = logits.shape
    for k in range(classes):
        # Nothing but the prior speaks of an empty class.
        for attempt in range(lists + 2 if state[2][k] >= 1e-6 else 1):
            one = attempt - 1  # the list whose chance is moved; all where there is no such list
            step = (1.0 if one < lists else 0.5) * random.standard_normal()
            ratio = 0.0
            for j in range(lists):
                trial[k, j] = logits[k, j]
                if attempt == 0:
                    trial[k, j] = draw_logit(random)
                elif one in (j, lists):
                    trial[k, j] += step
                    ratio += _uniform_logit(trial[k, j]) - _uniform_logit(logits[k, j])
            _try_class(random, cells, k, ratio, state, room, level)


@inlined
def _move_sticks(random: np.random.Generator, cells: Cells, state: State, room: State, level: Floats) -> None:
    """Move each share of the stick."""
    sticks, _, weights, within, chances, _ = state
    _, _, shares, _, mixed, _ = room
    for k in range(sticks.size):
        old = sticks[k]
        new = old + random.standard_normal()
        sticks[k] = new
        _break_stick(sticks, shares)
        other = _mix(cells[1], shares, within, mixed)
        ratio = _softplus(-old) - _softplus(-new) + level[0] * (_softplus(old) - _softplus(new))
        if math.log(random.random()) < other - level[1] + ratio:
            for one in range(weights.size):
                weights[one] = shares[one]
            for w in range(chances.size):
                chances[w] = mixed[w]
            level[1] = other
        else:
            sticks[k] = old


@compiled("f8(f8, f8)", inner=True, borrows=True)
def _add_logs(one: float, other: float) -> float:
    return (one if one > other else other) + math.log1p(math.exp(-abs(one - other)))


@compiled(f"f8({VECTOR})", inner=True, borrows=True)
def _order_density(shares: Floats) -> float:
    """Give the log density of an order of classes, from the logarithms of their shares, alpha summed out.

    In terms of shares, Beta(1, alpha) sticks have density alpha**(K-1) share_K**(alpha-1) / (product of what was left before
    classes 2 to K-1); over alpha ~ Gamma(1/4, 1/4) that leaves (1/4 - log share_K)**-(K-3/4) in place of the first two.
    """
    last = shares.size - 1
    left = shares[last]
    density = -(last + 0.25) * math.log(0.25 - left) - left
    for k in range(last - 1, 0, -1):
        left = _add_logs(left, shares[k])
        density -= left
    return float(density)


@compiled(f"void({MATRIX}, i8, i8)", inner=True, borrows=True)
def _swap_rows(matrix: Floats, one: int, other: int) -> None:
    for column in range(matrix.shape[1]):
        matrix[one, column], matrix[other, column] = matrix[other, column], matrix[one, column]


@inlined
def _swap_classes(
    random: np.random.Generator, cells: Cells, state: State, room: State, level: Floats
) -> None:
    """Exchange classes, neighbours and any two, with alpha summed out. The likelihood stays.

    Without this a large class that begins at the end of the stick stays there, with an alpha that hardly can be.
    """
    sticks, logits, weights, within, _, _ = state
    shares = room[2]
    classes = shares.size
    left = 0.0
    for k in range(classes - 1):
        shares[k] = left - _softplus(-sticks[k])
        left -= _softplus(sticks[k])
    shares[classes - 1] = left
    now = _order_density(shares)
    for attempt in range(classes + 3):
        one, other = attempt, attempt + 1
        if attempt >= classes - 1:
            one, other = int(random.random() * classes), int(random.random() * classes)
        shares[one], shares[other] = shares[other], shares[one]
        then = _order_density(shares)
        if math.log(random.random()) >= then - now:
            shares[one], shares[other] = shares[other], shares[one]
            continue
        now = then
        _swap_rows(logits, one, other)
        _swap_rows(within, one, other)
    left = shares[classes - 1]
    for k in range(classes - 2, -1, -1):
        sticks[k] = shares[k] - left
        left = _add_logs(left, shares[k])
    _break_stick(sticks, weights)


@compiled(f"void({STATE}, {STATE})", inner=True, borrows=True)
def _copy(source: State, target: State) -> None:
    """Copy element by element: that compiles several times faster than an assignment of arrays."""
    for i in range(source[5].size):
        target[5][i] = source[5][i]


@inlined
def _redraw_rest(random: np.random.Generator, cells: Cells, state: State, room: State, level: Floats) -> None:
    """Draw the sticks from a random place on, and half the time the classes after it, from their prior, alpha summed out."""
    sticks, logits, weights, within, chances, _ = room
    keep = int(random.random() * sticks.size)
    spent = 0.0
    for k in range(keep):
        spent += _softplus(state[0][k])
    alpha = math.exp(draw_log_gamma(random, 0.25 + keep)) / (0.25 + spent)
    if alpha < 1e-12:
        return
    _copy(state, room)
    for k in range(keep, sticks.size):
        sticks[k] = draw_stick(random, alpha)
    if random.random() < 0.5:
        for k in range(keep + 1, weights.size):
            for j in range(logits.shape[1]):
                logits[k, j] = draw_logit(random)
            _spread(cells[0], room, k)
    _break_stick(sticks, weights)
    other = _mix(cells[1], weights, within, chances)
    if math.log(random.random()) < other - level[1]:
        _copy(room, state)
        level[1] = other


@compiled(f"void(npy_rng, {CELLS}, {STATE}, {STATE}, {VECTOR}, {WHOLE}, b1)", borrows=True)
def _run(
    random: np.random.Generator,
    cells: Cells,
    state: State,
    room: State,
    level: Floats,
    draws: Integers,
    moves: bool,
) -> None:
    for at in range(draws.size):
        draws[at] = _gibbs(random, cells, state, room, level)
        if moves:
            _redraw_rest(random, cells, state, room, level)
            _swap_classes(random, cells, state, room, level)
        _draw_level(random, state[0], level)
        if moves:
            _move_classes(random, cells, state, room, level)
            _move_sticks(random, cells, state, room, level)


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
    state, room = (_make_state(logits.shape[0], logits.shape[1], counts.size) for _ in range(2))
    state[0][:], state[1][:] = sticks, logits
    begun = level[0] > 0
    while True:
        if not begun:
            level[0] = random.standard_exponential()
            rest = np.maximum(np.log(random.random(sticks.size)) / level[0], LOWEST)
            state[0][:] = np.log(-np.expm1(rest)) - rest
            state[1][:] = random.logistic(size=logits.shape)
        level[1] = _settle(histories, counts, state)
        if begun or (level[1] > -math.inf and state[4][0] < 0.9999):
            break
    _run(random, (histories, counts), state, room, level, draws, moves)
    sticks[:], logits[:] = state[0], state[1]


def _make_state(classes: int, lists: int, cells: int) -> State:
    """Lay out a state in one piece of memory, its last part."""
    shapes = (classes - 1,), (classes, lists), (classes,), (classes, cells), (cells,)
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    whole = np.empty(ends[-1])
    parts = [part.reshape(shape) for part, shape in zip(np.split(whole, ends[:-1]), shapes, strict=True)]
    return cast("State", (*parts, whole))


def _settle(histories: Integers, counts: Floats, state: State) -> float:
    """Write what follows from sticks and logits, and give the log likelihood."""
    sticks, logits, weights, within, chances, _ = state
    with np.errstate(over="ignore", divide="ignore"):
        used, left = 1 / (1 + np.exp([-sticks, sticks]))
        weights[:] = np.append(used, 1.0) * np.cumprod(np.append(1.0, left))
        on, off = 1 / (1 + np.exp([-logits, logits]))
        caught = histories >> np.arange(logits.shape[1])[:, None] & 1
        np.prod(np.where(caught, on[:, :, None], off[:, :, None]), axis=1, out=within)
        np.matmul(weights, within, out=chances)
        if chances[0] >= NEARLY or not chances.all():
            return -math.inf
        return float(counts[1:] @ np.log(chances[1:]) - counts.sum() * math.log(1 - chances[0]))
