"""Ask the database what time it is: the host's clock can be set by whoever runs the host, and by a fault."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import DateTimeField, Func

APART: Final = timedelta(minutes=1)


class DatabaseNow(Func):
    """The moment as the database has it. Its owner alone may replace the function, which is how a test moves the clock."""

    function = "public.access_now"
    arity = 0
    output_field = DateTimeField()


def database_now() -> datetime:
    """Give the moment as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.access_now()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def are_clocks_apart(now: datetime) -> bool:
    """Tell whether the host's clock and the database's disagree: what ends by the host's clock then counts for nothing."""
    return abs(database_now() - now) > APART
