"""Simulate from fitted models, and hide lists of known size: how often do the intervals hold, and how far off are the estimates?

    python bench/prevalence_coverage.py [--sets 500] [--tables uk5,korea3] [--methods average,stepwise,bic] [--seed 7]
    python bench/prevalence_coverage.py --hidden-lists

The first draws data sets from a log-linear model fitted to a published table (the number of people fixed, multinomial over all
cells, those on no list thrown away) and estimates from each; a data set without an estimate counts as a miss. The second takes
the people of one list, hides it, and estimates its known size from the other lists where these see 30 of them or more
(Binette & Steorts 2022). Prints one line per truth and method; --out appends them to a CSV. bench/results/prevalence_hidden.csv was made by --hidden-lists, and
bench/results/prevalence_coverage.csv by three runs, about ten minutes of processor in all:

    --tables uk5 --sets 500
    --tables western5,neworl5 --sets 200
    --tables korea3,australia4 --sets 500 --methods average,stepwise,bic
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from _prevalence import read_table

from amparo.stats.prevalence import (
    Estimate,
    OverlapTable,
    estimate_averaged,
    estimate_bic,
    estimate_stepwise,
    fit_loglinear,
)

# The choice of the stepwise method and that of BIC; where they agree, the best by AIC or independence as the rival.
TRUTHS = {
    "uk5": ("12,13,24,25,35,45", "123,25,34", "12,13,23,25,34"),
    "western5": ("15,2,3,4", "12,15,25,45,3"),
    "neworl5": ("1,2,3,4,5", "12,14,23,24,5"),
    "australia4": ("12,23,24", "1,2,3,4"),
    "korea3": ("12,23", "12,3"),
}
HIDDEN = ("uk5", "western5", "neworl5", "australia4", "korea3", "hav3")
METHODS: dict[str, Callable[[OverlapTable, np.random.Generator], Estimate]] = {
    "average": lambda table, _: estimate_averaged(table),
    "stepwise": lambda table, random: estimate_stepwise(table, random=random),
    "bic": lambda table, random: estimate_bic(table, random=random, replicates=200),
    "independence": lambda table, _: fit_loglinear(table),
}


def simulate(
    table: OverlapTable, model: str, sets: int, random: np.random.Generator
) -> tuple[int, Iterator[OverlapTable]]:
    """Give the number of people of a fitted model, and data sets drawn from it."""
    fit = fit_loglinear(table, model)
    assert fit.estimate is not None
    expected = np.zeros(table.counts.size)
    for history in range(expected.size):
        on = set(table.names_of(history))
        expected[history] = math.exp(
            sum(value for term, value in fit.coefficients.items() if on.issuperset(term))
        )
    people = round(fit.estimate)

    def draw() -> Iterator[OverlapTable]:
        for _ in range(sets):
            counts = random.multinomial(people, expected / expected.sum())
            counts[0] = 0
            yield OverlapTable(table.lists, counts)

    return people, draw()


def read_off(answer: Estimate) -> tuple[float, ...]:
    """Give the estimate and the limits of 95 % and 80 %; NaN where there is none."""
    wide, narrow = answer.interval(0.95), answer.interval(0.8)
    if answer.estimate is None or wide is None or narrow is None:
        return (math.nan,) * 5
    return answer.estimate, wide.low, wide.high, narrow.low, narrow.high


def summarise(rows: np.ndarray, truth: np.ndarray) -> dict[str, str]:
    """Sum up the estimates and limits against the truth."""
    estimate, low, high, low80, high80 = rows.T
    exists = np.isfinite(estimate)
    logs = np.log(estimate[exists] / truth[exists])
    return {
        "exists": f"{exists.mean():.3f}",
        "coverage95": f"{((low <= truth) & (truth <= high)).mean():.3f}",
        "below": f"{(high < truth).mean():.3f}",
        "above": f"{(low > truth).mean():.3f}",
        "coverage80": f"{((low80 <= truth) & (truth <= high80)).mean():.3f}",
        "median_width95": f"{np.median((high - low)[exists]):.0f}",
        "rmse_log": f"{math.sqrt((logs**2).mean()):.3f}",
        "bias_log": f"{logs.mean():.3f}",
    }


def run_simulations(names: list[str], methods: list[str], sets: int, seed: int) -> Iterator[dict[str, str]]:
    """Simulate from each fitted model of each table."""
    for name in names:
        for place, model in enumerate(TRUTHS[name]):
            people, draws = simulate(read_table(name), model, sets, np.random.default_rng([seed, place]))
            data = list(draws)
            for method in methods:
                random, started = np.random.default_rng([seed, place, 1]), time.process_time()
                rows = np.array([read_off(METHODS[method](table, random)) for table in data])
                yield {
                    "table": name, "truth": model, "people": str(people), "method": method, "sets": str(sets),
                    **summarise(rows, np.full(sets, people)), "seconds": f"{time.process_time() - started:.0f}",
                }  # fmt: skip


def hidden_lists() -> Iterator[tuple[str, OverlapTable, int]]:
    """Give each list that can be hidden: its name, the people of it as the other lists see them, and its size."""
    for name in HIDDEN:
        table = read_table(name)
        for hidden, size in zip(table.lists, table.totals(), strict=True):
            rest = tuple(other for other in table.lists if other != hidden)
            cells = [(tuple(set(on) - {hidden}), count) for on, count in table.cells() if hidden in on]
            seen = OverlapTable.from_cells(rest, [(on, count) for on, count in cells if on])
            if seen.observed >= 30 and fit_loglinear(seen).estimate is not None:
                yield f"{name}:{hidden}", seen, int(size)


def run_hidden(methods: list[str], seed: int) -> Iterator[dict[str, str]]:
    """Estimate the hidden lists, and sum up per method."""
    found = list(hidden_lists())
    sizes = np.array([size for _, _, size in found], dtype=float)
    for method in methods:
        random = np.random.default_rng(seed)
        rows = np.array([read_off(METHODS[method](seen, random)) for _, seen, _ in found])
        for (name, seen, size), (estimate, low, high, _, _) in zip(found, rows, strict=True):
            yield {
                "list": name, "size": str(size), "seen": str(seen.observed), "method": method,
                "estimate": f"{estimate:.1f}", "low95": f"{low:.1f}", "high95": f"{high:.1f}",
            }  # fmt: skip
        total = summarise(rows, sizes)
        print(
            f"{method}: {len(found)} lists, RMSE of log {total['rmse_log']}, coverage of 95 % {total['coverage95']}"
        )


def main() -> None:
    """Read the arguments, run, print and keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=int, default=500)
    parser.add_argument("--tables", default=",".join(TRUTHS))
    parser.add_argument("--methods", default="average,stepwise")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--hidden-lists", action="store_true")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    if asked.hidden_lists:
        lines = run_hidden(["independence", "stepwise", "bic", "average"], asked.seed)
    else:
        lines = run_simulations(asked.tables.split(","), asked.methods.split(","), asked.sets, asked.seed)
    for line in lines:
        print("  ".join(f"{key} {value}" for key, value in line.items()), flush=True)
        if asked.out is not None:
            fresh = not asked.out.exists()
            with asked.out.open("a", newline="") as file:
                writer = csv.DictWriter(file, fieldnames=list(line), lineterminator="\n")
                if fresh:
                    writer.writeheader()
                writer.writerow(line)


if __name__ == "__main__":
    main()
