"""The work that runs apart from requests."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from amparo.evidence.actions import AlreadyBuilding, build_snapshot
from amparo.evidence.actions.snapshots import BUILD_TASK


@app.task(
    name=BUILD_TASK,
    queue="default",
    lock="evidence.snapshot",
    retry=RetryStrategy(max_attempts=20, wait=30, retry_exceptions=[AlreadyBuilding]),
)
def build(snapshot: str) -> None:
    """Build a snapshot that was ordered."""
    build_snapshot(UUID(snapshot), now=timezone.now)
