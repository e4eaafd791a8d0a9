"""The work that runs apart from requests."""

from __future__ import annotations

from random import SystemRandom

from django.utils import timezone
from procrastinate.contrib.django import app

from amparo.audit.actions import raise_alerts
from amparo.oversight.actions import draw_samples


@app.periodic(cron="* * * * *")
@app.task(name="oversight.raise_alerts", queue="default", queueing_lock="oversight.raise_alerts")
def raise_alerts_each_minute(timestamp: int) -> None:
    """Ask the rules about what was sealed since the last minute."""
    raise_alerts(zone=timezone.get_default_timezone(), now=timezone.now())


@app.periodic(cron="30 4 * * 1")
@app.task(name="oversight.draw_samples", queue="default", queueing_lock="oversight.draw_samples")
def draw_samples_each_monday(timestamp: int) -> None:
    """Draw the readings of last week that are to be explained."""
    draw_samples(now=timezone.now(), rng=SystemRandom())
