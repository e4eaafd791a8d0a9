"""Additive controlled rounding of a system: every count goes to a neighbouring multiple of the base, and every relation still holds.

In two dimensions such a rounding always exists; in three it may not (Fagan, Greenberg and Hemmig 1988), and then the tables are refused.
"""

from typing import TYPE_CHECKING

import numpy as np

from amparo.vocab.text import N_

from ._audit import NotCleared
from ._proofs import Moves, whole
from ._solver import Program
from ._system import CellSystem

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["check_rounding", "other_truths", "round_system"]

_SECONDS = 60.0


def round_system(system: CellSystem, base: int) -> "NDArray[np.int64]":
    """Give the rounded counts, as near to the true ones as may be; raise :class:`NotCleared` where none add up."""
    down = system.counts // base * base
    rest = system.counts - down
    at = np.flatnonzero(rest)
    if not at.size:
        return down
    matrix = system.matrix()
    due = -(matrix @ down) / base
    rows = matrix[:, at].tocsr()
    kept = (np.diff(rows.indptr) > 0) | (due != 0)
    # A total of one part is the same number twice: its rows are plain, and HiGHS takes them out.
    program = Program(
        rows[kept], low=np.zeros(len(at)), high=np.ones(len(at)), row_low=due[kept], row_high=due[kept]
    )
    weights = system.printed[at] * (base - 2 * rest[at])
    program.set_costs(np.arange(len(at)), weights)
    program.set_whole(np.arange(len(at)))
    program.set_options(presolve="on", time_limit=_SECONDS, mip_rel_gap=0.01)
    found = program.solve()
    if found is None:
        raise NotCleared(
            N_(
                "No rounding to multiples of %(base)s was found that adds up in all dimensions. Use fewer dimensions, or "
                "hide small counts instead."
            ),
            base=base,
        )
    rounded = down.copy()
    rounded[at] += base * np.rint(found).astype(np.int64)
    return rounded


def told(rounded: "NDArray[np.int64]", base: int) -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """Give the least and the greatest count that a reader of the rounded tables must take for possible."""
    return (rounded - base + 1).clip(0), rounded + base - 1


def other_truths(system: CellSystem, rounded: "NDArray[np.int64]", base: int) -> list[Moves]:
    """Find, for each cell, another table that rounds to the same ones and differs in that cell; where there is none, nothing."""
    from scipy.sparse import hstack

    low, high = told(rounded, base)
    falls, rises = (system.counts - low).astype(float), (high - system.counts).astype(float)
    rows = system.matrix()
    program = Program(
        hstack([rows, -rows]).tocsr(), low=np.zeros(2 * system.size), high=np.concatenate([rises, falls])
    )
    program.set_costs(np.arange(2 * system.size), 1.0)
    moved = np.zeros(system.size, dtype=bool)
    proofs: list[Moves] = []
    highs = np.concatenate([rises, falls])
    for cell in [*np.flatnonzero(system.counts).tolist(), *np.flatnonzero(system.counts == 0).tolist()]:
        both = (cell, system.size + cell)
        for at in both if not moved[cell] else ():
            if highs[at] < 1:
                continue
            program.set_bounds(both, 0, 0)
            program.set_bounds([at], 1, 1)
            moves = _whole_or_none(program, system.size)
            program.set_bounds(both, 0, highs[list(both)])
            if moves:
                proofs.append(moves)
                moved[list(moves)] = True
                break
    return proofs


def _whole_or_none(program: Program, size: int) -> Moves | None:
    found = program.solve()
    return None if found is None else whole(found[:size] - found[size:])


def check_rounding(
    system: CellSystem, rounded: "NDArray[np.int64]", base: int, proofs: list[Moves]
) -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """Check that a rounding adds up and that no count is known; give how far down and up each was proved open."""
    matrix = system.matrix().astype(np.int64)
    if np.any(rounded % base) or np.any(np.abs(rounded - system.counts) >= base) or np.any(matrix @ rounded):
        raise NotCleared(N_("The rounded table does not add up. This is a fault of the program."))
    low, high = told(rounded, base)
    down, up = np.zeros(system.size, dtype=np.int64), np.zeros(system.size, dtype=np.int64)
    for moves in proofs:
        change = np.zeros(system.size, dtype=np.int64)
        change[list(moves)] = list(moves.values())
        other = system.counts + change
        if np.any(matrix @ change) or np.any(other < low) or np.any(other > high):
            raise NotCleared(N_("A proof does not add up. This is a fault of the program."))
        down, up = np.minimum(down, change), np.maximum(up, change)
    exposed = int(np.count_nonzero((down == up) & (system.printed > 0)))
    if exposed:
        raise NotCleared(
            N_(
                "%(exposed)s of %(cells)s counts could be worked out from the rounded tables, so they are not given out. Use fewer "
                "or broader categories."
            ),
            exposed=exposed,
            cells=system.size,
        )
    return down, up
