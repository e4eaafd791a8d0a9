"""Measure bias and coverage of respondent-driven sampling on made-up networks whose truth is known.

    python bench/survey_respondent_driven.py [--runs 200] [--replicates 200]

Prints one figure: the share of 95 % intervals of Gile's successive sampling that hold the true share when half of the
network is in the sample (aim: at least 0.90), and below it a table of settings, methods and bootstraps.
A network has 1,000 people who know 8 each on average, 30 % of them in a group that knows 1.8 times as many.
"""

from __future__ import annotations

import argparse
import time
from typing import Final

import numpy as np
from _network import Network

from amparo.stats.prevalence import CannotEstimate
from amparo.stats.survey import Estimator, Resampling, respondent_driven

SETTINGS: Final = {
    "a tenth of a mixed network": (2.0, 100),
    "half of a mixed network": (2.0, 500),
    "a fifth, groups apart": (12.0, 200),
}
WAYS: Final = (
    (Estimator.RDS_I, Resampling.SALGANIK),
    (Estimator.RDS_II, Resampling.TREE),
    (Estimator.RDS_II, Resampling.SALGANIK),
    (Estimator.SUCCESSIVE, Resampling.SUCCESSIVE),
    (Estimator.SUCCESSIVE, Resampling.TREE),
)


def measure(
    own: float, size: int, runs: int, replicates: int
) -> dict[tuple[Estimator, Resampling], np.ndarray]:
    found: dict[tuple[Estimator, Resampling], list[tuple[float, float, float]]] = {way: [] for way in WAYS}
    for run in range(runs):
        if run % 20 == 0:
            network = Network(1000 + run, own=own)
        recruitment, traits = network.sample(np.random.default_rng([7, run]), size)
        for (method, resampling), rows in found.items():
            try:
                estimate = respondent_driven(
                    recruitment,
                    traits,
                    method=method,
                    resampling=resampling,
                    population=1000,
                    random=np.random.default_rng([8, run]),
                    replicates=replicates,
                ).share("yes")
            except CannotEstimate:  # a group that recruits only its own, with RDS-I
                continue
            limits = estimate.interval()
            held = limits.low <= network.share <= limits.high
            rows.append((estimate.value - network.share, held, limits.high - limits.low))
    return {way: np.array(rows) for way, rows in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--replicates", type=int, default=200)
    asked = parser.parse_args()
    started = time.process_time()
    tables = {
        name: measure(own, size, asked.runs, asked.replicates) for name, (own, size) in SETTINGS.items()
    }
    print(f"{tables['half of a mixed network'][WAYS[3]][:, 1].mean():.3f}")
    print(
        f"{asked.runs} samples, {asked.replicates} replicates each, {time.process_time() - started:.0f} CPU s"
    )
    for name, table in tables.items():
        print(name)
        for (method, resampling), rows in table.items():
            bias, held, width = rows.mean(axis=0)
            spread = rows[:, 0].std()
            print(
                f"  {method:20s} {resampling:31s} bias {100 * bias:+5.1f} points  sd {100 * spread:4.1f}  "
                f"coverage {held:.3f}  width {100 * width:4.1f}  refused {asked.runs - len(rows)}"
            )


if __name__ == "__main__":
    main()
