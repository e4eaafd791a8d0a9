"""Measure the first call of every method of `amparo prevalence`: a fresh process that has to compile, and one that finds the code.

    python bench/prevalence_first.py [--table uk5] [METHOD ...]

Prints seconds of processor for the whole command, import included, then for what compiling took, the slowest first. "default" is the
command without --method. Processor seconds are inflated where others share the cores: on a busy machine, look at what compiling took.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
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
            first, again = (spend(path, method, cache) for _ in range(2))
        found.append((first - again, first, method))
        print(f"{method}: first call {first:.1f} s, again {again:.1f} s", flush=True)
    compiling, first, method = max(found)
    print(f"slowest to compile: {method}, {compiling:.1f} s of {first:.1f} s (the bar is {BAR:g} s)")


def spend(path: Path, method: str, cache: str) -> float:
    """Run the command in a process of its own; answer its processor seconds."""
    options = [] if method == DEFAULT else ["--method", method]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "amparo.cli", "prevalence", str(path), *options],
        env={**os.environ, "NUMBA_CACHE_DIR": cache},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode not in (0, 1):
        sys.exit(done.returncode)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
