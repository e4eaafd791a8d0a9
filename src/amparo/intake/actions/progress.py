"""Tell how far a job is, while it is still in its one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connections

from amparo.access.context import act_on
from amparo.access.rules import Viewer

SET_DONE = "UPDATE intake_importbatch SET done = %s, total = %s WHERE id = %s"


@contextmanager
def progress_of(batch: UUID, *, by: Viewer) -> Iterator[Callable[[int, int], None]]:
    """Give a function (done, total) that writes at once, through a connection of its own, what others then see.

    Inside the job's transaction nobody would see it before the end. The job itself writes to the batch only as the last
    thing, after this connection is done with it.
    """
    connection = connections.create_connection("default")
    connection.set_autocommit(False)
    try:

        def report(done: int, total: int) -> None:
            with connection.cursor() as cursor:
                act_on(cursor, by)
                cursor.execute(SET_DONE, [done, total, batch])
            connection.commit()

        yield report
    finally:
        connection.close()
