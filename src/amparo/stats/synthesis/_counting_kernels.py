"""Count combinations of attributes, compiled.

Attributes are whole numbers in the order of their columns. A combination a < b < c < d has the place
C(a,1), C(a,1)+C(b,2), ... of the combinatorial number system in the dense table of its length.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amparo.stats.compiling import compiled

__all__ = ["count_combinations"]


@compiled("int64(int16[:, ::1], int64, int64[::1])", inner=True)
def _present(rows: NDArray[np.int16], row: int, present: NDArray[np.int64]) -> int:
    """Fill in the attributes of a row; answer how many."""
    number = 0
    for column in range(rows.shape[1]):
        if rows[row, column] >= 0:
            present[number] = rows[row, column]
            number += 1
    return number


@compiled("void(int16[:, ::1], int64[::1], int64, int64[::1], int64[::1], int64[::1], int64[::1])")
def count_combinations(
    rows: NDArray[np.int16],
    weights: NDArray[np.int64],
    longest: int,
    ones: NDArray[np.int64],
    twos: NDArray[np.int64],
    threes: NDArray[np.int64],
    fours: NDArray[np.int64],
) -> None:
    """Add the weight of each row to every combination of up to ``longest`` of its attributes; -1 in a row is a blank."""
    present = np.empty(rows.shape[1], dtype=np.int64)
    for row in range(rows.shape[0]):
        number = _present(rows, row, present)
        weight = weights[row]
        for i in range(number):
            d = present[i]
            ones[d] += weight
            if longest < 2:
                continue
            for j in range(i):
                c = present[j]
                twos[d * (d - 1) // 2 + c] += weight
                if longest < 3:
                    continue
                base = d * (d - 1) * (d - 2) // 6 + c * (c - 1) // 2
                base_of_four = d * (d - 1) * (d - 2) * (d - 3) // 24 + c * (c - 1) * (c - 2) // 6
                for k in range(j):
                    b = present[k]
                    threes[base + b] += weight
                    if longest < 4:
                        continue
                    start = base_of_four + b * (b - 1) // 2
                    for h in range(k):
                        fours[start + present[h]] += weight
