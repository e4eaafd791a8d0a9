"""The processes that a command starts and stops with itself."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from types import TracebackType

from amparo.cli.refusing import CommandRefused
from amparo.config.processes import CHILD_OF

SECONDS_TO_STOP = 25


class Children:
    """Start child processes; stop them all when the block ends, by whatever way it ends."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Children:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + SECONDS_TO_STOP
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, name: str, *arguments: str) -> None:
        """Start `python ARGUMENTS` in a group of its own: Ctrl-C is for us, and we tell the children."""
        self._running[name] = subprocess.Popen(  # noqa: S603  # our own modules
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, CHILD_OF: str(os.getpid())},
        )

    def check(self) -> None:
        """Refuse when a child has ended by itself."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise CommandRefused(
                    f"The {name} stopped by itself (exit code {process.returncode}); the reason stands above."
                )

    def wait(self) -> None:
        """Wait until Ctrl-C or SIGTERM, which raise KeyboardInterrupt; a child that ends by itself ends all."""
        while True:
            time.sleep(0.5)
            self.check()
