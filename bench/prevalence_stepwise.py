"""Measure stepwise choice with 1,000 replicates and the BCa interval, on one thread.

    python bench/prevalence_stepwise.py

Prints the processor seconds for UK 2013 with five lists and how many times longer SparseMSE 2.0.1 took (recorded: 190.3 s), then for a
made-up table of the size of New Orleans with eight lists (recorded for the real one, which is not here: about 700 s).
"""

from __future__ import annotations

import time

import numpy as np
from _prevalence import made_up_sparse, read_table

from amparo.stats.prevalence import OverlapTable, estimate_stepwise


def measure(table: OverlapTable) -> float:
    """Give the processor seconds of an estimate with its interval."""
    estimate_stepwise(table, random=np.random.default_rng(0), replicates=1)
    started = time.process_time()
    estimate_stepwise(table, random=np.random.default_rng(1), replicates=1000).interval(0.95)
    return time.process_time() - started


def main() -> None:
    """Measure and print."""
    for name, table, recorded in (
        ("uk5", read_table("uk5"), 190.3),
        ("eight sparse lists", made_up_sparse(), 700.0),
    ):
        seconds = measure(table)
        print(
            f"{seconds:.3f} s for 1,000 replicates of {name}: {recorded / seconds:.0f} times as fast as R (recorded {recorded} s)"
        )


if __name__ == "__main__":
    main()
