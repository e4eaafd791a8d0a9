"""Read the open tables and the reference answers that the estimates are compared with."""

from __future__ import annotations

import csv
import json
from typing import Any

import numpy as np

from amparo.stats.prevalence import OverlapTable
from tests.shared_data import shared_data


def reference_table(name: str) -> OverlapTable:
    """Read a table of the shared data."""
    with shared_data(f"mse/tables/{name}.csv").open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    counts = np.zeros(1 << len(header) - 1, dtype=np.int64)
    for *marks, count in rows:
        counts[sum(1 << i for i, mark in enumerate(marks) if mark == "1")] += int(count)
    return OverlapTable(tuple(header[:-1]), counts)


def reference_answer(name: str) -> Any:
    """Read an answer of a reference implementation."""
    return json.loads(shared_data(f"mse/reference/{name}.json").read_text(encoding="utf-8"))
