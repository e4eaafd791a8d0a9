"""Measure a protected 4-way table over 10 million fact rows: counted by DuckDB, and by pandas, in the same run.

    python bench/table.py [--rows 10000000]

Prints one figure, how many times longer the way through pandas takes, and what it is made of. Both ways read the same
Parquet file and end in the same protected table; each runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS = ("origin", "sector")
COLUMNS = ("age", "year")


def generate(path: Path, count: int) -> None:
    """Write facts whose categories are as unequal as those of real caseloads, with a tenth of the values missing."""
    import duckdb

    sizes = {"origin": 20, "sector": 12, "age": 9, "year": 10, "gender": 3, "means": 6, "stage": 8}
    skewed = ", ".join(
        f"CASE WHEN random() < 0.1 THEN NULL ELSE '{name}' || CAST(floor({size} * power(random(), 4)) AS INT) END AS {name}"
        for name, size in sizes.items()
    )
    connection = duckdb.connect()
    connection.execute("SELECT setseed(0.5)")
    connection.execute("SET threads = 1")
    query = f"SELECT {skewed} FROM range({count})"  # noqa: S608 - made of the names above
    connection.sql(query).write_parquet(str(path))


def measure(way: str, path: Path) -> None:
    """Count and protect the table in one of the two ways, and print the seconds and the peak memory as JSON."""
    from amparo.stats.disclosure import CountTable, TableRequest, count_cells, protect

    request = TableRequest(rows=ROWS, columns=COLUMNS, counting_unit="episodes")
    if way == "pandas":
        import pandas
    else:
        import duckdb  # noqa: F401 - loaded before the clock starts, as pandas is
    started = time.perf_counter()
    if way == "pandas":
        facts = pandas.read_parquet(path, columns=[*ROWS, *COLUMNS]).fillna("")
        counted = facts.groupby([*ROWS, *COLUMNS], sort=False).size()
        table = CountTable.from_counts(
            request, zip(counted.index.tolist(), counted.tolist(), strict=True), source=path.name
        )
    else:
        table = count_cells(path, request)
    counted_at = time.perf_counter()
    protected = protect(table)
    finished = time.perf_counter()
    hidden = [status.value for status in protected.statuses]
    figures = {
        "count": counted_at - started,
        "protect": finished - counted_at,
        "total": finished - started,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "cells": len(hidden),
        "primary": hidden.count("primary"),
        "secondary": hidden.count("secondary"),
    }
    sys.stdout.write(json.dumps(figures))


def main() -> None:
    """Run both ways and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--way", choices=["amparo", "pandas"], help=argparse.SUPPRESS)
    parser.add_argument("--facts", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way:
        measure(arguments.way, arguments.facts)
        return
    with tempfile.TemporaryDirectory() as folder:
        facts = Path(folder) / "facts.parquet"
        generate(facts, arguments.rows)
        found = {}
        for way in ("amparo", "pandas"):
            command = [sys.executable, __file__, "--way", way, "--facts", str(facts)]
            found[way] = json.loads(
                subprocess.run(command, capture_output=True, check=True, text=True).stdout
            )
    ours, theirs = found["amparo"], found["pandas"]
    sys.stdout.write(
        f"{theirs['total'] / ours['total']:.1f} times longer with pandas ({arguments.rows:,} rows, {ours['cells']:,} cells, "
        f"{ours['primary']:,} small, {ours['secondary']:,} hidden for them)\n"
    )
    for way, figures in found.items():
        sys.stdout.write(
            f"{way:8} {figures['total']:6.2f} s = count {figures['count']:.2f} s + protect {figures['protect']:.2f} s; "
            f"peak memory {figures['peak_mb']:,.0f} MB\n"
        )


if __name__ == "__main__":
    main()
