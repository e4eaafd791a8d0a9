"""Measure how long a synthetic file takes, and its peak memory: 21,195 persons with 26 attribute columns, or a million with 15.

    python -m bench.synthesis_time [--million]

Runs the command itself, from a CSV file to rows with provenance and report, at epsilon 4. The file of a million is made from
``dados_app.csv`` (``_synthesis.million`` says how).
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from ._synthesis import SEVERAL, million, temporary, victim_perpetrator


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--million", action="store_true")
    asked = parser.parse_args()
    with temporary() as name:
        folder = Path(name)
        options: list[str] = []
        if asked.million:
            path = million(folder)
        else:
            path = folder / "cases.csv"
            shutil.copyfile(victim_perpetrator(), path)
            options = [f"--multi={column}={separator}" for column, separator in SEVERAL.items()]
        command = [
            sys.executable,
            "-m",
            "amparo.cli",
            "synthesize",
            str(path),
            "-o",
            str(folder / "out.csv"),
            *options,
        ]
        started = time.perf_counter()
        subprocess.run([*command, "--report", str(folder / "r.html")], check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - started
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(
            f"{seconds:.1f} s ({used.ru_utime + used.ru_stime:.1f} s of processor), {used.ru_maxrss / 1024:.0f} MB: "
            f"{'1,000,000 x 15' if asked.million else '21,195 x 26'}, from file to file"
        )


if __name__ == "__main__":
    main()
