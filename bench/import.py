"""Measure `amparo import htcds`: rows a second and the most memory, at growing sizes.

    .venv/bin/python bench/import.py [--sizes 1000,10000,50000] [--data DIR]

The real command in a process of its own reads a workbook of the standard, checks it and writes it into the embedded database.
Memory is that of the command, without the database server.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the rows are made as the tests make them

ORGANISATION = "Bench"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one run took."""

    rows: int
    seconds: float
    busy: float
    megabytes: float

    def __str__(self) -> str:
        return (
            f"{self.rows:>7,} rows  {self.seconds:>7.1f} s ({self.busy:.1f} s of a core)  {self.rows / self.seconds:>7,.0f} rows/s"
            f"  {self.megabytes:>6,.0f} MB at most"
        )


def main() -> None:
    """Print one line a size."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="amparo-bench-") as directory:
        data = Path(arguments.data or directory)
        environment = {**os.environ, "AMPARO_DATA": str(data), "AMPARO_LOG_LEVEL": "WARNING"}
        _amparo(environment, "migrate")
        _amparo(environment, "organisation", "add", ORGANISATION, "--kind", "ngo")
        for size in arguments.sizes:
            workbook = data / f"rows-{size}.xlsx"
            make_workbook(workbook, size)
            print(measure(environment, workbook, size), flush=True)


def make_workbook(path: Path, rows: int) -> None:
    """Write that many synthetic rows in the standard's Excel layout."""
    from amparo.intake.htcds import write_workbook
    from tests.factories.htcds import make_row

    rng = random.Random(rows)  # the same file on every run
    with path.open("wb") as stream:
        write_workbook((make_row(rng) for _ in range(rows)), profile="excel", stream=stream)


def measure(environment: dict[str, str], workbook: Path, rows: int) -> Measured:
    """Run the command and wait for it; its peak memory comes from the kernel."""
    command = [
        sys.executable,
        "-m",
        "amparo.cli",
        "import",
        "htcds",
        str(workbook),
        "--organisation",
        ORGANISATION,
        "--json",
    ]
    began = time.monotonic()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:  # our own command
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    result = json.loads(output)
    if process.returncode or result["cases"] != rows:
        raise SystemExit(f"the import failed: {result['errors'][:3]}")
    return Measured(
        rows=rows, seconds=seconds, busy=usage.ru_utime + usage.ru_stime, megabytes=usage.ru_maxrss / 1024
    )


def _amparo(environment: dict[str, str], *words: str) -> None:
    subprocess.run(  # our own command
        [sys.executable, "-m", "amparo.cli", *words], env=environment, check=True, stdout=subprocess.DEVNULL
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sizes", type=lambda text: [int(one) for one in text.split(",")], default=[1_000, 10_000, 50_000]
    )
    parser.add_argument("--data", help="a data directory to keep; a temporary one without")
    return parser.parse_args()


if __name__ == "__main__":
    main()
