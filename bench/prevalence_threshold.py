"""Compare Bayesian thresholding with the R package MultipleSystemsEstimation 1.2.0: pairs, medians, limits, time.

    python bench/prevalence_threshold.py [--seed 1]

Prints one figure, on how many tables and priors the same pairs are kept (or both refuse), then a line for each. R's figures
and seconds were recorded on the same kind of machine: one chain of 10,000 draws.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from itertools import combinations

import numpy as np
from prevalence_dga import DATA, read

from amparo.stats.prevalence import estimate_thresholded

TABLES = ("korea3", "uk4", "australia4", "neworl5", "western5", "uk5")


def main() -> None:
    """Run every table under both priors, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args().seed
    estimate_thresholded(read("korea3"), random=np.random.default_rng(0))  # compiles
    lines, same = [], 0
    for name in TABLES:
        runs = json.loads((DATA / "reference" / f"bayesthresh_{name}.json").read_text())["runs"]
        table = read(name)
        names = {
            f"{table.lists[i]}:{table.lists[j]}": (i + 1, j + 1)
            for i, j in combinations(range(len(table.lists)), 2)
        }
        for prior in ("proper", "improper"):
            recorded = runs[prior]
            started = time.process_time()
            found = estimate_thresholded(table, random=np.random.default_rng(seed), prior=prior)  # type: ignore[arg-type]
            seconds = time.process_time() - started
            if "error" in recorded:
                same += found.estimate is None
                lines.append(f"| {name} | {prior} | refused | {found.status.value} | | | {seconds:.2f} |\n")
                continue
            equal = set(found.kept) == {names[pair] for pair in recorded["retained"]}
            same += equal
            theirs, limits = recorded["quantiles"], found.interval()
            answer = f"{found.estimate:,.0f}, {limits.low:,.0f} to {limits.high:,.0f}" if limits else "none"
            worst = min((abs(value - 2) for value in found.standing.values()), default=np.inf)
            lines.append(
                f"| {name} | {prior} | {theirs['50%']:,.0f}, {theirs['2.5%']:,.0f} to {theirs['97.5%']:,.0f} | {answer} "
                f"| {'yes' if equal else 'no'} | {worst:.2f} | {seconds:.2f} ({recorded['seconds_median']:.2f}) |\n"
            )
    sys.stdout.write(f"{same} of {len(lines)} with the same pairs or both refused (seed {seed})\n")
    sys.stdout.write(
        "| table | prior | R: median, 95 % | here | same pairs | nearest to 2 | s (R) |\n|---|---|---|---|---|---|---|\n"
    )
    sys.stdout.write("".join(lines))


if __name__ == "__main__":
    main()
