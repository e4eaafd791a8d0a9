"""A worker that is killed loses no job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from amparo.config.sweeping import Sweeper, own_connection
from tests.database import DIRECTORY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PROGRAM = Path(__file__).with_name("slow_worker.py")


def worker(*arguments: str) -> subprocess.Popen[bytes]:
    settings = connection.settings_dict
    place = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"
    environment = {
        **os.environ,
        "AMPARO_DATABASE_URL": place,
        "AMPARO_SECRET_KEY": "k" * 60,
        "AMPARO_HOSTS": "amparo.example.org",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), *arguments], env=environment, cwd=DIRECTORY.parents[1]
    )


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_job_of_a_killed_worker_runs_again(tmp_path: Path) -> None:
    begun, go_on, done = (tmp_path / name for name in ("begun", "go_on", "done"))
    task = app.configure_task("tests.wait_for_file", allow_unknown=True)
    job = task.defer(begun=str(begun), go_on=str(go_on), done=str(done))
    first = worker()
    until(begun.exists)
    with own_connection() as session:
        sweeper = Sweeper(session)
        sweeper.sweep(now=timezone.now())
        assert sweeper.sweep(now=timezone.now()) == [], "its worker lives"
        first.send_signal(signal.SIGKILL)
        first.wait()
        until(lambda: sweeper.sweep(now=timezone.now() - timedelta(minutes=1)) == [job])
    go_on.touch()
    second = worker("--until-done")
    assert second.wait(60) == 0
    assert begun.read_text() == "begun\n" * 2
    assert done.read_text() == "done\n"


def test_worker_stops_cleanly_when_told(tmp_path: Path) -> None:
    begun, go_on, done = (tmp_path / name for name in ("begun", "go_on", "done"))
    app.configure_task("tests.wait_for_file", allow_unknown=True).defer(
        begun=str(begun), go_on=str(go_on), done=str(done)
    )
    process = worker()
    until(begun.exists)
    process.terminate()
    go_on.touch()
    assert process.wait(60) == 0
    assert done.exists(), "what was begun is brought to its end"
