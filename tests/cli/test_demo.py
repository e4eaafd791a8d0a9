"""The demo as a visitor starts it: once with a caseload to make, then again with what is there."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from amparo.cli.demo import ready
from amparo.cli.demo.ready import Readiness
from tests.cli.conftest import environment, free_port


@contextmanager
def demo(data: Path, *, cases: int) -> Iterator[tuple[int, str]]:
    """Give the port and what is printed up to the hint how to stop; then stop it as Ctrl-C does."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "amparo.cli", "demo", "--cases", str(cases), "--port", str(port)],
        env=environment(AMPARO_DATA=str(data), AMPARO_PROCESSES="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith("Stop with"):
                break
        assert process.poll() is None, said
        children = psutil.Process(process.pid).children(recursive=True)
        try:
            yield port, said
        finally:
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert "Stopped. What you did is kept" in rest
        assert psutil.wait_procs(children, timeout=30)[1] == []


@pytest.mark.slow
def test_demo_starts_stops_and_starts_again_with_what_is_there(data: Path) -> None:
    with (
        demo(data, cases=20) as (port, first),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer,
    ):
        assert answer.url.endswith("/sign-in/?next=%2F")
    assert "Everything in it is made up" in first
    password = re.search(r"caseworker@training\.example\s+(\S+)", first)
    assert password
    os.utime(data / "demo.json", (0, 0))
    with demo(data, cases=20) as (_port, second):
        assert password[1] in second
    assert (data / "demo.json").stat().st_mtime == 0, "nothing was made anew"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in for the files of Amparo."""
    directory = tmp_path / "package"
    directory.mkdir()
    (directory / "pages.py").write_text("one")
    monkeypatch.setattr(ready, "PACKAGE", directory)
    return directory


def readiness(place: Path) -> Readiness:
    return Readiness(place / "demo.ready", needs=place / "package")


def test_ready_holds_for_the_same_files_only(package: Path, tmp_path: Path) -> None:
    assert not readiness(tmp_path).holds()
    readiness(tmp_path).keep()
    assert readiness(tmp_path).holds()
    (package / "pages.py").write_text("other")
    assert not readiness(tmp_path).holds()


def test_ready_is_forgotten_with_a_fault_and_with_the_database(package: Path, tmp_path: Path) -> None:
    readiness(tmp_path).keep()
    assert not Readiness(tmp_path / "demo.ready", needs=tmp_path / "gone").holds()
    readiness(tmp_path).forget()
    assert not readiness(tmp_path).holds()
