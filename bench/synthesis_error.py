"""Measure how near synthetic counts are on CTDC's victim-perpetrator file: epsilon 4, 1 and 12, everything private.

    python -m bench.synthesis_error [--epsilon 4] [--runs 3] [--prefer counts|no-inventions] [--undeclared]

Prints the median over runs of the weighted relative error of combinations of one to three values, and what was invented and
lost. Noise and rows are new in each run. The cap and the number of persons are found privately; the categories are declared, or
with ``--undeclared`` found by a threshold. Held against pac-synth 0.0.8 at its best setting (recorded: 0.080, 0.216, 0.049).
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np

from amparo.stats.privacy import SystemRandomness
from amparo.stats.synthesis import Plan, Prefer, score_counts, synthesize

from ._synthesis import counts_of, read_victim_perpetrator

PEER = {4.0: 0.080, 1.0: 0.216, 12.0: 0.049}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--epsilon", type=float, nargs="*", default=[4.0, 1.0, 12.0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--prefer", default="counts")
    parser.add_argument("--undeclared", action="store_true")
    asked = parser.parse_args()
    records = read_victim_perpetrator(declared=not asked.undeclared)
    true = counts_of(records, records.codes, records.domain)
    for epsilon in asked.epsilon:
        found = []
        started = time.process_time()
        for _ in range(asked.runs):
            data = synthesize(
                records,
                Plan(epsilon=epsilon),
                source=SystemRandomness(),
                random=np.random.default_rng(),
                prefer=Prefer(asked.prefer),
                tells_errors=False,
            )
            made = counts_of(records, data.rows, data.domain)
            found.append([score_counts([true[k]], [made[k]], scale=1.0) for k in true])
            found[-1].append(score_counts(list(true.values()), list(made.values()), scale=1.0))
        seconds = (time.process_time() - started) / asked.runs

        def middle(name: str, place: int, runs: list[list[object]] = found) -> float:  # type: ignore[assignment]
            return statistics.median(getattr(run[place], name) for run in runs)

        lengths = " / ".join(f"{middle('mre_w', place):.4f}" for place in range(3))
        peer = f", pac-synth {PEER[epsilon]:.3f}" if epsilon in PEER else ""
        print(
            f"epsilon {epsilon:g}: {middle('mre_w', 3):.4f} (by length {lengths}; invented {middle('spurious_mass', 3):.5f}, lost "
            f"{middle('lost', 3):.4f}; {seconds:.1f} s of processor a run){peer}",
            flush=True,
        )


if __name__ == "__main__":
    main()
