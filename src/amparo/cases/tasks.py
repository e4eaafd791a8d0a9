"""Jobs: one action each. Each may be killed and run again."""

from __future__ import annotations

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from amparo.access.queries import are_clocks_apart
from amparo.cases import actions
from amparo.cases.actions.finding import WRITE_TASK
from amparo.vault import actions as vault

logger = logging.getLogger("amparo.cases")


@app.periodic(cron="5 0 * * *")
@app.task(name="cases.let_come_of_age", queue="default", queueing_lock="cases.let_come_of_age")
def let_come_of_age(timestamp: int) -> None:
    """Let the cases of those who came of age follow, once a day: it reads dates of birth, and each reading is logged."""
    now = timezone.now()
    if are_clocks_apart(
        now
    ):  # a clock that stands ahead would make every child an adult, and nothing takes that back
        logger.error("nobody comes of age while the clocks of host and database disagree")
        return
    actions.let_come_of_age(now=now)


@app.periodic(cron="*/10 * * * *")
@app.task(name=WRITE_TASK, queue="default", queueing_lock=WRITE_TASK, lock=WRITE_TASK)
def write_tokens(timestamp: int) -> None:
    """Write what new and changed persons are found by: every ten minutes, or at once when many wait."""
    actions.write_waiting_tokens(now=timezone.now())


@app.periodic(cron="40 1 * * *")
@app.task(name="cases.know_staff", queue="default", queueing_lock="cases.know_staff")
def know_staff(timestamp: int) -> None:
    """Keep once a day by what the members of staff are known, also the new ones; who may be they is compared after that."""
    actions.know_staff(now=timezone.now())


@app.periodic(cron="20 2 * * 0")
@app.task(name="cases.sweep_tokens", queue="default", queueing_lock="cases.sweep_tokens", lock=WRITE_TASK)
def sweep_tokens(timestamp: int) -> None:
    """Delete once a week what the search keeps of persons who are gone."""
    vault.sweep_tokens()
