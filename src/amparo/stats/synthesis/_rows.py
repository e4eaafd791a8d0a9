"""Make rows from noisy counts. Nothing here sees a record: the rows tell no more of anybody than the counts do."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ._measuring import Measurement

__all__ = ["Prefer", "Schedule", "Targets", "count_rows", "fit_rows", "targets_of"]

Codes = NDArray[np.int16]
Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]

FORBIDDEN: Final = np.float32(1e9)  # what a combination costs that must not be
# Constants of the method, chosen once on public files and never on the data that are protected (docs/methods/synthetic-data.md).
BELOW: Final = (
    1.0  # in standard deviations of the noise: a smaller noisy count is taken for an empty combination
)
PENALTY: Final = {
    "counts": 1.0,
    "no-inventions": 2.0,
}  # how far below zero an empty combination is aimed, in the same unit


class Prefer(StrEnum):
    """Names what matters more: counts that are near, or fewer combinations that nobody had."""

    COUNTS = "counts"
    NO_INVENTIONS = "no-inventions"


@dataclass(frozen=True, slots=True)
class Targets:
    """Holds what the counts of the rows are drawn to, by length, and the weight of a squared error; ``banned`` must stay empty."""

    starts: tuple[int, ...]
    aims: Mapping[int, Floats]
    weights: Mapping[int, float]
    banned: Mapping[int, NDArray[np.bool_]]

    @property
    def size(self) -> int:
        """Tell how many attributes there are."""
        return self.starts[-1]

    @property
    def longest(self) -> int:
        """Tell the length of the longest combinations."""
        return max(self.aims)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Holds how long is looked for rows: ``sweeps``, from temperature ``hot`` to ``cold`` over the first half, then cold.

    Many rows are begun in blocks of equal rows (not below ``fewest_blocks``), and single rows are moved in ``last_sweeps`` only.
    """

    sweeps: int = 30
    hot: float = 4.0
    cold: float = 0.05
    fewest_blocks: int = 40_000
    last_sweeps: int = 6


def targets_of(
    measurement: Measurement, *, prefer: Prefer = Prefer.COUNTS, never: Iterable[tuple[int, int]] = ()
) -> Targets:
    """Clean noisy counts: a combination lives if its count stands out of the noise and all that it is made of lives.

    ``never`` are pairs of attributes that a rule of the codebook forbids.
    """
    size = measurement.domain.size
    aims = {1: measurement.noisy(1)}
    banned: dict[int, NDArray[np.bool_]] = {}
    dead = np.zeros(0, dtype=bool)
    forbidden = np.zeros(0, dtype=bool)
    for k in range(2, measurement.longest + 1):
        noisy, sigma = measurement.noisy(k), measurement.sigma(k)
        below = noisy < BELOW * sigma
        if k == 2:
            forbidden = _never(measurement, never)
        else:
            below |= _any_part(dead, size, k)
            forbidden = _any_part(forbidden, size, k)
        dead = below | forbidden
        aims[k] = np.where(dead, -PENALTY[prefer.value] * sigma, noisy)
        if forbidden.any():
            banned[k] = forbidden
    weights = {k: 1.0 / measurement.sigma(k) ** 2 for k in aims}
    return Targets(measurement.domain.starts, aims, weights, banned)


def _never(measurement: Measurement, never: Iterable[tuple[int, int]]) -> NDArray[np.bool_]:
    """Mark the pairs that cannot be: two values of one column, and those of the rules."""
    size = measurement.domain.size
    forbidden = np.zeros(math.comb(size, 2), dtype=bool)
    for low, high in never:
        forbidden[high * (high - 1) // 2 + low] = True
    return forbidden


def _any_part(marked: NDArray[np.bool_], size: int, length: int) -> NDArray[np.bool_]:
    """Mark the combinations of ``length`` of which a part, one shorter, is marked."""
    answer = np.zeros(math.comb(size, length), dtype=bool)
    if not marked.any():
        return answer
    members = _members(size, length)
    for left_out in range(length):
        kept = [members[i] for i in range(length) if i != left_out]
        place = np.zeros(answer.size, dtype=np.int64)
        for order, member in enumerate(kept, 1):
            place += _choose(member, order)
        answer |= marked[place]
    return answer


def _choose(n: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    product = n.copy()
    for i in range(1, k):
        product = product * (n - i) // (i + 1)
    return product


def _members(size: int, length: int) -> list[NDArray[np.int64]]:
    """List the members of all combinations, the smallest first, in the order of the dense tables."""
    members = [np.arange(size, dtype=np.int64)]
    for k in range(2, length + 1):
        # the combinations of k - 1 below a largest member are a prefix of their table
        prefixes = [math.comb(largest, k - 1) for largest in range(size)]
        shorter = [np.concatenate([member[:n] for n in prefixes]) for member in members]
        members = [*shorter, np.repeat(np.arange(size, dtype=np.int64), prefixes)]
    return members


def fit_rows(
    targets: Targets,
    number: int,
    *,
    random: np.random.Generator,
    schedule: Schedule | None = None,
    begin: Codes | None = None,
    progress: Progress | None = None,
) -> Codes:
    """Draw ``number`` rows whose counts come near to the targets. The same targets and seed give the same rows anywhere."""
    schedule = schedule or Schedule()
    block = 1
    while begin is None and number // (2 * block) >= schedule.fewest_blocks:
        block *= 2
    rows = _independent(targets, -(-number // block), number, random) if begin is None else begin
    half = schedule.sweeps // 2
    temperatures = [
        *np.geomspace(schedule.hot, schedule.cold, half),
        *[schedule.cold] * (schedule.sweeps - half),
    ]
    total = len(temperatures) + (schedule.last_sweeps if block > 1 else 0)
    done = 0
    for size, kept in ((block, temperatures), (1, [schedule.cold] * schedule.last_sweeps)):
        if size == 1 and block > 1:
            rows = np.ascontiguousarray(
                np.repeat(rows, block, axis=0)[random.permutation(len(rows) * block)[:number]]
            )
        elif size == 1 and kept is not temperatures:
            break
        fitting = _Fitting(targets, rows, size, random)
        for temperature in kept:
            fitting.sweep(temperature)
            done += 1
            if progress is not None:
                progress(done, total)
    return rows


def _independent(targets: Targets, number: int, persons: int, random: np.random.Generator) -> Codes:
    """Draw each value by its own count, independently of the others."""
    rows = np.full((number, len(targets.starts) - 1), -1, dtype=np.int16)
    for j, (first, end) in enumerate(zip(targets.starts, targets.starts[1:], strict=False)):
        counts = targets.aims[1][first:end].clip(0)
        edges = np.cumsum(counts) / max(float(counts.sum()), persons, 1.0)
        drawn = np.searchsorted(edges, random.random(number), side="right")
        rows[:, j] = np.where(drawn < counts.size, first + drawn, -1)
    return rows


def count_rows(rows: Codes, size: int, longest: int) -> dict[int, NDArray[np.int64]]:
    """Count the combinations in rows, by length."""
    from ._counting_kernels import count_combinations

    counts = {k: np.zeros(math.comb(size, k) if k <= longest else 0, dtype=np.int64) for k in range(1, 5)}
    weights = np.ones(rows.shape[0], dtype=np.int64)
    count_combinations(rows, weights, longest, counts[1], counts[2], counts[3], counts[4])
    return {k: counts[k] for k in range(1, longest + 1)}


class _Fitting:
    """Holds rows, each standing for ``block`` persons, and what one row more of each combination would cost."""

    def __init__(self, targets: Targets, rows: Codes, block: int, random: np.random.Generator) -> None:
        self.rows, self.block, self.random = rows, block, random
        self.longest = targets.longest
        self.starts = np.asarray(targets.starts, dtype=np.int64)
        self.state = random.integers(0, 1 << 64, size=1, dtype=np.uint64)
        self.chances = _falling_chances()
        self.steps = np.array([block * targets.weights.get(k, 0.0) for k in range(1, 5)], dtype=np.float32)
        self.tables = _tables(targets, count_rows(rows, targets.size, self.longest), block)

    def sweep(self, temperature: float) -> int:
        """Draw every value anew once; answer how many changed."""
        from ._rows_kernels import sweep

        order = self.random.permutation(self.starts.size - 1).astype(np.int64)
        coldness = self.block / temperature
        return sweep(
            self.rows,
            self.starts,
            order,
            self.longest,
            coldness,
            self.chances,
            self.state,
            self.tables[0],
            self.tables[1],
            self.tables[2],
            self.tables[3],
            self.steps,
        )


def _tables(
    targets: Targets, counts: Mapping[int, NDArray[np.int64]], block: int
) -> list[NDArray[np.float32]]:
    from ._rows_kernels import spread_fours, spread_threes, spread_twos

    size = targets.size
    prices: dict[int, NDArray[np.float32]] = {}
    for k, aims in targets.aims.items():
        prices[k] = (((counts[k] + 0.5) * block - aims) * targets.weights[k]).astype(np.float32)
        if k in targets.banned:
            prices[k][targets.banned[k]] = FORBIDDEN
    tables = [prices[1]]
    for k, spread in ((2, spread_twos), (3, spread_threes), (4, spread_fours)):
        table = np.zeros((math.comb(size, k - 1) if k in prices else 1, size), dtype=np.float32)
        if k in prices:
            spread(prices[k], table)
        tables.append(table)
    return tables


def _falling_chances() -> Floats:
    """Give exp(-i / 64) by multiplication alone, which is the same on every machine."""
    table = np.empty(64 * 40)
    value = 1.0
    for place in range(table.size):
        table[place] = value
        value *= 0.98449643700540843  # exp(-1/64)
    return table
