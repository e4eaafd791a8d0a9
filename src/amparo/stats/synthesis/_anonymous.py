"""Synthetic rows without noise for who cannot spend a budget: no combination is shown that fewer than k persons have.

This is k-anonymity of combinations. It is not differential privacy: it does not hold against somebody who knows all others, or
who compares two releases.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.vocab.text import N_

from ._records import CannotSynthesise, Records
from ._rows import Progress, Schedule, Targets, count_rows, fit_rows

__all__ = ["NotAnonymous", "anonymise"]

BASE: Final = 5  # counts are told to the fit in multiples of this
SCHEDULE: Final = Schedule(sweeps=30, hot=4.0, cold=0.02)
WEIGHT: Final = 0.01


class NotAnonymous(AssertionError):
    """Says that rows were made that show a combination which must not be shown. They are not given out."""


def anonymise(
    records: Records,
    k: int,
    *,
    longest: int = 3,
    random: np.random.Generator,
    progress: Progress | None = None,
) -> NDArray[np.int16]:
    """Make rows in which each combination of up to ``longest`` attributes occurs in at least ``k`` of the records.

    The rows are checked by counting them again before they are given.
    """
    if k < 2 or longest not in (2, 3, 4):
        raise CannotSynthesise(
            N_("k must be 2 or more (10 is usual), and combinations are protected up to length 2, 3 or 4."),
        )
    counts = count_rows(records.codes, records.domain.size, longest)
    if not (counts[1] >= k).any():
        raise CannotSynthesise(
            N_("No value of any column occurs in %(k)s records. Group values, or join years."), k=k
        )
    banned = {length: table < k for length, table in counts.items()}
    aims = {length: np.round(table / BASE) * BASE for length, table in counts.items()}
    targets = Targets(records.domain.starts, aims, dict.fromkeys(counts, WEIGHT), banned)
    rows = fit_rows(targets, _rounded(records.number), random=random, schedule=SCHEDULE, progress=progress)
    shown = count_rows(rows, records.domain.size, longest)
    if any((shown[length] > 0)[banned[length]].any() for length in shown):
        raise NotAnonymous("A combination of fewer than k persons is in the rows.")
    return rows


def _rounded(number: int) -> int:
    """Round the number of rows, so that two files do not differ by one person."""
    return max(10, 10 * round(number / 10))
