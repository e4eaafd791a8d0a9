"""Draw rows whose counts come near to given ones: Gibbs sampling with falling temperature, compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from amparo.stats.compiling import compiled

__all__ = ["spread_fours", "spread_threes", "spread_twos", "sweep"]

Floats = NDArray[np.float32]


@compiled("uint64(uint64[::1])", inner=True)
def _word(state: NDArray[np.uint64]) -> np.uint64:
    """Step the generator splitmix64 (Steele, Lea and Flood 2014)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: np.uint64 = z ^ (z >> np.uint64(31))
    return mixed


@compiled("void(float32[::1], float32[:, ::1])")
def spread_twos(twos: Floats, table: Floats) -> None:
    """Lay the dense table of combinations of two out by their members: ``table[one, other]``."""
    place = 0
    for b in range(table.shape[1]):
        for a in range(b):
            table[a, b] = twos[place]
            table[b, a] = twos[place]
            place += 1


@compiled("void(float32[::1], float32[:, ::1])")
def spread_threes(threes: Floats, table: Floats) -> None:
    """Lay the dense table of combinations of three out by pair: ``table[pair, third]``, whatever the order of the three."""
    place = 0
    for c in range(table.shape[1]):
        for b in range(c):
            for a in range(b):
                value = threes[place]
                table[b * (b - 1) // 2 + a, c] = value
                table[c * (c - 1) // 2 + a, b] = value
                table[c * (c - 1) // 2 + b, a] = value
                place += 1


@compiled("void(float32[::1], float32[:, ::1])")
def spread_fours(fours: Floats, table: Floats) -> None:
    """Lay the dense table of combinations of four out by three of them: ``table[three, fourth]``."""
    place = 0
    for d in range(table.shape[1]):
        d3 = d * (d - 1) * (d - 2) // 6
        for c in range(d):
            c2, c3 = c * (c - 1) // 2, c * (c - 1) * (c - 2) // 6
            for b in range(c):
                b2 = b * (b - 1) // 2
                for a in range(b):
                    value = fours[place]
                    table[c3 + b2 + a, d] = value
                    table[d3 + b2 + a, c] = value
                    table[d3 + c2 + a, b] = value
                    table[d3 + c2 + b, a] = value
                    place += 1


@compiled("int64(int64, int64, int64)", inner=True)
def _three(x: int, y: int, z: int) -> int:
    """Give the place of three attributes in any order."""
    high, low = max(x, y, z), min(x, y, z)
    middle = x + y + z - high - low
    return high * (high - 1) * (high - 2) // 6 + middle * (middle - 1) // 2 + low


@compiled("int64(int64, int64)", inner=True)
def _two(x: int, y: int) -> int:
    high, low = max(x, y), min(x, y)
    return high * (high - 1) // 2 + low


@compiled(
    "void(int64, float32, int64[::1], int64, int64, float32[::1], float32[:, ::1], float32[:, ::1], float32[:, ::1], float32[::1])",
    inner=True,
)
def _add(
    v: Any,
    sign: np.float32,
    others: NDArray[np.int64],
    number: int,
    longest: int,
    one: Floats,
    two: Floats,
    three: Floats,
    four: Floats,
    steps: Floats,
) -> None:
    """Count one attribute more (or less) in a row that has these others, the largest last."""
    one[v] += sign * steps[0]
    for i in range(number):
        x = others[i]
        two[x, v] += sign * steps[1]
        two[v, x] += sign * steps[1]
        if longest < 3:
            continue
        pair_vx = _two(v, x)
        for j in range(i):
            y = others[j]
            three[_two(x, y), v] += sign * steps[2]
            three[pair_vx, y] += sign * steps[2]
            three[_two(v, y), x] += sign * steps[2]
            if longest < 4:
                continue
            for k in range(j):
                z = others[k]
                four[_three(x, y, z), v] += sign * steps[3]
                four[_three(v, y, z), x] += sign * steps[3]
                four[_three(v, x, z), y] += sign * steps[3]
                four[_three(v, x, y), z] += sign * steps[3]


@compiled(
    "void(int64, int64, int64[::1], int64, int64, float32[::1], float32[:, ::1], float32[:, ::1], float32[:, ::1], float32[::1])",
    inner=True,
)
def _price(
    first: int,
    width: int,
    others: NDArray[np.int64],
    number: int,
    longest: int,
    one: Floats,
    two: Floats,
    three: Floats,
    four: Floats,
    cost: Floats,
) -> None:
    """Fill in what each value of a column would cost beside these others."""
    for v in range(width):
        cost[v] = one[first + v]
    for i in range(number):
        x = others[i]
        for v in range(width):
            cost[v] += two[x, first + v]
        if longest < 3:
            continue
        base = x * (x - 1) // 2
        base_of_three = x * (x - 1) * (x - 2) // 6
        for j in range(i):
            y = others[j]
            for v in range(width):
                cost[v] += three[base + y, first + v]
            if longest < 4:
                continue
            start = base_of_three + y * (y - 1) // 2
            for k in range(j):
                for v in range(width):
                    cost[v] += four[start + others[k], first + v]


@compiled("int64(int16[:, ::1], int64, int64, int64[::1])", inner=True)
def _others(rows: NDArray[np.int16], row: int, column: int, others: NDArray[np.int64]) -> int:
    """Fill in the attributes that a row has in other columns; answer how many."""
    number = 0
    for other in range(rows.shape[1]):
        if other != column and rows[row, other] >= 0:
            others[number] = rows[row, other]
            number += 1
    return number


@compiled("float32(int64, int64, float32[::1])", inner=True)
def _own(number: int, longest: int, steps: Floats) -> np.float32:
    """Tell what the row itself adds to the price of a value that it has, beside so many others."""
    own = steps[0] + number * steps[1]
    if longest > 2:
        own += steps[2] * (number * (number - 1) // 2)
    if longest > 3:
        own += steps[3] * (number * (number - 1) * (number - 2) // 6)
    return np.float32(own)


@compiled("int64(float32[::1], int64, float64, float64[::1], float64[::1], uint64[::1])", inner=True)
def _choose(
    cost: Floats,
    width: int,
    coldness: float,
    chances: NDArray[np.float64],
    chance: NDArray[np.float64],
    state: NDArray[np.uint64],
) -> int:
    """Draw a value with chances in proportion to exp(-cost x coldness); ``width`` is the blank, which costs nothing."""
    last = chances.size - 1
    least = np.float32(0.0)
    for v in range(width):
        least = min(least, cost[v])
    total = 0.0
    for v in range(width + 1):
        above = (cost[v] if v < width else np.float32(0.0)) - least
        step = above * coldness * 64.0
        chance[v] = chances[int(step)] if step < last else 0.0
        total += chance[v]
    point = (_word(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0) * total
    for v in range(width):
        point -= chance[v]
        if point < 0.0:
            return v
    return width


@compiled(
    "int64(int16[:, ::1], int64[::1], int64[::1], int64, float64, float64[::1], uint64[::1], float32[::1], float32[:, ::1], "
    "float32[:, ::1], float32[:, ::1], float32[::1])"
)
def sweep(
    rows: NDArray[np.int16],
    starts: NDArray[np.int64],
    order: NDArray[np.int64],
    longest: int,
    coldness: float,
    chances: NDArray[np.float64],
    state: NDArray[np.uint64],
    one: Floats,
    two: Floats,
    three: Floats,
    four: Floats,
    steps: Floats,
) -> int:
    """Draw every value of every row anew, given the others; answer how many changed.

    ``one`` to ``four`` hold (count + half a row - target) x weight: what one row more of a combination costs; a row changes
    them by ``steps``. Column j has the attributes ``starts[j]`` to ``starts[j + 1] - 1``, or a blank. ``chances[i]`` is
    exp(-i / 64).
    """
    columns = rows.shape[1]
    widest = np.max(starts[1:] - starts[:-1])
    cost = np.empty(widest, dtype=np.float32)
    chance = np.empty(widest + 1)
    others = np.empty(columns, dtype=np.int64)
    changed = 0
    for row in range(rows.shape[0]):
        for place in range(columns):
            j = order[place]
            now = np.int64(rows[row, j])
            first = starts[j]
            width = starts[j + 1] - first
            number = _others(rows, row, j, others)
            _price(first, width, others, number, longest, one, two, three, four, cost)
            if now >= 0:  # the row itself is in the counts of the value that it has
                cost[now - first] -= _own(number, longest, steps)
            drawn = _choose(cost, width, coldness, chances, chance, state)
            new = first + drawn if drawn < width else np.int64(-1)
            if new != now:
                changed += 1
                if now >= 0:
                    _add(now, np.float32(-1.0), others, number, longest, one, two, three, four, steps)
                if new >= 0:
                    _add(new, np.float32(1.0), others, number, longest, one, two, three, four, steps)
                rows[row, j] = new
    return changed
