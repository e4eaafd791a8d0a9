"""Measure the first call of every method of `amparo prevalence`: a fresh process that has to compile, and one that finds the code.

    python bench/prevalence_first.py [--table uk5] [METHOD ...]

Prints for the whole command, import included, the seconds that its user waits and those of the processor, and which method waits longest
for its first answer. "default" is the command without --method. Both are inflated where others share the cores.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _prevalence import TABLES

DEFAULT = "default"
METHODS = ("chao", "loglinear", "stepwise", "bic", "dga", "lcmcr", "threshold", "average", DEFAULT)
BAR = 5.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("methods", nargs="*", metavar="METHOD", default=METHODS)
    parser.add_argument("--table", default="uk5", help="one of the published tables")
    asked = parser.parse_args()
    path = TABLES / f"{asked.table}.csv"
    if not path.exists():
        sys.exit(f"needs {path}: the published tables lie beside the checkout")
    found = []
    for method in asked.methods:
        with tempfile.TemporaryDirectory() as cache:
            (first, spent), (again, later) = (spend(path, method, cache) for _ in range(2))
        found.append((first, method))
        print(
            f"{method}: first call {first:.1f} s ({spent:.1f} s of processor), again {again:.1f} s ({later:.1f} s of processor)",
            flush=True,
        )
    first, method = max(found)
    print(f"slowest first call: {method}, {first:.1f} s (the bar is {BAR:g} s)")


def spend(path: Path, method: str, cache: str) -> tuple[float, float]:
    """Run the command in a process of its own; answer the seconds by the clock and those of the processor."""
    options = [] if method == DEFAULT else ["--method", method]
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "amparo.cli", "prevalence", str(path), *options],
        env={**os.environ, "NUMBA_CACHE_DIR": cache},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode not in (0, 1):
        sys.exit(done.returncode)
    waited, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return waited, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
