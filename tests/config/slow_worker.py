"""A worker with one task that waits, for tests that kill it. Run as a program."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import django

django.setup()

from procrastinate.contrib.django import app  # noqa: E402  # Django must be ready

from amparo.config.jobs import work  # noqa: E402


@app.task(name="tests.wait_for_file", pass_context=False)
def wait_for_file(begun: str, go_on: str, done: str) -> None:
    """Say that it began, wait until it may go on, say that it is done."""
    with Path(begun).open("a") as file:
        file.write("begun\n")
    while not Path(go_on).exists():
        time.sleep(0.02)
    with Path(done).open("a") as file:
        file.write("done\n")


if __name__ == "__main__":
    work(until_done="--until-done" in sys.argv)
