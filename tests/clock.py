"""Move the clock of the test database: as the owner of its tables, which the application never is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
from django.conf import settings

from amparo.config.embedded import OWNER

CLOCK = "CREATE OR REPLACE FUNCTION public.access_now() RETURNS timestamptz LANGUAGE sql VOLATILE SET search_path = pg_catalog AS "


@contextmanager
def database_clock(ahead: timedelta) -> Iterator[None]:
    """Let the database's own time be so much later, while the host's stays what it is."""
    _replace(f"SELECT pg_catalog.clock_timestamp() + interval '{ahead.total_seconds()} seconds'")
    try:
        yield
    finally:
        _replace("SELECT pg_catalog.clock_timestamp()")


def _replace(body: str) -> None:
    place = settings.DATABASES["default"]
    with psycopg.connect(host=place["HOST"], dbname=place["NAME"], user=OWNER, autocommit=True) as connection:
        connection.execute(f"{CLOCK} $body${body}$body$")
