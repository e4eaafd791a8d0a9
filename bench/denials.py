"""Ask the whole grid of denials: every page and operation, by everybody, for everything that is kept from them.

    python bench/denials.py [--processes 2]

Prints how many requests were judged, how many answers were wrong and how long it took; exits with 1 when one was wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic

CHECKOUT = Path(__file__).parents[1]
MUST_ASK, MUST_TAKE_SECONDS = 20_000, 300


def main() -> int:
    """Share the grid out, wait, and say what became of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2)
    processes = parser.parse_args().processes
    with tempfile.TemporaryDirectory() as place:
        kept, began = Path(place) / "kept", monotonic()
        running = [_begin(f"{number}/{processes}", kept) for number in range(1, processes + 1)]
        codes = [each.wait() for each in running]
        seconds = monotonic() - began
        lines = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    checks, faults = sum(line["checks"] for line in lines), sum(line["faults"] for line in lines)
    spent = sum(line["seconds"] for line in lines)
    print(f"{checks:,} requests judged (at least {MUST_ASK:,}), {faults} wrong")
    print(f"{seconds:.0f} s by {processes} processes, world and start included (at most {MUST_TAKE_SECONDS})")
    print(f"{spent:.0f} s of processor time in Python for asking and judging")
    return int(any(codes) or bool(faults) or checks < MUST_ASK)


def _begin(share: str, kept: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "DENIALS_SHARE": share, "DENIALS_KEPT": str(kept)}
    told = ["-q", "-n", "0", "--tb=line", "-k", "p01_p02", "tests/contracts/test_grid.py"]
    return subprocess.Popen([sys.executable, "-m", "pytest", *told], cwd=CHECKOUT, env=environment)


if __name__ == "__main__":
    sys.exit(main())
