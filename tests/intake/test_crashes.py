"""The worker is killed while it writes, two imports come at once: nothing is doubled, nothing is half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from amparo.cases.models import Case, CaseEvent, Episode, Person
from amparo.config.rescuing import Rescuer, own_connection
from amparo.intake.actions import commit_batch, write_batch
from amparo.intake.actions.locking import wait_for_turn
from amparo.intake.models import ImportBatch
from amparo.intake.queries import get_batch
from amparo.intake.rules import BatchState
from tests.factories.accounts import NOW, make_viewer
from tests.factories.intake import AMINA, SOFIA, make_batch, make_workbook

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ROWS = [{**AMINA, "prs_FirstName": f"Amina {number}"} for number in range(40)]
PATIENCE = 60

# A real worker that stops in the middle: before it notes which case each row became, all its cases are written.
STOPPING = """
import signal
import django
django.setup()
from amparo.intake.actions import committing
def stop(batch, references):
    print("written", len(references), flush=True)
    signal.pause()
committing._keep_references = stop
from amparo.config.jobs import work
work(until_done=True)
"""
FINISHING = """
import django
django.setup()
from amparo.config.jobs import work
work(until_done=True)
"""


def worker(program: str) -> subprocess.Popen[str]:
    place = connection.settings_dict
    environment = {
        **os.environ,
        "AMPARO_DATABASE_URL": f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}",
        "AMPARO_SECRET_KEY": "k" * 64,
        "AMPARO_HOSTS": "amparo.example.org",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    return subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    )


def rows_written() -> list[int]:
    return [model.objects.count() for model in (Person, Case, Episode, CaseEvent)]


def let_run_again() -> None:
    """Find the job without its worker, as each process does every half minute, and have it due at once."""
    with own_connection() as own:
        rescuer = Rescuer(own)
        until = time.monotonic() + PATIENCE
        while not (rescuer.look(now=NOW - timedelta(hours=1))):
            assert time.monotonic() < until, "the job of the killed worker was never found"


def test_p27_a_worker_killed_in_the_middle_leaves_nothing_and_another_finishes() -> None:
    viewer = make_viewer("supervisor")
    batch = make_batch(viewer, make_workbook([*ROWS, ROWS[0]]))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    commit_batch(batch=batch, by=viewer, now=NOW)
    doomed = worker(STOPPING)
    assert doomed.stdout is not None
    assert doomed.stdout.readline() == "written 41\n"
    assert (
        ImportBatch.objects.get(id=batch).done == 41
    )  # seen from outside while the job is in its transaction
    doomed.send_signal(signal.SIGKILL)
    doomed.wait()
    doomed.stdout.close()
    assert rows_written() == [0, 0, 0, 0]
    assert get_batch(viewer, batch).state is BatchState.WRITING
    let_run_again()
    second = worker(FINISHING)
    assert second.wait(PATIENCE) == 0
    assert second.stdout is not None
    second.stdout.close()
    assert rows_written() == [40, 41, 41, 41]
    assert get_batch(viewer, batch).state is BatchState.DONE


def test_a_second_import_of_the_organisation_waits_for_the_first() -> None:
    viewer = make_viewer("supervisor")
    assert viewer.organisation_id is not None
    batch = make_batch(viewer, make_workbook([AMINA, SOFIA]))
    commit_batch(batch=batch, by=viewer, now=NOW)
    with in_another_thread(lambda: write_batch(batch, now=NOW)) as thread:
        # The lock is taken before the thread begins, see below.
        assert thread.is_alive()
        assert rows_written() == [0, 0, 0, 0]
    assert rows_written() == [2, 2, 2, 2]


@contextmanager
def in_another_thread(act: object) -> Iterator[threading.Thread]:
    """Begin something in another thread while this one holds the organisation's lock, and let go at the end of the block."""
    organisation = ImportBatch.objects.get().organisation_id

    def run() -> None:
        try:
            act()  # type: ignore[operator]  # any function without arguments
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        wait_for_turn(organisation)
        thread.start()
        wait_until_somebody_waits()
        yield thread
    thread.join(PATIENCE)
    assert not thread.is_alive()


def wait_until_somebody_waits() -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("the second import did not wait for the first")
