"""Measure how near synthetic counts are on CTDC's victim-perpetrator file: epsilon 4, 1, 12 and 0.5, everything private.

    python -m bench.synthesis_error [--epsilon 4] [--runs 3] [--prefer counts|no-inventions] [--undeclared] [--hundred-thousand]

Prints the median over runs of the weighted relative error of combinations of one to three values, and what was invented and
lost. Noise and rows are new in each run. The cap and the number of persons are found privately; the categories are declared, or
with ``--undeclared`` found by a threshold. Held against pac-synth 0.0.8 at its best setting (recorded: 0.080, 0.216, 0.049).
``--hundred-thousand`` takes a file of 100,000 persons and 15 columns made as ``_synthesis.million`` says; the peak memory is told, too.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from pathlib import Path

import numpy as np

from amparo.stats.privacy import SystemRandomness
from amparo.stats.synthesis import Codebook, Plan, Prefer, Records, read_records, score_counts, synthesize

from ._synthesis import counts_of, million, read_victim_perpetrator, temporary

PEER = {4.0: 0.080, 1.0: 0.216, 12.0: 0.049}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--epsilon", type=float, nargs="*", default=[4.0, 1.0, 12.0, 0.5])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--prefer", default="counts")
    parser.add_argument("--undeclared", action="store_true")
    parser.add_argument("--hundred-thousand", action="store_true")
    asked = parser.parse_args()
    records = (
        _hundred_thousand()
        if asked.hundred_thousand
        else read_victim_perpetrator(declared=not asked.undeclared)
    )
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
        peer = f", pac-synth {PEER[epsilon]:.3f}" if epsilon in PEER and not asked.hundred_thousand else ""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"epsilon {epsilon:g}: {middle('mre_w', 3):.4f} (by length {lengths}; invented {middle('spurious_mass', 3):.5f}, lost "
            f"{middle('lost', 3):.4f}; {seconds:.1f} s of processor a run, {peak:.0f} MB){peer}",
            flush=True,
        )


def _hundred_thousand() -> Records:
    """Read the made file; its categories are taken as declared."""
    with temporary() as folder:
        records = read_records(million(Path(folder), 100_000), Codebook())
    return Records(records.domain, records.codes)


if __name__ == "__main__":
    main()
