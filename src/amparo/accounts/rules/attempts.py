"""Decide how long somebody who guesses has to wait. A name is delayed and never locked: a lock would be a weapon."""

from datetime import datetime, timedelta
from typing import Final

LONGEST_WAIT: Final = timedelta(seconds=30)
FORGOTTEN_AFTER: Final = timedelta(hours=1)
ADDRESS_WINDOW: Final = timedelta(minutes=1)
ADDRESS_FAILURES: Final = 20
ADDRESS_CLOSED: Final = timedelta(minutes=15)
ALARM_WINDOW: Final = timedelta(hours=1)
ALARM_FAILURES: Final = 200


def wait_after(failures: int) -> timedelta:
    """Say how long the next attempt waits after so many failures in a row: 1, 2, 4 … 30 seconds."""
    if failures < 1:
        return timedelta()
    return min(LONGEST_WAIT, timedelta(seconds=2 ** min(failures - 1, 5)))


def is_closed(until: datetime, *, now: datetime, longest: timedelta) -> bool:
    """Tell whether a way in is closed. An end further off than any closing lasts was written by a clock that was wrong."""
    return now < until <= now + longest
