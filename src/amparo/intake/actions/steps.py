"""Move a batch from one state to the next, along the table and nowhere else."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app

from amparo.intake.models import ImportBatch
from amparo.intake.rules.states import BatchState


class NoSuchStep(Exception):
    """The batch stands elsewhere by now: somebody else acted on it, or the page was old."""


def step(batch: ImportBatch, target: BatchState, *, now: datetime, **columns: Any) -> None:
    """Move a batch on, unless somebody else has moved it in the meantime."""
    source = BatchState(batch.state)
    if not source.may_become(target):
        raise NoSuchStep(f"{source} -> {target}")
    changes = {"state": target, "changed_at": now, **columns}
    # Sealed columns are written through an instance; the state is compared in the same statement.
    for name, value in changes.items():
        setattr(batch, name, value)
    if not ImportBatch.objects.filter(id=batch.id, state=source).update(
        **{name: getattr(batch, name) for name in changes}
    ):
        raise NoSuchStep(f"{source} -> {target}")


def set_to_work(task: str, batch: UUID, *, organisation_id: int) -> None:
    """Put a job in the queue, in the transaction of the step that needs it. Jobs of one organisation wait for each other."""
    lock = f"import-{organisation_id}"
    app.configure_task(f"amparo.intake.tasks.{task}", lock=lock, allow_unknown=False).defer(batch=str(batch))
