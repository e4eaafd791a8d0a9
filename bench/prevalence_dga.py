"""Measure the averaging over decomposable graphs: against the recorded seconds of R on 5 lists, and alone on 6 and 7.

    python bench/prevalence_dga.py

Prints one figure, how many times longer R (dga 2.0.2) took for every number up to 30 n on the UK table, and the seconds of
each size, finding the graphs included. R's seconds were recorded on the same kind of machine on one thread, not
in this run. No table of 6 or 7 lists is open: lists that take one person in eight at random are added to the UK table.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path

import numpy as np

from amparo.stats.prevalence import OverlapTable, average_graphs
from amparo.stats.prevalence._graphs import decomposable_graphs

DATA = Path(__file__).parents[2] / "shared" / "data" / "mse"


def read(name: str) -> OverlapTable:
    """Read a table of the shared data."""
    with (DATA / "tables" / f"{name}.csv").open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    counts = np.zeros(1 << len(header) - 1, dtype=np.int64)
    for *marks, count in rows:
        counts[sum(1 << i for i, mark in enumerate(marks) if mark == "1")] += int(count)
    return OverlapTable(tuple(header[:-1]), counts)


def with_list(table: OverlapTable, random: np.random.Generator) -> OverlapTable:
    """Add a list that takes one person in eight, of whom nine in ten leave the others."""
    size = table.counts.size
    counts = np.zeros(2 * size, dtype=np.int64)
    for history, count in enumerate(table.counts):
        taken = random.binomial(count, 0.125)
        both = random.binomial(taken, 0.1)
        counts[history] += count - taken
        counts[history | size] += both
        counts[size] += taken - both
    return OverlapTable((*table.lists, f"added {len(table.lists)}"), counts)


def main() -> None:
    """Measure, and print the figures."""
    average_graphs(read("korea3"))  # compiles, or reads what was compiled
    random = np.random.default_rng(1)
    table, lines = read("uk5"), []
    recorded = json.loads((DATA / "reference" / "dga_uk5.json").read_text())["runs"]["full_2mp"]
    ratio = 0.0
    for lists in (5, 6, 7):
        table = table if lists == 5 else with_list(table, random)
        decomposable_graphs.cache_clear()
        started = time.process_time()
        found = average_graphs(table)
        seconds = time.process_time() - started
        graphs = len(decomposable_graphs(lists))
        lines.append(f"{lists} lists {seconds:7.2f} s, {graphs:,} graphs, median {found.estimate:,.0f}")
        if lists == 5:
            ratio = recorded["seconds_median"] / seconds
            apart = abs((found.mean or 0) / recorded["mean"] - 1)
    sys.stdout.write(
        f"{ratio:.0f} times longer in R (recorded {recorded['seconds_median']:.1f} s; means {apart:.0e} apart)\n"
    )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
