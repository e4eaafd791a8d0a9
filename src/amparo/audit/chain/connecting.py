"""Connections of the sealer and the verifier: beside Django's, because they outlive a request and stream."""

from __future__ import annotations

from typing import Any, TypeAlias

import psycopg
from django.db import connections

Connection: TypeAlias = psycopg.Connection[Any]

SEALER_LOCK = 0x414D_5041_FFFF_FFFE
POSTER_LOCK = 0x414D_5041_FFFF_FFFD


def own_connection() -> Connection:
    """Connect as Django does, apart from Django."""
    parameters = connections["default"].get_connection_params()
    for ours in ("cursor_factory", "context"):
        parameters.pop(ours, None)
    connection = psycopg.connect(**parameters, autocommit=True)
    # The log is streamed in the order of its index: no sorting, and so no temporary files, however long it is.
    connection.execute("SET enable_seqscan = off")
    connection.execute("SET jit = off")
    return connection


def take_lock(connection: Connection, lock: int) -> bool:
    """Take an advisory lock for as long as the connection lives, unless another process has it."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [lock]).fetchone()
    return bool(row and row[0])
