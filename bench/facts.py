"""Print how fast a snapshot of facts is built and how much memory that takes: `python -m bench.facts --rows 1000000`.

The rows are made up here, so the figure is that of checking, writing and fingerprinting; reading them from PostgreSQL comes on top.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

BATCH = 5_000


def main() -> None:
    """Write one table of facts and print rows a second and peak memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amparo.config.settings")
    os.environ.setdefault("AMPARO_DATA", tempfile.mkdtemp(prefix="amparo-bench-"))
    import django

    django.setup()
    from amparo.cases.facts import fact_tables
    from amparo.evidence.actions.writing import TableWriter

    table = next(one for one in fact_tables() if one.name == "episode")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as directory:
        started = time.process_time()
        about = TableWriter(
            Path(directory), replace(table, rows=lambda pseudonym: made_up(table, rows, pseudonym))
        ).write()
        seconds = time.process_time() - started
        size = (Path(directory) / about["file"]).stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{rows:,} rows in {seconds:.1f} s of one core: {rows / seconds:,.0f} rows/s, {size / 1e6:.0f} MB of Parquet"
    )
    print(f"memory {before / 1024:.0f} MB before, {peak / 1024:.0f} MB at the peak")


def made_up(table: Any, rows: int, pseudonym: Callable[[UUID], int]) -> Iterator[list[dict[str, Any]]]:
    """Make a batch of rows whose values are drawn from the lists of the columns, and give it again and again."""
    from amparo.vocab.codes import code_list
    from amparo.vocab.facts import PERSON

    rng = random.Random(1)
    choices: dict[str, list[str]] = {}
    for column in table.columns:
        listed = [one.code for one in code_list(column.codes)] if column.codes else []
        named = [code for code, _label in column.values]
        choices[column.name] = listed + named or ["2024", "2025", "2026"]
    batch = [
        {
            PERSON: pseudonym(UUID(int=at)),
            **{
                column.name: [rng.choice(choices[column.name])]
                if column.is_many
                else rng.choice(choices[column.name])
                for column in table.columns
            },
        }
        for at in range(BATCH)
    ]
    for start in range(0, rows, BATCH):
        yield batch[: min(BATCH, rows - start)]


if __name__ == "__main__":
    main()
