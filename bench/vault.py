"""Measure what the vault adds to a page of 50 persons with 10 fields each: with the keys in this process, and through keyd.

    .venv/bin/python bench/vault.py [--rounds 300] [--data DIR]

Prints the median and the p95 of both, from the sealed rows in memory to the open values, with the keyring fetched and the log of
keyd written. The real embedded database and a real `amparo keyd` run on this machine.
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

PERSONS, FIELDS = 50, 10


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
        page = _page()
        local = _measured(page, arguments.rounds)
        with _keyd(data / "keyd.socket"):
            _point_at(data / "keyd.socket")
            remote = _measured(page, arguments.rounds)
    for name, seconds in (("in this process", local), ("through keyd", remote)):
        print(
            f"{name:16} median {statistics.median(seconds) * 1e3:5.1f} ms  p95 {_p95(seconds) * 1e3:5.1f} ms"
        )
    print(f"{_p95(local) * 1e3:.1f} {_p95(remote) * 1e3:.1f}")


def _page() -> list[Any]:
    from amparo.vault.actions import begin_sealing
    from amparo.vault.rules import KeyKind, Place

    persons = [uuid4() for _ in range(PERSONS)]
    sealing = begin_sealing((), new=persons, now=datetime.now(UTC))
    return [
        sealing.seal(
            {"text": f"What is written in field {number}, of the usual length of sixty."},
            place=Place(table="t", column=f"c{number}", row=person, person=person, kind=KeyKind.LABEL),
        )
        for person in persons
        for number in range(FIELDS)
    ]


def _measured(page: list[Any], rounds: int) -> list[float]:
    from amparo.vault.queries import open_many
    from amparo.vault.rules import Reading

    persons, taken = frozenset(value.place.person for value in page), []
    for number in range(rounds + 10):
        reading = Reading(user_id=1, membership_id=1, purpose="", persons=persons)
        began = time.perf_counter()
        open_many(reading, page)
        if number >= 10:  # the first ones warm up
            taken.append(time.perf_counter() - began)
    return taken


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
