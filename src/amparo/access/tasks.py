"""Jobs: one action each. Each may be killed and run again."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from amparo.access import actions


@app.periodic(cron="*/15 * * * *")
@app.task(name="access.escalate_unreviewed", queue="default", queueing_lock="access.escalate_unreviewed")
def escalate_unreviewed(timestamp: int) -> None:
    """Tell those above of emergency openings that nobody judged within 72 hours of the database's time."""
    actions.escalate_unreviewed(now=timezone.now())
