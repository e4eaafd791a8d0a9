"""Measure the bootstrap of the BIC choice on UK 2013 (five lists, all orders), on one thread.

    python bench/prevalence_bic.py

Prints the processor seconds for 1,000 replicates that choose among the 100 best models, and how many times longer
MultipleSystemsEstimation 1.2.0 took (recorded: 0.30 s per replicate); then for replicates that search all 6,893 models each
(there, about four hours were estimated).
"""

from __future__ import annotations

import time

import numpy as np
from _prevalence import read_table

from amparo.stats.prevalence import estimate_bic


def main() -> None:
    """Measure and print."""
    table = read_table("uk5")
    estimate_bic(table, random=np.random.default_rng(0), replicates=1, exhaustive=True)
    for words, exhaustive, recorded in (("100 models", False, 300.0), ("all 6,893 models", True, 4 * 3600.0)):
        started = time.process_time()
        answer = estimate_bic(table, random=np.random.default_rng(1), replicates=1000, exhaustive=exhaustive)
        interval = answer.interval(0.95)
        seconds = time.process_time() - started
        assert interval is not None
        print(
            f"{seconds:.2f} s for 1,000 replicates over {words}: {recorded / seconds:.0f} times as fast as R "
            f"({recorded:.0f} s); [{interval.low:.0f}, {interval.high:.0f}]"
        )


if __name__ == "__main__":
    main()
