"""A watcher asks whether the process lives, and must not kill one that only waits for its database."""

from __future__ import annotations

from django.test import Client


def test_health_asks_nothing_of_the_database() -> None:
    # No mark for the database: whatever touches it fails.
    assert Client().get("/health").content == b"ok\n"
