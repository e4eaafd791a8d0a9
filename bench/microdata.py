"""Measure how long it takes to measure and to protect a file of persons, and what protection costs, beside a greedy reference.

    python -m bench.microdata [--reference]

Files: CTDC's victim-perpetrator file (21,195 persons, eight keys) and one of 100,000 persons made as in ``_synthesis.million`` from CTDC's
k-anonymised file (seven keys). Every combination of any three keys is to be shown by five persons or by none. ``--reference`` adds, on
10,000 persons and five keys, a greedy suppression written here, which blanks the cell that helps most until nothing is rare.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from amparo.stats.disclosure.microdata import (
    Layout,
    MicroData,
    measure_anonymity,
    measure_risk,
    protect_microdata,
    read_microdata,
)

from ._synthesis import million, temporary, victim_perpetrator

PERPETRATOR = (
    "yearRegister",
    "gender",
    "majorityStatus",
    "UN_COO_Region",
    "UN_COE_Region",
    "IP_Gender",
    "IP_citizen_UNRegion",
    "IP_Relation",
)
SEVERAL = dict.fromkeys(("IP_Gender", "IP_citizen_UNRegion", "IP_Relation"), ";")
GLOBAL = (
    "yearOfRegistration",
    "gender",
    "ageBroad",
    "citizenship",
    "isForcedLabour",
    "isSexualExploit",
    "CountryOfExploitation",
)
T = TypeVar("T")
K = 5
M = 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--reference", action="store_true")
    asked = parser.parse_args()
    with temporary() as name:
        folder = Path(name)
        if asked.reference:
            path = million(folder, 10_000)
            data = read_microdata(path, Layout(keys=GLOBAL[:4] + GLOBAL[-1:]))
            for m in (M, 5):
                _measure("10,000 persons, 5 keys", data, m, reference=True)
            return
        layout = Layout(keys=PERPETRATOR, separators=SEVERAL)
        _measure("21,195 persons, 8 keys", read_microdata(victim_perpetrator(), layout), M)
        made = read_microdata(million(folder, 100_000), Layout(keys=GLOBAL))
        _measure("100,000 persons, 7 keys", made, M)


def _measure(name: str, data: MicroData, m: int, *, reference: bool = False) -> None:
    _, measuring = _timed(lambda: measure_risk(data, m=m, least=K, population=10 * data.number))
    safe, seconds = _timed(lambda: protect_microdata(data, K, m=m, random=np.random.default_rng(1)))
    counted = measure_anonymity(safe.published, m=m, least=K).k_of_m
    loss = safe.loss
    print(
        f"{name}, k = {K}, m = {m}: measured in {measuring:.1f} s, protected in {seconds:.1f} s of processor; {loss.total:,.0f} of "
        f"{loss.cells:,} cells blanked ({loss.total / loss.cells:.2%}), at least {loss.bound:,.0f} must be; counted again, k = {counted}",
        flush=True,
    )
    if reference:
        blanks, seconds = _timed(lambda: greedy(data.codes, m))
        print(
            f"  greedy reference: {blanks:,} cells in {seconds:.0f} s; ours {loss.total / blanks:.2f} of it",
            flush=True,
        )


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.process_time()
    return work(), time.process_time() - started


def greedy(codes: NDArray[np.int32], m: int) -> int:
    """Blank, over and over, one cell of every rare record: the one after which most records are like it; count the cells.

    What is blank already counts as a value. Where nothing is left to blank, further records are blanked whole.
    """
    codes = codes.copy()
    before = int((codes >= 0).sum())
    keys = codes.shape[1]
    while True:
        rare = _rare(codes, m)
        if not rare.any():
            return before - int((codes >= 0).sum())
        at = np.flatnonzero(rare & (codes >= 0).any(axis=1))
        if not len(at):
            left = np.flatnonzero((codes >= 0).any(axis=1))
            codes[left[:K]] = -1
            continue
        help_of = np.full((len(at), keys), -1.0)
        for j in range(keys):
            rest = [other for other in range(keys) if other != j]
            _, labels, counts = np.unique(codes[:, rest], axis=0, return_inverse=True, return_counts=True)
            help_of[:, j] = np.where(codes[at, j] >= 0, counts[labels.reshape(-1)[at]], -1.0)
        codes[at, help_of.argmax(axis=1)] = -1


def _rare(codes: NDArray[np.int32], m: int) -> NDArray[np.bool_]:
    found = np.zeros(len(codes), dtype=bool)
    for chosen in combinations(range(codes.shape[1]), m):
        _, labels, counts = np.unique(codes[:, chosen], axis=0, return_inverse=True, return_counts=True)
        found |= counts[labels.reshape(-1)] < K
    return found


if __name__ == "__main__":
    main()
