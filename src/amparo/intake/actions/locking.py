"""One import of an organisation at a time."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection

IMPORTS = 0x494D50  # "IMP": the first half of the lock's key; the second is the organisation


def wait_for_turn(organisation_id: int, *, told: Callable[[], None] = lambda: None) -> None:
    """Hold the organisation's lock until the transaction ends; `told` is called first when another import holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [IMPORTS, organisation_id % 2**31])
        if cursor.fetchone()[0]:
            return
        told()
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORTS, organisation_id % 2**31])
