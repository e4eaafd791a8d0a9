"""Find the jobs of workers that were killed, and have them run again.

A running job holds an advisory lock on a connection of its own. A worker that dies, however it dies, loses the connection and
with it the lock, so a job that is `doing` with nobody holding its lock has lost its worker. It goes back to the queue, later
each time, and after twenty runs it is put aside as failed. Every process of the installation looks; one at a time.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.db import connections

logger = logging.getLogger("amparo.jobs")

JOB_LOCKS = 0x414D_5041_0000_0000  # + job id
RESCUER_LOCK = 0x414D_5041_FFFF_FFFF
SECONDS_BETWEEN = 30
# Runs that only waited for the keys or the database count too: a few of them must not put acknowledged work aside.
MOST_ATTEMPTS = 20
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=2), timedelta(minutes=10)


class Rescuer:
    """Look for lost jobs, again and again, on one connection."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._suspected: set[tuple[int, int]] = set()

    def look(self, *, now: datetime) -> list[int]:
        """Have run again what was found without its worker twice in a row; give the ids of those jobs.

        Twice, because a job is `doing` for a moment before its worker holds the lock.
        """
        if not self._take(RESCUER_LOCK):
            return []
        try:
            lost = self._without_worker()
            again = sorted(
                job for job, attempts in lost & self._suspected if self._rescue(job, attempts, now=now)
            )
            self._suspected = lost
            return again
        finally:
            self._let_go(RESCUER_LOCK)

    def _without_worker(self) -> set[tuple[int, int]]:
        rows = self._connection.execute(
            "SELECT id, attempts FROM procrastinate_jobs WHERE status = 'doing'"
        ).fetchall()
        return {(job, attempts) for job, attempts in rows if self._is_free(job)}

    def _is_free(self, job: int) -> bool:
        is_free = self._take(JOB_LOCKS + job)
        if is_free:
            self._let_go(JOB_LOCKS + job)
        return is_free

    def _rescue(self, job: int, attempts: int, *, now: datetime) -> bool:
        # The job's lock is held meanwhile: a worker that is slow, not dead, cannot begin it under our hands.
        if not self._take(JOB_LOCKS + job):
            return False
        try:
            if attempts + 1 >= MOST_ATTEMPTS:
                self._connection.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [job])
                logger.error(
                    "job %s was put aside: its worker was lost, and it ran %s times", job, attempts + 1
                )
                return False
            later = now + min(FIRST_DELAY * (4**attempts), LONGEST_DELAY)
            self._connection.execute(
                "SELECT procrastinate_retry_job_v2(%s, %s, NULL, NULL, NULL)", [job, later]
            )
            logger.warning("job %s lost its worker and runs again", job)
            return True
        except psycopg.errors.RaiseException:
            return False  # it ended after all
        finally:
            self._let_go(JOB_LOCKS + job)

    def _take(self, lock: int) -> bool:
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", [lock]).fetchone()
        return bool(row and row[0])

    def _let_go(self, lock: int) -> None:
        self._connection.execute("SELECT pg_advisory_unlock(%s)", [lock])


def rescue_in_background(*, seconds_between: float = SECONDS_BETWEEN) -> threading.Event:
    """Look in a thread of this process until the event that is returned is set."""
    done = threading.Event()
    threading.Thread(
        target=_keep_looking, args=(done, seconds_between), name="job rescuer", daemon=True
    ).start()
    return done


def own_connection() -> psycopg.Connection[Any]:
    """Connect as Django does, apart from Django: the connection must outlive requests and jobs."""
    return psycopg.connect(**connection_parameters(), autocommit=True)


def connection_parameters() -> dict[str, Any]:
    """Give what Django connects with."""
    parameters = connections["default"].get_connection_params()
    return {key: value for key, value in parameters.items() if key not in ("cursor_factory", "context")}


def _keep_looking(done: threading.Event, seconds_between: float) -> None:
    while not done.is_set():
        try:
            with own_connection() as connection:
                rescuer = Rescuer(connection)
                while not done.wait(seconds_between):
                    rescuer.look(now=_now())
        except psycopg.Error:
            done.wait(seconds_between)  # the database is away; it is looked after elsewhere


def _now() -> datetime:
    from django.utils import timezone

    return timezone.now()
