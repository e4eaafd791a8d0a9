"""Jobs: one action each. Each may be killed and run again."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from amparo.cases import actions


@app.periodic(cron="5 0 * * *")
@app.task(name="cases.let_come_of_age", queue="default", queueing_lock="cases.let_come_of_age")
def let_come_of_age(timestamp: int) -> None:
    """Let the cases of those who came of age follow, once a day: it reads dates of birth, and each reading is logged."""
    actions.let_come_of_age(now=timezone.now())
