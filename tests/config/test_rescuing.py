"""Jobs that lost their worker run again; jobs that have one are left alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from procrastinate.contrib.django import app

from amparo.config.rescuing import JOB_LOCKS, MOST_ATTEMPTS, RESCUER_LOCK, Rescuer, own_connection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def session() -> Iterator[psycopg.Connection[Any]]:
    with own_connection() as opened:
        yield opened


@pytest.fixture
def another_session() -> Iterator[psycopg.Connection[Any]]:
    with own_connection() as opened:
        yield opened


def begun_job(*, attempts: int = 0) -> int:
    job: int = app.configure_task("tests.nothing", allow_unknown=True).defer()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', attempts = %s WHERE id = %s", [attempts, job]
        )
    return job


def state_of(job: int) -> tuple[str, int, datetime | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status, attempts, scheduled_at FROM procrastinate_jobs WHERE id = %s", [job])
        row: tuple[str, int, datetime | None] = cursor.fetchone()
    return row


def test_lost_job_runs_again_at_the_second_look(session: psycopg.Connection[Any]) -> None:
    job = begun_job()
    rescuer = Rescuer(session)
    assert rescuer.look(now=NOW) == [], "it may only just have been fetched"
    assert rescuer.look(now=NOW) == [job]
    assert state_of(job) == ("todo", 1, NOW + timedelta(seconds=2))


def test_each_time_it_waits_longer(session: psycopg.Connection[Any]) -> None:
    job = begun_job(attempts=2)
    rescuer = Rescuer(session)
    rescuer.look(now=NOW)
    rescuer.look(now=NOW)
    assert state_of(job)[2] == NOW + timedelta(seconds=32)


def test_job_whose_worker_lives_is_left_alone(
    session: psycopg.Connection[Any], another_session: psycopg.Connection[Any]
) -> None:
    job = begun_job()
    another_session.execute("SELECT pg_advisory_lock(%s)", [JOB_LOCKS + job])
    rescuer = Rescuer(session)
    assert [rescuer.look(now=NOW) for _ in range(3)] == [[], [], []]
    assert state_of(job)[0] == "doing"


def test_worker_that_dies_between_two_looks_is_noticed(
    session: psycopg.Connection[Any], another_session: psycopg.Connection[Any]
) -> None:
    job = begun_job()
    another_session.execute("SELECT pg_advisory_lock(%s)", [JOB_LOCKS + job])
    rescuer = Rescuer(session)
    rescuer.look(now=NOW)
    another_session.close()
    looks = [rescuer.look(now=NOW) for _ in range(200) if state_of(job)[0] == "doing"]
    assert looks[-1] == [job]


def test_job_that_loses_every_worker_is_put_aside(session: psycopg.Connection[Any]) -> None:
    job = begun_job(attempts=MOST_ATTEMPTS - 1)
    rescuer = Rescuer(session)
    assert [rescuer.look(now=NOW) for _ in range(2)] == [[], []]
    assert state_of(job)[0] == "failed"


def test_one_process_looks_at_a_time(
    session: psycopg.Connection[Any], another_session: psycopg.Connection[Any]
) -> None:
    begun_job()
    another_session.execute("SELECT pg_advisory_lock(%s)", [RESCUER_LOCK])
    rescuer = Rescuer(session)
    assert [rescuer.look(now=NOW) for _ in range(2)] == [[], []]


def test_looking_leaves_no_lock_behind(session: psycopg.Connection[Any]) -> None:
    begun_job()
    rescuer = Rescuer(session)
    rescuer.look(now=NOW)
    rescuer.look(now=NOW)
    held = session.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    ).fetchone()
    assert held == (0,)
