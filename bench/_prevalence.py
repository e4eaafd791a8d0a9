"""The published tables that the prevalence benches read, beside the checkout."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from amparo.stats.prevalence import OverlapTable

TABLES = Path(__file__).resolve().parents[2] / "shared" / "data" / "mse" / "tables"


def read_table(name: str) -> OverlapTable:
    """Read a published table, or end with the reason."""
    path = TABLES / f"{name}.csv"
    if not path.exists():
        sys.exit(f"needs {path}: the published tables lie beside the checkout")
    with path.open() as file:
        header, *rows = csv.reader(file)
    lists = tuple(header[:-1])
    cells = [
        (tuple(on for on, mark in zip(lists, row, strict=False) if mark == "1"), int(row[-1])) for row in rows
    ]
    return OverlapTable.from_cells(lists, cells)


def made_up_sparse(seed: int = 8, lists: int = 8, people: int = 185) -> OverlapTable:
    """Make a table of the size of New Orleans with eight lists: a dozen people on two lists or three, most pairs empty."""
    random = np.random.default_rng(seed)
    counts = np.zeros(1 << lists, dtype=np.int64)
    shares = random.dirichlet(np.full(lists, 2.0))
    for person in range(people):
        times = 3 if person < 2 else 2 if person < 12 else 1
        counts[sum(1 << int(i) for i in random.choice(lists, size=times, replace=False, p=shares))] += 1
    return OverlapTable(tuple("ABCDEFGH"[:lists]), counts)
