"""Two requests at the same moment, on real connections."""

from __future__ import annotations

import time
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection

from amparo.access.rules import Viewer
from amparo.cases.actions import open_case
from amparo.cases.api import files
from amparo.cases.models import Case
from tests.api.program import Program

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PATIENCE = 20
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return True
    return False


def test_p28_the_same_key_twice_at_once_makes_one_case(
    program: Program, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_being_made = Event()
    waited: list[bool] = []

    def slowly(**given: Any) -> str:
        is_being_made.set()
        waited.append(somebody_waits_for_us())  # until the second stands at the same key
        return open_case(**given)

    monkeypatch.setattr(files, "open_case", slowly)
    answers: list[Any] = []

    def send() -> None:
        try:
            answers.append(program.post("/cases", {"opened_date": "2026-11-02"}, key="a"))
        finally:
            connection.close()

    first, second = Thread(target=send), Thread(target=send)
    first.start()
    assert is_being_made.wait(PATIENCE)
    second.start()
    for sender in (first, second):
        sender.join(PATIENCE)
    assert waited == [True]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json() == {"reference": Case.objects.get().reference}
