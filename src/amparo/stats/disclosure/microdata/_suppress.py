"""Blank as few cells as can be, so that every combination of m keys is shown by k records or by none; a blank is a sign of its own.

Kinds of records that are too rare are moved from mask to mask, each to the cheapest while the others stand still, under a price on
small patterns that rises from sweep to sweep. What is then still too rare is blanked whole, and given back what can be.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ._data import Codes
from ._groups import labels_of
from ._patterns import make_patterns, mask_costs, parts_of

__all__ = ["Masks", "suppress"]

BEGIN: Final = 0.05  # what a small pattern costs at first, in cells for all sets that a cell stands in
REHEAT: Final = 0.5
STEPS: Final = 14
ROUNDS: Final = 3
FORBIDDEN: Final = 1e7
MOST_SWEEPS: Final = 30
MOST_AT_ONCE: Final = 8  # keys
MOST_TO_TRY_TWICE: Final = 20_000  # rare kinds


@dataclass(frozen=True, slots=True)
class Masks:
    """Holds kinds of records with the cells that are blanked: kind, mask, and how many of its records."""

    kinds: NDArray[np.int64]
    masks: NDArray[np.int64]
    sizes: NDArray[np.int64]

    def cost(self, weights: NDArray[np.float64]) -> float:
        """Add up the weights of the cells that are blanked."""
        bits = ((self.masks[:, None] >> np.arange(weights.shape[1])) & 1).astype(bool)
        return float((np.where(bits, weights[self.kinds], 0.0).sum(axis=1) * self.sizes).sum())

    def shown(self, rows: Codes) -> Codes:
        """Give the rows that are shown."""
        bits = (self.masks[:, None] >> np.arange(rows.shape[1])) & 1
        return np.where(bits == 1, -1, rows[self.kinds]).astype(np.int32)


def suppress(
    rows: Codes,
    sizes: NDArray[np.int64],
    k: int,
    m: int,
    weights: NDArray[np.float64],
    random: np.random.Generator,
) -> Masks:
    """Choose masks for kinds of records; ``weights`` are the costs of their cells. There must be k records or more.

    Looked for in three ways: cell by cell, greedily; for all keys at once, which protects every set of m of them, too; and for the sets of m
    themselves. The cheapest is loosened.
    """
    keys = rows.shape[1]
    found = [_greedy(rows, sizes, k, m, weights)]
    if m < keys <= MOST_AT_ONCE:
        wide = _protect(rows, sizes, k, keys, weights, random)
        found.append(_settle(rows, wide, np.flatnonzero(wide.masks), k, m, weights, random))
    if len(rare(rows, sizes, k, m)) <= MOST_TO_TRY_TWICE:
        found.append(_protect(rows, sizes, k, m, weights, random))
    best = min(found, key=lambda masks: masks.cost(weights))
    if not best.masks.any():
        return best
    return _settle(rows, best, np.flatnonzero(best.masks), k, m, weights, random)


def _greedy(rows: Codes, sizes: NDArray[np.int64], k: int, m: int, weights: NDArray[np.float64]) -> Masks:
    """Blank, over and over, one cell of every rare kind: the one without which most records are like it, for its cost."""
    state = Masks(np.arange(len(rows)), np.zeros(len(rows), dtype=np.int64), sizes.copy())
    while len(left := rare(shown := state.shown(rows), state.sizes, k, m)):
        at = left[(shown[left] >= 0).any(axis=1)]
        if not len(at):
            state = _blank_whole(rows, state, left, k, weights)
            continue
        gain = np.zeros((len(at), rows.shape[1]))
        for j in range(rows.shape[1]):
            labels = (
                labels_of(np.delete(shown, j, axis=1)) if rows.shape[1] > 1 else np.zeros(len(shown), int)
            )
            like = np.bincount(labels, weights=state.sizes.astype(float))[labels[at]]
            gain[:, j] = np.where(shown[at, j] >= 0, like / np.maximum(weights[state.kinds[at], j], 1e-9), 0)
        masks = state.masks.copy()
        masks[at] |= 1 << gain.argmax(axis=1)
        state = Masks(state.kinds, masks, state.sizes)
    return state


def _protect(
    rows: Codes,
    sizes: NDArray[np.int64],
    k: int,
    m: int,
    weights: NDArray[np.float64],
    random: np.random.Generator,
) -> Masks:
    state = Masks(np.arange(len(rows)), np.zeros(len(rows), dtype=np.int64), sizes.copy())
    moving = left = rare(rows, sizes, k, m)
    while len(left):
        state = _settle(rows, state, moving, k, m, weights, random)
        left = rare(state.shown(rows), state.sizes, k, m)
        if not len(np.setdiff1d(left, moving)):
            break
        moving = np.union1d(moving, left)  # kinds that were safe have lost those who were like them
    if len(left):
        while len(left):
            state = _blank_whole(rows, state, left, k, weights)
            left = rare(state.shown(rows), state.sizes, k, m)
        state = _settle(rows, state, np.flatnonzero(state.masks), k, m, weights, random)
    return state


def rare(shown: Codes, sizes: NDArray[np.int64], k: int, m: int) -> NDArray[np.int64]:
    """Find the kinds that show a pattern of fewer than k records in some set of m keys."""
    found = np.zeros(len(shown), dtype=bool)
    for chosen in combinations(range(shown.shape[1]), m):
        labels = labels_of(shown[:, chosen])
        found |= np.bincount(labels, weights=sizes.astype(float))[labels] < k
    return np.flatnonzero(found)


def _settle(
    rows: Codes,
    state: Masks,
    moving: NDArray[np.int64],
    k: int,
    m: int,
    weights: NDArray[np.float64],
    random: np.random.Generator,
) -> Masks:
    """Move the kinds at ``moving`` until nothing small is left, as far as it goes; the best of several rounds."""
    from ._kernels import sweep

    shown = state.shown(rows)
    shown[moving] = rows[state.kinds[moving]]
    table = make_patterns(shown, state.sizes, moving, m)
    parts = parts_of(rows.shape[1], m)
    costs = mask_costs(rows[state.kinds[moving]], weights[state.kinds[moving]])
    numbers = state.sizes[moving]
    chosen = state.masks[moving].copy()
    counts = table.still.copy()
    turned = np.ascontiguousarray(parts.T)
    places = np.arange(parts.shape[1])
    np.add.at(
        counts, table.patterns[np.arange(len(moving))[:, None], places, parts[chosen]], numbers[:, None]
    )
    unit = float(weights.mean()) * len(rows[0]) / (m * parts.shape[1])  # a cell stands in so many sets

    def cost_now() -> float:
        small = np.where((counts > 0) & (counts < k), counts * (k - counts), 0).sum()
        return float((costs[np.arange(len(moving)), chosen] * numbers).sum()) + FORBIDDEN * float(small)

    best, least = chosen.copy(), cost_now()
    most = 8.0 * parts.shape[1] * m / rows.shape[1]
    for turn in range(ROUNDS):
        prices = [*np.geomspace(REHEAT if turn or best.any() else BEGIN, most, STEPS) * unit]
        if turn == 0 and best.any():
            prices = []  # what is there is first given back as far as it goes
        for price in prices:
            order = random.permutation(len(moving))
            sweep(table.patterns, turned, costs, numbers, order, chosen, counts, k, float(price))
        for _ in range(MOST_SWEEPS):
            order = random.permutation(len(moving))
            if not sweep(table.patterns, turned, costs, numbers, order, chosen, counts, k, FORBIDDEN):
                break
        cost = cost_now()
        if cost < least - 1e-9:
            best, least = chosen.copy(), cost
    masks = state.masks.copy()
    masks[moving] = best
    return Masks(state.kinds, masks, state.sizes)


def _blank_whole(
    rows: Codes,
    state: Masks,
    left: NDArray[np.int64],
    k: int,
    weights: NDArray[np.float64],
) -> Masks:
    """Blank all cells of the kinds at ``left``, and of others, the cheapest first, until k records are blank in all."""
    whole = np.where(rows >= 0, 1 << np.arange(rows.shape[1]), 0).sum(axis=1)[state.kinds]
    kinds, masks, sizes = state.kinds, state.masks.copy(), state.sizes.copy()
    masks[left] = whole[left]
    price = np.where(rows >= 0, weights, 0.0).sum(axis=1)[kinds]
    missing = k - int(sizes[masks == whole].sum())
    others = np.flatnonzero(masks != whole)
    for kind in others[np.lexsort((-sizes[others], price[others]))]:
        if missing <= 0:
            break
        masks_before, n = masks[kind], int(sizes[kind])
        taken = missing if n - missing >= k else n
        masks[kind] = whole[kind]
        sizes[kind] = taken
        if taken < n:  # the others of the kind stay as they are
            kinds, masks = np.append(kinds, kinds[kind]), np.append(masks, masks_before)
            sizes = np.append(sizes, n - taken)
        missing -= taken
    return Masks(kinds, masks, sizes)
