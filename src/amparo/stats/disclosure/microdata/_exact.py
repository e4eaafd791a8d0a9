"""The cheapest protection there is, proved so, where the file is small: a program in whole numbers, solved by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.disclosure._solver import Program

from ._data import Codes
from ._patterns import make_patterns, mask_costs, parts_of
from ._suppress import Masks

__all__ = ["MOST_CHOICES", "Answer", "suppress_exactly"]

MOST_CHOICES: Final = 2_000  # kinds times masks


@dataclass(frozen=True, slots=True)
class Answer:
    """Holds the best masks found (None: none in time), the cost below which there is none, and whether they are proved the cheapest."""

    masks: Masks | None
    bound: float
    is_proved: bool


def suppress_exactly(
    rows: Codes, sizes: NDArray[np.int64], k: int, m: int, weights: NDArray[np.float64], seconds: float
) -> Answer:
    """Choose how many records of each kind get each mask. A pattern is shown by none, or by k: one choice of 0 or 1 for each."""
    from scipy.sparse import csr_array

    moving = np.arange(len(rows))
    table, parts = make_patterns(rows, sizes, moving, m), parts_of(rows.shape[1], m)
    costs = mask_costs(rows, weights)
    kind, mask = np.nonzero(np.isfinite(costs))
    choices = len(kind)
    shows = table.patterns[kind[:, None], np.arange(parts.shape[1]), parts[mask]]  # choice, subset
    names, numbers = np.unique(shows, return_inverse=True)
    numbers = numbers.reshape(shows.shape)
    # at most so many records can show a pattern: all of the kinds that may
    may = np.unique(np.stack([numbers.ravel(), np.repeat(kind, parts.shape[1])]), axis=1)
    most = np.bincount(may[0], weights=sizes[may[1]].astype(float), minlength=len(names))
    high = np.concatenate([sizes[kind].astype(float), np.ones(len(names))])
    high[:choices][(most[numbers] < k).any(axis=1)] = 0.0
    every, each = np.repeat(np.arange(choices), parts.shape[1]), np.arange(len(names))
    least = np.full(len(names), float(k))
    entries: list[tuple[Any, Any, Any]]
    entries = [(kind, np.arange(choices), np.ones(choices))]  # all records of a kind get some mask
    for begin, limit in ((len(rows), least), (len(rows) + len(names), most)):
        entries.append((begin + numbers.ravel(), every, np.ones(numbers.size)))
        entries.append((begin + each, choices + each, -limit))
    row, column, value = (np.concatenate([one[i] for one in entries]) for i in range(3))
    height = len(rows) + 2 * len(names)
    rows_low = np.concatenate([sizes.astype(float), np.zeros(len(names)), np.full(len(names), -np.inf)])
    rows_high = np.concatenate([sizes.astype(float), np.full(len(names), np.inf), np.zeros(len(names))])
    program = Program(
        csr_array((value, (row, column)), shape=(height, choices + len(names))),
        low=np.zeros(choices + len(names)),
        high=high,
        row_low=rows_low,
        row_high=rows_high,
    )
    program.set_options(presolve="on", time_limit=seconds, mip_rel_gap=0.0, mip_abs_gap=1e-6)
    program.set_whole(np.arange(choices + len(names)))
    program.set_costs(np.arange(choices), costs[kind, mask])
    found = program.solve()
    if found is None:
        return Answer(None, program.bound, False)
    taken = np.round(found[:choices]).astype(np.int64)
    on = np.flatnonzero(taken)
    return Answer(Masks(kind[on], mask[on], taken[on]), program.bound, program.is_optimal)
