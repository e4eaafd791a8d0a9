"""Protect dense tables of 60 x 45 x 10 with all totals: each is given out with its audit within two minutes, or refused with advice.

    python bench/table_dense.py [--persons 14000,3400000,5000000]

Prints one figure, the longest processor time, and for each number of persons how many cells there are, how many are small, and how it ended. The
persons are made up: each category is rarer than the one before, so the fewer persons, the more small cells.
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import product
from pathlib import Path

import numpy

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

COLUMNS = {"origin": 60, "sector": 45, "age": 10}
UNEQUAL = 3.0
THRESHOLD = 10
MOST_SECONDS = 120


def main() -> None:
    """Protect a table for each number of persons and print how it ended."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--persons", default="14000,3400000,5000000")
    longest = 0.0
    lines = []
    for number in map(int, parser.parse_args().persons.split(",")):
        seconds, line = protected(number)
        longest = max(longest, seconds)
        lines.append(line)
        sys.stderr.write(line)
    sys.stdout.write(f"{longest:.0f} s at most, of {MOST_SECONDS}\n" + "".join(lines))


def protected(persons: int) -> tuple[float, str]:
    """Protect the table of so many persons; give the processor time, and what is to be said."""
    from amparo.stats.disclosure import NotCleared, TableRequest, Threshold, protect_tables
    from amparo.stats.disclosure._counted import tables_of
    from amparo.stats.disclosure._cube import Records

    rare = [numpy.diff(numpy.linspace(0, 1, size + 1) ** (1 / UNEQUAL)) for size in COLUMNS.values()]
    chances = numpy.einsum("i,j,k->ijk", *rare)
    drawn = numpy.random.default_rng(persons).multinomial(persons, chances.ravel() / chances.sum())
    values = product(*([f"{column}{at}" for at in range(size)] for column, size in COLUMNS.items()))
    pairs = tuple((one, int(count)) for one, count in zip(values, drawn, strict=True) if count)
    started = time.process_time()
    counted = tables_of([Records(TableRequest(rows=tuple(COLUMNS)), pairs)])
    counts = counted.system.counts
    line = f"{persons:,} persons: {counts.size:,} cells, {(counts > 0).sum():,} not zero, {((counts > 0) & (counts < THRESHOLD)).sum():,} small; "
    try:
        release = protect_tables(counted, rules=[Threshold(THRESHOLD)])
    except NotCleared as error:
        seconds = time.process_time() - started
        return seconds, line + f"refused after {seconds:.0f} s: {error}\n"
    seconds = time.process_time() - started
    return (
        seconds,
        line + f"given out after {seconds:.0f} s, {release.loss.others:,} hidden for others, audited\n",
    )


if __name__ == "__main__":
    main()
