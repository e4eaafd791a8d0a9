"""A server in earnest: the database dies under it, its port is taken, it is stopped, two share one data directory."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.cli.conftest import Run, environment, free_port
from tests.waiting import until

pytestmark = pytest.mark.slow


def status(port: int, path: str = "/health") -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


@contextmanager
def server(data: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "amparo.cli", "serve", "--port", str(port), "--data", str(data)],
        env=environment(AMPARO_PROCESSES="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            until(lambda: status(port) == 200 or process.poll() is not None)
            assert process.poll() is None, "it stopped by itself"
            yield process
        finally:
            if process.poll() is None:
                process.kill()


@pytest.fixture(scope="module")
def shared(data: Path) -> Iterator[int]:
    """Give the port of a server that the tests of this module share."""
    port = free_port()
    with server(data, port):
        yield port


def web_processes(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Give its children but the database, which is held by the test run."""
    return [
        child for child in psutil.Process(process.pid).children(recursive=True) if child.name() != "postgres"
    ]


def kill_database(data: Path) -> None:
    os.kill(int((data / "database" / "cluster" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


def test_database_that_dies_under_the_server_is_a_page_and_comes_back(data: Path, shared: int) -> None:
    assert status(shared, "/sign-in/") == 200
    kill_database(data)
    seen = [status(shared, "/sign-in/")]
    until(lambda: seen.append(status(shared, "/sign-in/")) or seen[-1] == 200)  # type: ignore[func-returns-value]
    assert set(seen) <= {200, 503}
    assert status(shared) == 200, "a watcher must not kill a server whose database is away"


def test_stops_cleanly_and_its_log_tells_no_path(data: Path) -> None:
    port = free_port()
    with server(data, port) as process:
        children = web_processes(process)
        status(port, "/cases/Amina-of-Example")
        status(port, "/invitation/a-secret-of-somebody/")
        process.terminate()
        assert process.wait(60) == 0
        assert psutil.wait_procs(children, timeout=30)[1] == []
        said = process.stdout.read() if process.stdout else ""
    assert "Amina" not in said
    assert "a-secret" not in said


def test_port_that_is_taken_is_told_with_another(data: Path, run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port))
    assert done.returncode == 2
    assert f"Port {port} on 127.0.0.1 is taken" in done.stderr
    assert "--port" in done.stderr


def test_two_servers_share_one_data_directory_and_one_may_be_killed(data: Path, shared: int) -> None:
    second = free_port()
    with server(data, second) as other:
        assert (status(shared, "/sign-in/"), status(second, "/sign-in/")) == (200, 200)
        children = web_processes(other)
        other.kill()
        assert psutil.wait_procs(children, timeout=30)[1] == [], "nothing is left of a server killed hard"
        assert status(second) == 0
        assert status(shared, "/sign-in/") == 200, "the database belongs to the first too"


def test_keyd_answers_beside_the_embedded_database(data: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "amparo.cli", "keyd", "--data", str(data), "--socket", str(tmp_path / "s")],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            said = next(line for line in process.stdout if line.startswith(("keyd answers", "amparo:")))
        finally:
            process.kill()
    assert "its keys are open" in said
