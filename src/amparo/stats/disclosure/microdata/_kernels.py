"""Choose which cells of a kind of record are blanked, one kind after the other, compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amparo.stats.compiling import compiled

__all__ = ["sweep"]


@compiled("float64(int64, int64)", inner=True)
def _small(count: int, k: int) -> float:
    """Tell how bad a pattern of so many records is: nothing when empty or of k, most in between."""
    return count * (k - count) / k if count < k else 0.0


@compiled(
    "int64(int32[:, :, ::1], uint8[:, ::1], float64[:, ::1], int64[::1], int64[::1], int64[::1], int64[::1], int64, float64)"
)
def sweep(
    patterns: NDArray[np.int32],
    parts: NDArray[np.uint8],
    costs: NDArray[np.float64],
    sizes: NDArray[np.int64],
    order: NDArray[np.int64],
    chosen: NDArray[np.int64],
    counts: NDArray[np.int64],
    k: int,
    weight: float,
) -> int:
    """Give each kind of record the mask that costs least now, the others standing still; answer how many changed.

    ``patterns[kind, subset, part]`` is the pattern that the kind shows in a subset of keys when ``part`` of them is blanked;
    ``parts[subset, mask]`` says which part that is. ``chosen`` (the masks) and ``counts`` (records of each pattern) are changed in place.
    """
    moved = 0
    subsets, masks = parts.shape
    harm = np.empty(masks)
    change = np.empty(patterns.shape[2])  # what the kind does to each pattern of a subset
    for place in range(order.size):
        kind = order[place]
        n = sizes[kind]
        before = chosen[kind]
        harm[:] = 0.0
        for s in range(subsets):
            counts[patterns[kind, s, parts[s, before]]] -= n
            is_harmed = False
            for part in range(patterns.shape[2]):
                count = counts[patterns[kind, s, part]]
                change[part] = _small(count + n, k) - _small(count, k) if count < k else 0.0
                is_harmed |= count < k
            if is_harmed:  # most subsets have enough records either way
                for mask in range(masks):
                    harm[mask] += change[parts[s, mask]]
        best, least = before, np.inf
        for mask in range(masks):
            cost = costs[kind, mask] * n
            if cost == np.inf:
                continue
            cost += weight * harm[mask]
            if cost < least - 1e-9 or (mask == before and cost < least + 1e-9):
                best, least = mask, cost
        for s in range(subsets):
            counts[patterns[kind, s, parts[s, best]]] += n
        chosen[kind] = best
        moved += best != before
    return moved
