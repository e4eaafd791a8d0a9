"""Measure what the vault adds to a page of 50 persons with 10 fields each: with the keys in this process, and through keyd.

    .venv/bin/python bench/vault.py [--rounds 300] [--data DIR]

Prints the median and the p95, from the sealed values in memory to the open ones, with the keyring fetched and the log of keyd written:
once as a person is kept (her ten fields packed into the two columns `names` and `identity`), once with each field sealed by itself. The
real embedded database and a real `amparo keyd` run on this machine; the processor time of this process tells what other work took away.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

PERSONS = 50


def main() -> None:
    """Make a small installation, and read one page of it again and again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--data")
    arguments = parser.parse_args()
    data = Path(arguments.data or tempfile.mkdtemp(prefix="amparo-bench-"))
    data.chmod(0o711)
    os.environ.update(AMPARO_DATA=str(data), DJANGO_SETTINGS_MODULE="amparo.config.settings")
    from amparo.config.embedded import EmbeddedDatabase

    with EmbeddedDatabase(data / "database").running():
        subprocess.run([sys.executable, "-m", "amparo.cli", "migrate"], check=True, stdout=subprocess.DEVNULL)
        import django

        django.setup()
        pages = {"10 fields in 2 columns": _page(2, 300), "10 fields in 10 columns": _page(10, 60)}
        found = {(name, "in this process"): _measured(page, arguments.rounds) for name, page in pages.items()}
        with _keyd(data / "keyd.socket"):
            _point_at(data / "keyd.socket")
            for name, page in pages.items():
                found[name, "through keyd"] = _measured(page, arguments.rounds)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {PERSONS} persons")
    for (name, how), (taken, worked) in found.items():
        print(
            f"{name:24} {how:16} median {statistics.median(taken) * 1e3:5.1f} ms  p95 {_p95(taken) * 1e3:5.1f} ms  "
            f"processor {statistics.median(worked) * 1e3:5.1f} ms"
        )


def _page(columns: int, letters: int) -> list[Any]:
    from amparo.vault.actions import begin_sealing
    from amparo.vault.rules import KeyKind, Place

    persons = [uuid4() for _ in range(PERSONS)]
    sealing = begin_sealing((), new=persons, now=datetime.now(UTC))
    return [
        sealing.seal(
            {"text": f"{number}".ljust(letters, "x")},
            place=Place(table="t", column=f"c{number}", row=person, person=person, kind=KeyKind.LABEL),
        )
        for person in persons
        for number in range(columns)
    ]


def _measured(page: list[Any], rounds: int) -> tuple[list[float], list[float]]:
    """Give how long each round took by the clock, and how long this process worked in it."""
    from amparo.vault.queries import open_many
    from amparo.vault.rules import Reading

    persons = frozenset(value.place.person for value in page)
    taken, worked = list[float](), list[float]()
    for number in range(rounds + 10):
        reading = Reading(user_id=1, membership_id=1, purpose="", persons=persons)
        began, worked_before = time.perf_counter(), time.process_time()
        open_many(reading, page)
        if number >= 10:  # the first ones warm up
            taken.append(time.perf_counter() - began)
            worked.append(time.process_time() - worked_before)
    return taken, worked


@contextmanager
def _keyd(path: Path) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "amparo.cli", "keyd", "--socket", str(path)], stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield
    finally:
        process.terminate()
        process.wait()


def _point_at(path: Path) -> None:
    from django.conf import settings

    from amparo.vault.queries import keeper

    settings.AMPARO_KEYD = path
    keeper.cache_clear()


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


if __name__ == "__main__":
    main()
