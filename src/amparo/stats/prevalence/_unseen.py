"""The possible numbers of unseen people: where a density is evaluated, and how it is filled in between.

A marginal likelihood is smooth in the logarithm of the number of unseen people. So it is evaluated at a few hundred points,
exact at small numbers and at Chebyshev points of blocks above, and the blocks are filled in by polynomials. Sums then run
over every whole number, as they would if each had been evaluated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Block", "cut_blocks", "points_of"]

NODES = 8  # points in a block


@dataclass(frozen=True, slots=True)
class Block:
    """Holds neighbouring whole numbers, the points where they are evaluated, and the polynomials between the points.

    ``filling`` (numbers x points) times the values at the points gives the values at the numbers; None where the points
    are the numbers themselves.
    """

    numbers: range
    points: NDArray[np.float64]
    filling: NDArray[np.float64] | None

    def fill(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the values at every number from those at the points."""
        return values if self.filling is None else self.filling @ values

    def weigh(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give weights of the points such that sums over points are the sums over numbers with these weights."""
        return weights if self.filling is None else weights @ self.filling


def _block(numbers: range) -> Block:
    """Make a block with Chebyshev points of the logarithm and barycentric interpolation (Berrut & Trefethen 2004)."""
    low, high = np.log(numbers[0]), np.log(numbers[-1])
    angles = (2 * np.arange(NODES) + 1) * np.pi / (2 * NODES)
    points = (low + high) / 2 + (high - low) / 2 * np.cos(angles)
    scale = (-1.0) ** np.arange(NODES) * np.sin(angles)
    distances = np.log(np.asarray(numbers, dtype=float))[:, None] - points
    distances[distances == 0] = 1e-300
    parts = scale / distances
    return Block(numbers, np.exp(points), parts / parts.sum(axis=1, keepdims=True))


def cut_blocks(numbers: range, width: float) -> tuple[Block, ...]:
    """Cut neighbouring whole numbers into blocks of about ``width`` in the logarithm; 0 evaluates every number."""
    if width <= 0:
        return (Block(numbers, np.asarray(numbers, dtype=float), None),)
    blocks: list[Block] = []
    start, end = numbers.start, numbers.stop
    exact = min(
        end, max(start, int(2 * NODES / width))
    )  # below, a block would hold few more numbers than points
    if exact > start:
        blocks.append(Block(range(start, exact), np.arange(start, exact, dtype=float), None))
    while exact < end:
        stop = min(end, int(exact * np.exp(width)) + 1)
        if end - stop < 2 * NODES:
            stop = end
        if stop - exact <= 2 * NODES:
            blocks.append(Block(range(exact, stop), np.arange(exact, stop, dtype=float), None))
        else:
            blocks.append(_block(range(exact, stop)))
        exact = stop
    return tuple(blocks)


def points_of(blocks: tuple[Block, ...]) -> NDArray[np.float64]:
    """Give the points of all blocks in their order."""
    return np.concatenate([block.points for block in blocks])
