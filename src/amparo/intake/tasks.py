"""Jobs: an id in, one action, out. Each may be killed and run again."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from amparo.intake import actions


@app.task(queue="default")
def check_batch(batch: str) -> None:
    """Check the workbook of a batch."""
    try:
        actions.check_batch(UUID(batch), now=timezone.now())
    except Exception:
        actions.stop_batch(UUID(batch), now=timezone.now())
        raise


@app.task(queue="default")
def write_batch(batch: str) -> None:
    """Bring the rows of a batch in."""
    try:
        actions.write_batch(UUID(batch), now=timezone.now())
    except Exception:
        actions.stop_batch(UUID(batch), now=timezone.now())
        raise
