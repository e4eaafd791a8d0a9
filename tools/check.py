"""Run every check of the code, and go on after one that fails: all faults are told together.

python -m tools.check [name ...]
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
PROGRAMS = Path(sys.executable).parent
CHECKS = {
    "style": ("ruff", "check", "--quiet", "."),
    "form": ("ruff", "format", "--check", "--quiet", "."),
    "types": ("mypy",),
    "ladder": ("lint-imports", "--no-cache"),
    "templates": ("python", "-m", "tools.templates"),
    "migrations": ("python", "-m", "tools.migrations"),
    "settings": ("python", "-m", "tools.deployment"),
    "messages": ("python", "-m", "tools.messages", "--check"),
    "assets": ("python", "-m", "tools.join_assets", "--check"),
    "generated": ("python", "-m", "tools.generate", "--check"),
}


def run(name: str) -> tuple[str, bool, str, float]:
    """Run one check; give its name, whether it passed, what it said, and how long it took."""
    began = time.monotonic()
    program, *arguments = CHECKS[name]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AMPARO_")}
    environment["AMPARO_DATA"] = str(CHECKOUT / ".cache" / "tools-data")
    done = subprocess.run(
        [str(PROGRAMS / program), *arguments],
        cwd=CHECKOUT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    return name, done.returncode == 0, (done.stdout + done.stderr).strip(), time.monotonic() - began


def main() -> int:
    """Run the checks that are named, or all."""
    names = sys.argv[1:] or list(CHECKS)
    failed = False
    with ThreadPoolExecutor(max_workers=2) as runners:
        for name, passed, said, seconds in runners.map(run, names):
            failed = failed or not passed
            print(f"{'ok  ' if passed else 'FAIL'}  {name} ({seconds:.0f} s)", flush=True)
            if not passed:
                print(said, flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
