"""What a kind of record shows in each set of m keys, for each way to blank cells of it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.vocab.text import N_

from ._data import CannotMeasure, Codes
from ._groups import labels_of

__all__ = ["Patterns", "least_to_blank", "make_patterns", "mask_costs", "parts_of"]

MOST_PATTERNS: Final = 150_000_000


@dataclass(frozen=True, slots=True)
class Patterns:
    """Holds the pattern of each kind, subset and part, and how many records of the kinds that stand still show each."""

    patterns: NDArray[np.int32]
    still: NDArray[np.int64]


def parts_of(keys: int, m: int) -> NDArray[np.uint8]:
    """Tell, for each mask of keys and each subset of m, which part of the subset the mask blanks."""
    masks = np.arange(2**keys)
    return np.ascontiguousarray(
        np.column_stack(
            [
                sum(((masks >> j) & 1) << bit for bit, j in enumerate(chosen))
                for chosen in combinations(range(keys), m)
            ]
        ).astype(np.uint8)
    )


def make_patterns(rows: Codes, sizes: NDArray[np.int64], moving: NDArray[np.int64], m: int) -> Patterns:
    """Number the patterns that the kinds at ``moving`` may show; the other kinds are only counted."""
    keys = rows.shape[1]
    chosen = list(combinations(range(keys), m))
    if len(moving) * len(chosen) * 2**m > MOST_PATTERNS or m > 8:
        raise CannotMeasure(
            N_(
                "%(kinds)s kinds of records with %(sets)s sets of %(m)s keys are too many to protect at once. Take a smaller m or "
                "fewer keys, or group values with a hierarchy."
            ),
            kinds=f"{len(moving):,}",
            sets=f"{len(chosen):,}",
            m=m,
        )
    patterns = np.empty((len(moving), len(chosen), 2**m), dtype=np.int32)
    still = np.setdiff1d(np.arange(len(rows)), moving)
    found = []
    begin = 0
    for s, subset in enumerate(chosen):
        part = rows[:, subset].astype(np.int64) + 1
        shown = np.stack(
            [part[moving] * ~((code >> np.arange(m)) & 1).astype(bool) for code in range(2**m)], axis=1
        )
        both = np.concatenate([shown.reshape(-1, m), part[still]])
        numbers = labels_of(both - 1)
        names = int(numbers.max(initial=-1)) + 1
        split = len(moving) * 2**m
        patterns[:, s, :] = numbers[:split].reshape(len(moving), 2**m) + begin
        counts = np.bincount(numbers[split:], weights=sizes[still].astype(float), minlength=names)
        found.append(counts.astype(np.int64))
        begin += names
    return Patterns(patterns, np.concatenate(found))


def mask_costs(rows: Codes, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give what each mask costs a record of each kind; ``weights`` are of its cells. A mask on a blank is infinitely dear: it says nothing."""
    keys = rows.shape[1]
    cells = np.where(rows >= 0, weights, np.inf)
    bits = (np.arange(2**keys)[:, None] >> np.arange(keys)) & 1
    costs = np.zeros((len(rows), 2**keys))
    for j in range(keys):
        costs[:, bits[:, j] == 1] += cells[:, j, None]
    return costs


def least_to_blank(
    rows: Codes, sizes: NDArray[np.int64], costs: NDArray[np.float64], k: int, m: int
) -> NDArray[np.float64]:
    """Give for each kind a cost below which no protection can be, per record.

    A combination of shown values that fewer than k records have can only lose records, whatever is blanked elsewhere: each of its
    records must lose one of its cells. The cheapest mask that meets all such combinations of a kind is a bound.
    """
    keys = rows.shape[1]
    unsafe, marks = [], []
    for size in range(1, m + 1):
        for chosen in combinations(range(keys), size):
            part = rows[:, chosen]
            labels = labels_of(part)
            counts = np.bincount(labels, weights=sizes.astype(float))
            unsafe.append((counts[labels] < k) & (part >= 0).all(axis=1))
            marks.append(sum(1 << j for j in chosen))
    table = np.column_stack(unsafe)
    missed = (np.arange(2**keys)[:, None] & np.asarray(marks)) == 0  # mask, combination
    answer = np.zeros(len(rows))
    touched = np.flatnonzero(table.any(axis=1))
    for start in range(0, len(touched), 2_000):
        at = touched[start : start + 2_000]
        fails = table[at].astype(np.float32) @ missed.T.astype(np.float32) > 0
        answer[at] = np.where(fails, np.inf, costs[at]).min(axis=1)
    return answer
