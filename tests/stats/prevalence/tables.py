"""Read the tables that the references were computed from."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np

from amparo.stats.prevalence import OverlapTable
from tests.shared_data import shared_data

OPEN_TABLES = ("artificial3", "korea3", "hav3", "australia4", "uk4", "neworl5", "western5", "uk5")


def open_table(name: str) -> OverlapTable:
    """Read one of the published tables, or skip the test."""
    names, histories, counts = open_rows(name)
    return OverlapTable.from_cells(
        names, [(history, count) for history, count in zip(histories, counts, strict=True)]
    )


def open_rows(name: str) -> tuple[list[str], list[tuple[str, ...]], list[int]]:
    """Give the lists of a published table, and its histories and counts in the order of the file."""
    with shared_data(f"mse/tables/{name}.csv").open() as file:
        header, *rows = csv.reader(file)
    names = header[:-1]
    histories = [tuple(n for n, mark in zip(names, row[:-1], strict=True) if mark == "1") for row in rows]
    return names, histories, [int(row[-1]) for row in rows]


def reference(name: str) -> Any:
    """Read what a reference implementation answered."""
    return json.loads(reference_path(name).read_text())


def reference_path(name: str) -> Path:
    """Give the path of a reference file, or skip the test."""
    return shared_data(f"mse/reference/{name}")


def made_up_sparse(seed: int = 8, lists: int = 8, people: int = 185) -> OverlapTable:
    """Make a table of the size of New Orleans: eight lists, 185 people, a dozen on two lists or three, most pairs empty."""
    random = np.random.default_rng(seed)
    counts = np.zeros(1 << lists, dtype=np.int64)
    shares = random.dirichlet(np.full(lists, 2.0))
    for person in range(people):
        times = 3 if person < 2 else 2 if person < 12 else 1
        on = random.choice(lists, size=times, replace=False, p=shares)
        counts[sum(1 << int(i) for i in on)] += 1
    return OverlapTable(tuple("ABCDEFGHIJ"[:lists]), counts)


def replicates_of_r(name: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Read the tables that R drew (seed 1234, in the order of rows of the file) as counts by history."""
    names, histories, _ = open_rows(name)
    with gzip.open(reference_path(f"bootcounts_{name}.csv.gz"), "rt") as file:
        drawn = np.loadtxt(file, delimiter=",")
    tables = np.zeros((drawn.shape[0], 1 << len(names)))
    tables[:, [sum(1 << names.index(on) for on in history) for history in histories]] = drawn
    return tables
