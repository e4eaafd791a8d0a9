"""What would grow for ever is swept, each after its time, and nothing else is."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from amparo.config import sweeping

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def ended_job(status: str, days: int) -> int:
    job: int = app.configure_task("tests.nothing", allow_unknown=True).defer()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, job])
        cursor.execute(
            "UPDATE procrastinate_events SET at = %s WHERE job_id = %s", [NOW - timedelta(days), job]
        )
    return job


def test_jobs_go_thirty_days_after_their_end() -> None:
    for status, days in (("succeeded", 31), ("failed", 31)):
        ended_job(status, days)
    kept = [ended_job("succeeded", 29), ended_job("todo", 400), ended_job("doing", 400)]
    assert sweeping.forget_jobs(now=NOW) == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_jobs ORDER BY id")
        assert [job for (job,) in cursor.fetchall()] == kept


def test_left_uploads_go_after_a_day(settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    for name, hours in (("old.upload", 25), ("new.upload", 23)):
        (tmp_path / name).write_bytes(b"x")
        moment = (NOW - timedelta(hours=hours)).timestamp()
        os.utime(tmp_path / name, (moment, moment))
    assert sweeping.remove_left_uploads(now=NOW) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["new.upload"]


def test_one_that_fails_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*, now: datetime) -> int:
        raise LookupError

    swept: list[datetime] = []

    def other(*, now: datetime) -> int:
        swept.append(now)
        return 3

    broken.__module__ = other.__module__ = "amparo.tests.sweeps"
    monkeypatch.setattr(sweeping, "SWEEPS", (broken, other))
    with caplog.at_level(logging.INFO, "amparo.sweeping"):
        sweeping.sweep(timestamp=0)
    assert len(swept) == 1
    failed, counted = (record.getMessage() for record in caplog.records)
    assert failed.startswith("tests.broken failed")
    assert counted == "tests.other: 3 removed"


def test_whole_list_runs_on_what_there_is(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "amparo.sweeping"):
        sweeping.sweep(timestamp=0)
    assert "failed" not in caplog.text


def test_worker_knows_the_sweep() -> None:
    assert "config.sweep" in {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
