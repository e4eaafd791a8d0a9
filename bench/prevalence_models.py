"""Measure fitting every one of the 6,893 hierarchical models of five lists (UK 2013), and import and first call.

    python bench/prevalence_models.py

Prints the processor seconds of all models on one thread, after compilation, and how many times longer R took (recorded: Rcapture
1.4-4 76.6 s, MultipleSystemsEstimation 1.2.0 25.6 s with its existence checks). Then the best model by search instead, the
seconds of `import amparo.stats.prevalence`. What the first call of each method costs says `bench/prevalence_first.py`.
"""

from __future__ import annotations

import subprocess
import sys
import time

from _prevalence import read_table

from amparo.stats.prevalence import fit_all_loglinear, search_loglinear

RCAPTURE, SILVERMAN = 76.6, 10.5 + 15.1
IMPORT = (
    "import time; s = time.process_time(); import amparo.stats.prevalence; print(time.process_time() - s)"
)


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
    spent = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True).stdout
    print(f"{float(spent):.2f} s of processor to import amparo.stats.prevalence")


if __name__ == "__main__":
    main()
