"""The work that runs apart from requests."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from amparo.evidence.actions import AlreadyBuilding, build_snapshot, run_ordered_study
from amparo.evidence.actions.snapshots import BUILD_TASK
from amparo.evidence.actions.studying import STUDY_TASK


@app.task(
    name=BUILD_TASK,
    queue="default",
    lock="evidence.snapshot",
    retry=RetryStrategy(max_attempts=20, wait=30, retry_exceptions=[AlreadyBuilding]),
)
def build(snapshot: str) -> None:
    """Build a snapshot that was ordered."""
    build_snapshot(UUID(snapshot), now=timezone.now)


@app.task(name=STUDY_TASK, queue="default", lock="evidence.study")
def run_study(study: str) -> None:
    """Compute a study that was ordered; one at a time, for each takes a processor for minutes."""
    run_ordered_study(UUID(study), now=timezone.now)
