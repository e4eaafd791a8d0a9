"""A worker that is killed loses no job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from psycopg import OperationalError

from amparo.config import jobs
from amparo.config.rescuing import Rescuer, own_connection
from tests.database import DIRECTORY
from tests.waiting import until

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


def test_p27_job_of_a_killed_worker_runs_again(tmp_path: Path) -> None:
    begun, go_on, done = (tmp_path / name for name in ("begun", "go_on", "done"))
    task = app.configure_task("tests.wait_for_file", allow_unknown=True)
    job = task.defer(begun=str(begun), go_on=str(go_on), done=str(done))
    first = worker()
    until(begun.exists)
    with own_connection() as session:
        rescuer = Rescuer(session)
        rescuer.look(now=timezone.now())
        assert rescuer.look(now=timezone.now()) == [], "its worker lives"
        first.send_signal(signal.SIGKILL)
        first.wait()
        until(lambda: rescuer.look(now=timezone.now() - timedelta(minutes=1)) == [job])
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


def test_worker_goes_on_until_it_is_told_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its listener dies with the database, the library ends a worker without a fault."""
    answers = [False, OperationalError(), False, True]

    async def run(*, concurrency: int, wait: bool) -> bool:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(jobs, "_work", run)
    monkeypatch.setattr(jobs, "SECONDS_BEFORE_ANOTHER_TRY", 0)
    monkeypatch.setattr(jobs, "rescue_in_background", threading.Event)
    # In a thread of its own: the browser tests leave an event loop running in this one.
    with ThreadPoolExecutor(max_workers=1) as other:
        other.submit(jobs.work).result(timeout=10)
    assert answers == []
