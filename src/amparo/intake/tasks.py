"""Jobs: an id in, one action, out. Each may be killed and run again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from amparo.intake import actions
from amparo.vault.rules import KeysAway

# What passes by itself: keyd or the database is just being started again. Nothing of the job was written then.
PASSING: Final = (KeysAway, OperationalError, InterfaceError)
# Each time twice as late, for nine hours in all: whoever types the shares of the key of keys may come in the morning.
AGAIN: Final = RetryStrategy(max_attempts=14, exponential_wait=2, retry_exceptions=PASSING)


@app.task(queue="default", retry=AGAIN)
def check_batch(batch: str) -> None:
    """Check the workbook of a batch."""
    with _stopping(UUID(batch)):
        actions.check_batch(UUID(batch), now=timezone.now())


@app.task(queue="default", retry=AGAIN)
def write_batch(batch: str) -> None:
    """Bring the rows of a batch in."""
    with _stopping(UUID(batch)):
        actions.write_batch(UUID(batch), now=timezone.now())


@contextmanager
def _stopping(batch: UUID) -> Iterator[None]:
    """Say that the batch has stopped when its job fails for good; one that waits to run again stands as it was."""
    try:
        yield
    except PASSING:
        raise
    except Exception:
        actions.stop_batch(batch, now=timezone.now())
        raise
