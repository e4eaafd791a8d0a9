"""Measure bias and coverage of the doubly robust estimator where the true number is known, beside Lincoln-Petersen.

    python bench/prevalence_doubly_robust.py [--runs 200] [--people 5000]

Prints one figure: the share of 95 % intervals that hold the true number (aim: at least 0.93), and below it a table.
Two lists, independent of each other only among people alike: both catch the same kinds of people. The chance to be on
a list bends and multiplies (not logistic in the covariates), so that plain logistic regression is a wrong model.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from amparo.stats.prevalence import Learner, doubly_robust


def made_up(
    random: np.random.Generator, people: int
) -> tuple[Mapping[str, NDArray[np.int64]], Mapping[str, NDArray[np.float64]]]:
    """Make people with an age, a distance and a sex, and the two lists; only those on a list are given."""
    age, distance = random.uniform(-1, 1, people), random.normal(size=people)
    woman = (random.random(people) < 0.6).astype(float)
    first = 1 / (1 + np.exp(-(-0.9 + 1.6 * age**2 + 0.8 * woman - 0.6 * distance)))
    second = 1 / (1 + np.exp(-(-0.8 + 1.2 * age**2 + 0.7 * woman * distance - 0.5 * distance)))
    lists = {
        "police": (random.random(people) < first).astype(int),
        "shelter": (random.random(people) < second).astype(int),
    }
    seen = (lists["police"] + lists["shelter"]) > 0
    columns = {"age": age[seen], "distance": distance[seen], "woman": woman[seen]}
    return {name: column[seen] for name, column in lists.items()}, columns


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--people", type=int, default=5000)
    asked = parser.parse_args()
    found: dict[str, list[tuple[float, bool, float]]] = {"lincoln-petersen": [], "logistic": [], "spline": []}
    started = time.process_time()
    for run in range(asked.runs):
        random = np.random.default_rng([2026, run])
        lists, columns = made_up(random, asked.people)
        for name, rows in found.items():
            covariates = None if name == "lincoln-petersen" else columns
            learner = Learner.LOGISTIC if name == "logistic" else Learner.SPLINE
            estimate = doubly_robust(lists, covariates, random=random, learner=learner, repeats=1)
            limits = estimate.interval()
            if estimate.estimate is None or limits is None:
                continue
            held = limits.low <= asked.people <= limits.high
            rows.append(
                (estimate.estimate / asked.people - 1, held, (limits.high - limits.low) / asked.people)
            )
    print(f"{np.mean([held for _, held, _ in found['spline']]):.3f}")
    print(f"{asked.runs} runs of {asked.people} people, {time.process_time() - started:.0f} CPU s")
    for name, rows in found.items():
        errors, held, width = (np.array(column) for column in zip(*rows, strict=True))
        print(
            f"{name:17s} bias {100 * errors.mean():+6.2f} %  rmse {100 * np.sqrt((errors**2).mean()):5.2f} %  "
            f"coverage {held.mean():.3f}  width {100 * width.mean():5.1f} %  estimates {len(rows)}"
        )


if __name__ == "__main__":
    main()
