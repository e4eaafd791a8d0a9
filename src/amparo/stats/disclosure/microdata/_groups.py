"""Who is like whom: groups of records with the same values, and records that may be the same where blanks may be anything."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ._data import Codes

__all__ = ["Blank", "Distinct", "distinct", "labels_of", "pooled", "subsets"]

Counts = NDArray[np.int64]
_CHUNK = 400
_SPARSE = 8


class Blank(StrEnum):
    """Names what a blank means.

    ``VALUE``: a sign like others, equal to a blank only; what everybody sees in the file. ``UNKNOWN``: it may be anything: in a key it
    is like every value, in a sensitive column it tells nothing.
    """

    VALUE = "value"
    UNKNOWN = "unknown"


class Distinct:
    """Holds the different rows of a file, how many records have each, and which of them each record has."""

    __slots__ = ("labels", "rows", "sizes")

    def __init__(self, rows: Codes, sizes: Counts, labels: Counts) -> None:
        self.rows, self.sizes, self.labels = rows, sizes, labels


def labels_of(codes: Codes) -> Counts:
    """Number the rows so that two have the same number exactly where they are equal; numbers have no gaps."""
    labels = np.zeros(len(codes), dtype=np.int64)
    wide = 1
    for column in codes.T:
        radix = int(column.max(initial=-1)) + 2
        if wide * radix > 2**62:
            labels = _without_gaps(labels, wide)
            wide = int(labels.max(initial=0)) + 1
        labels = labels * radix + (column + 1)
        wide *= radix
    return _without_gaps(labels, wide)


def _without_gaps(labels: Counts, wide: int) -> Counts:
    """Number labels below ``wide`` anew, in their order; by marking those that there are, where that is less work than to sort."""
    if wide > _SPARSE * len(labels) + _SPARSE:
        return np.unique(labels, return_inverse=True)[1].reshape(-1)
    is_used = np.zeros(wide, dtype=bool)
    is_used[labels] = True
    numbers: Counts = np.cumsum(is_used) - 1
    return numbers[labels]


def distinct(codes: Codes) -> Distinct:
    """Find the different rows."""
    labels = labels_of(codes)
    sizes = np.bincount(labels)
    rows = np.empty((len(sizes), codes.shape[1]), dtype=np.int32)
    rows[labels] = codes
    return Distinct(rows, sizes, labels)


def subsets(keys: int, most: int) -> Iterator[tuple[int, ...]]:
    """Give the sets of up to ``most`` keys, the small ones first."""
    for size in range(1, min(most, keys) + 1):
        yield from combinations(range(keys), size)


def pooled(rows: Codes, totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up, for each row, the totals of all rows that it may be, where a blank may be anything."""
    answer = np.empty_like(totals)
    rows = rows.astype(np.int16)
    blank = rows < 0
    for start in range(0, len(rows), _CHUNK):
        part = slice(start, start + _CHUNK)
        same = np.ones((len(rows[part]), len(rows)), dtype=bool)
        for j in range(rows.shape[1]):
            equal = rows[part, j, None] == rows[None, :, j]
            equal |= blank[part, j, None]
            equal |= blank[None, :, j]
            same &= equal
        answer[part] = same.astype(np.float64) @ totals
    return answer
