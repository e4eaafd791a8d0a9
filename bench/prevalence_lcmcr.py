"""Compare latent classes with the R package LCMCR 0.4.14: medians, agreement of chains, and time.

    python bench/prevalence_lcmcr.py [--seeds 1,2,3,4,5] [--tables korea3,uk5] [--longest 320000] [--write]

Prints one figure, how many medians lie within two Monte Carlo standard errors of R's, over the tables whose recorded R-hat is
below 1.01 and all seeds (one in twenty would lie outside of exact samplers); then a line for each table, with the first seed. R's figures were recorded (300,000 iterations a chain, four
chains), with its cap of 21 n, which is set here as well. ``--write`` keeps the table in bench/results/prevalence_lcmcr.md.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from prevalence_dga import DATA, read

from amparo.stats.prevalence import LatentEstimate, estimate_latent
from amparo.stats.prevalence._latent_kernels import run_chain

TABLES = "korea3,hav3,uk4,australia4,neworl5,western5,uk5"
KEPT = Path(__file__).parent / "results" / "prevalence_lcmcr.md"
HEAD = """| table | R: median, 95 % | R-hat of R | here: median, 95 % | R-hat | effective draws, tails | SE apart, each seed | iterations | s | us, Gibbs only (R) |
|---|---|---|---|---|---|---|---|---|---|
"""


def gibbs_only(name: str) -> float:
    """Measure the microseconds of an iteration with the steps that R takes, and no others."""
    table = read(name)
    histories = np.concatenate([[0], np.flatnonzero(table.counts)])
    counts = table.counts[histories].astype(float)
    state = np.zeros(9), np.zeros((10, len(table.lists))), np.zeros(2)
    random = np.random.default_rng(1)
    run_chain(random, histories, counts, *state, np.empty(5000, dtype=np.int64), False)
    started = time.process_time()
    run_chain(random, histories, counts, *state, np.empty(20_000, dtype=np.int64), False)
    return (time.process_time() - started) / 20_000 * 1e6


def apart(found: LatentEstimate, recorded: dict[str, Any]) -> float:
    """Give how many Monte Carlo standard errors the medians lie apart; half a person is taken off, as N is whole."""
    pooled = recorded["pooled"]
    theirs = 1.2533 * (pooled["75%"] - pooled["25%"]) / 1.349 / math.sqrt(recorded["ess"])
    ours = float(np.median(found.draws))
    return max(0.0, abs(ours - pooled["50%"]) - 0.5) / math.hypot(theirs, found.convergence.median_error)


def estimate(name: str, recorded: dict[str, Any], seed: int, longest: int) -> LatentEstimate:
    """Estimate with the cap that R had."""
    return estimate_latent(
        read(name), random=np.random.default_rng(seed), cap=recorded["cap_N"], longest=longest
    )


def main() -> None:
    """Run every table, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--tables", default=TABLES)
    parser.add_argument("--longest", type=int, default=320_000)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    lines, near, asked = [], 0, 0
    for name in arguments.tables.split(","):
        recorded = json.loads((DATA / "reference" / f"lcmcr_{name}.json").read_text())
        started = time.process_time()
        found = estimate(name, recorded, seeds[0], arguments.longest)
        seconds = time.process_time() - started
        met, pooled = found.convergence, recorded["pooled"]
        off = [apart(found, recorded)]
        if recorded["Rhat_log"] < 1.01:
            off += [apart(estimate(name, recorded, seed, arguments.longest), recorded) for seed in seeds[1:]]
            asked += len(off)
            near += sum(one <= 2 for one in off)
        limits = found.interval()
        answer = f"{found.estimate:,.0f}, {limits.low:,.0f} to {limits.high:,.0f}" if limits else "none"
        lines.append(
            f"| {name} | {pooled['50%']:,.0f}, {pooled['2.5%']:,.0f} to {pooled['97.5%']:,.0f} "
            f"| {recorded['Rhat_log']:.3f} | {answer} | {met.rank_hat:.3f} | {met.bulk:,.0f}, {met.tail:,.0f} "
            f"| {', '.join(f'{one:.1f}' for one in off)} | {met.iterations:,} | {seconds:.1f} "
            f"| {gibbs_only(name):.1f} ({recorded['us_per_iteration']:.1f}) |\n"
        )
        sys.stderr.write(lines[-1])
    figure = f"{near} of {asked} medians within two standard errors of R's (seeds {arguments.seeds})\n"
    sys.stdout.write(figure + HEAD + "".join(lines))
    if arguments.write:
        KEPT.parent.mkdir(exist_ok=True)
        command = f"python bench/prevalence_lcmcr.py --seeds {arguments.seeds} --longest {arguments.longest} --write"
        KEPT.write_text(f"Made by `{command}`: {figure}\n{HEAD}{''.join(lines)}", encoding="utf-8")


if __name__ == "__main__":
    main()
