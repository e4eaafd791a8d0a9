"""Amparo's commands as processes of their own, forked from one that has read the libraries: a start costs a third of what it costs.

What a command does is its own: it reads its settings, opens its database and ends as an interpreter does. Where the start itself is
looked at, a test starts an interpreter (tests/cli/test_start.py).
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any

CHECKOUT = Path(__file__).parents[1]
MOST = 1 << 18  # bytes of a request: arguments and environment
# What needs no settings when it is read: the libraries that every command reads, and Amparo's rules.
READ_BEFORE = (
    "babel.numbers", "cryptography.hazmat.primitives.asymmetric.ed25519", "django.contrib.auth.hashers",
    "django.contrib.postgres.fields", "django.contrib.postgres.search", "django.core.management", "django.db.backends.postgresql.base",
    "django.db.migrations.autodetector", "django.db.models", "django.forms", "django.template.base", "django.template.defaultfilters",
    "django.template.defaulttags", "django.urls", "django.utils.translation.trans_real", "procrastinate", "psycopg.types.hstore",
    "psycopg_pool", "pydantic.main", "pydantic.types", "pydantic.json_schema", "rapidfuzz.distance", "rapidfuzz.process",
    "rich._emoji_codes", "rich.console", "shamir_mnemonic", "typer._adapters", "yaml", "amparo.access.rules", "amparo.accounts.rules",
    "amparo.audit.chain", "amparo.audit.rules.alerts", "amparo.audit.rules.heads", "amparo.audit.rules.wording",
    "amparo.cases.rules.colleagues", "amparo.cases.rules.documents", "amparo.cases.rules.likeness", "amparo.cases.rules.searching",
    "amparo.cli", "amparo.evidence.rules", "amparo.intake.rules.results", "amparo.publishing.rules.tables", "amparo.vault.custodians",
    "amparo.vault.keyd.rates", "amparo.vault.rules", "amparo.vocab.names",
)  # fmt: skip


class Program:
    """A process that somebody else waits for."""

    def __init__(self, connection: socket.socket, stdout: IO[str] | None) -> None:
        self._connection, self.stdout = connection, stdout
        self.pid = int(connection.recv(16))
        self.returncode: int | None = None

    def wait(self, timeout: float) -> int:
        """Wait until it has ended, and give how: negative by a signal."""
        if self.returncode is None:
            self._connection.settimeout(timeout)
            self.returncode = int(self._connection.recv(16))
            self._connection.close()
            if self.stdout is not None:
                self.stdout.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def start(*arguments: str, env: Mapping[str, str], module: str = "amparo.cli") -> Program:
    """Start a command whose standard output is read while it runs."""
    ours, its = os.pipe()
    with Path(os.devnull).open("rb") as nothing:
        connection = _ask(module, arguments, env, (nothing.fileno(), its, sys.__stderr__.fileno()))  # type: ignore[union-attr]
    os.close(its)
    return Program(connection, os.fdopen(ours, encoding="utf-8"))


def run(
    *arguments: str,
    env: Mapping[str, str],
    module: str = "amparo.cli",
    input: str = "",  # noqa: A002  # as subprocess has it
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, as `subprocess.run` does."""
    with (
        tempfile.TemporaryFile("w+") as given,
        tempfile.TemporaryFile("w+") as said,
        tempfile.TemporaryFile("w+") as faults,
    ):
        given.write(input)
        given.seek(0)
        connection = _ask(module, arguments, env, (given.fileno(), said.fileno(), faults.fileno()))
        status = Program(connection, None).wait(120)
        said.seek(0)
        faults.seek(0)
        return subprocess.CompletedProcess([module, *arguments], status, said.read(), faults.read())


def _ask(
    module: str, arguments: Sequence[str], env: Mapping[str, str], files: Sequence[int]
) -> socket.socket:
    asked = json.dumps({"module": module, "arguments": arguments, "env": dict(env)}).encode()
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MOST)
    connection.connect(str(_place()))
    socket.send_fds(connection, [asked], list(files))
    return connection


_started: list[Path] = []


def _place() -> Path:
    """Give where the process that forks listens; the first who asks starts it."""
    if not _started:
        directory = tempfile.TemporaryDirectory(prefix="programs-")
        place = Path(directory.name) / "socket"
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.programs", str(place)], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": f"{CHECKOUT / 'src'}:{CHECKOUT}"},
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"

        def end() -> None:
            process.communicate()  # it ends when nobody writes to it any more
            directory.cleanup()

        atexit.register(end)
        _started.append(place)
    return _started[0]


def serve(place: str) -> dict[str, Any]:
    """Fork for whoever asks, until standard input is closed; returns in the child alone, with what it shall be."""
    for name in READ_BEFORE:
        import_module(name)
    gc.collect()
    gc.freeze()  # no child looks through what it has from here, nor often through what it reads
    gc.set_threshold(100_000, 20, 100)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(place)
    listener.listen()
    waiting = selectors.DefaultSelector()
    waiting.register(sys.stdin.fileno(), selectors.EVENT_READ)
    waiting.register(listener, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _events in waiting.select():
            if key.fileobj is listener:
                connection, _ = listener.accept()
                asked, files, _flags, _ = socket.recv_fds(connection, MOST, 3)
                pid = os.fork()
                if not pid:
                    listener.close()
                    connection.close()
                    waiting.close()
                    for number, file in enumerate(files):
                        os.dup2(file, number)
                    os.closerange(3, 1024)
                    found: dict[str, Any] = json.loads(asked)
                    return found
                for file in files:
                    os.close(file)
                connection.send(str(pid).encode())
                waiting.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, connection))
            elif key.data:
                pid, connection = key.data
                waiting.unregister(key.fileobj)
                os.close(key.fd)
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                with suppress(OSError):  # who asked has gone
                    connection.send(str(status).encode())
                connection.close()
            else:
                os._exit(0)


def become(asked: dict[str, Any]) -> None:
    """Be the command that was asked for: its environment, its arguments, and nothing of who forked it."""
    os.environ.clear()
    os.environ.update(asked["env"])
    tempfile.tempdir = None
    signal.set_wakeup_fd(-1)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode) for number, mode in enumerate("rww"))  # type: ignore[assignment]
    sys.argv = [asked["module"], *asked["arguments"]]
    runpy.run_module(asked["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    become(serve(sys.argv[1]))
