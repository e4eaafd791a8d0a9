"""Measure fitting every one of the 6,893 hierarchical models of five lists (UK 2013), and import and first call.

    python bench/prevalence_models.py

Prints the processor seconds of all models on one thread, after compilation, and how many times longer R took (recorded: Rcapture
1.4-4 76.6 s, MultipleSystemsEstimation 1.2.0 25.6 s with its existence checks). Then the best model by search instead, the
seconds of `import amparo.stats.prevalence`, and of a first call that has to compile and of one that finds the machine code.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _prevalence import read_table

from amparo.stats.prevalence import fit_all_loglinear, search_loglinear

RCAPTURE, SILVERMAN = 76.6, 10.5 + 15.1
IMPORT = (
    "import time; s = time.process_time(); import amparo.stats.prevalence; print(time.process_time() - s)"
)
FIRST = """
import time
from _prevalence import read_table
from amparo.stats.prevalence import {name}
import numpy as np
table = read_table("uk5")
started = time.perf_counter(), time.process_time()
{call}
print(time.perf_counter() - started[0], time.process_time() - started[1])
"""
CALLS = {
    "fit_loglinear": "fit_loglinear(table)",
    "estimate_averaged": "estimate_averaged(table)",
    "estimate_stepwise": "estimate_stepwise(table, random=np.random.default_rng(1))",
    "estimate_bic": "estimate_bic(table, random=np.random.default_rng(1), replicates=10)",
}


def run(code: str, **environment: str) -> list[float]:
    """Run code in a process of its own and read the numbers that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
        cwd=Path(__file__).parent,
    )
    return [float(word) for word in done.stdout.split()]


def main() -> None:
    """Measure and print."""
    table = read_table("uk5")
    fits = fit_all_loglinear(table)
    started = time.process_time()
    rounds = 5
    for _ in range(rounds):
        fits = fit_all_loglinear(table)
    seconds = (time.process_time() - started) / rounds
    print(
        f"{seconds:.3f} s for {fits.sizes.size} models ({fits.admissible} with an estimate): "
        f"{RCAPTURE / seconds:.0f} times as fast as Rcapture (recorded), {SILVERMAN / seconds:.0f} times as MSE 1.2.0 (recorded)"
    )
    search_loglinear(table, order=4)
    started = time.process_time()
    found = search_loglinear(table, order=4, window=0.0)
    print(
        f"{time.process_time() - started:.3f} s for the best of them by search: {found.fitted} fits, exact: {found.exact}"
    )
    print(f"{run(IMPORT)[0]:.2f} s of processor to import amparo.stats.prevalence")
    for name, call in CALLS.items():
        with tempfile.TemporaryDirectory() as cache:
            code = FIRST.format(name=name, call=call)
            wall, processor = run(code, NUMBA_CACHE_DIR=cache)
            again, _ = run(code, NUMBA_CACHE_DIR=cache)
        print(
            f"{name}: first call {wall:.1f} s ({processor:.1f} s of processor) with compilation, {again:.2f} s after"
        )


if __name__ == "__main__":
    main()
