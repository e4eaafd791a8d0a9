"""Move a batch from one state to the next, along the table and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app

from amparo.access.context import acting_as
from amparo.access.rules import Permission, system_viewer
from amparo.intake.models import ImportBatch
from amparo.intake.queries import is_given_up, job_lock, organisation_of
from amparo.intake.rules.states import STOPPED, BatchState


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


def stop_batch(batch_id: UUID, *, now: datetime) -> None:
    """Say that the job failed for a reason that is ours; nothing of the batch was written."""
    with by_system(batch_id):
        batch = ImportBatch.objects.filter(id=batch_id).first()
        if batch is not None and BatchState(batch.state).may_become(BatchState.FAILED):
            _stop(batch, now)


@contextmanager
def by_system(batch_id: UUID) -> Iterator[None]:
    """Reach a batch in a job, of which it is not known yet who may do it; one that is not there stays out of reach."""
    organisation = organisation_of(batch_id)
    with acting_as(system_viewer([Permission.IMPORT_RUN], organisation_id=organisation)):
        yield


def stop_given_up(batch: ImportBatch, *, now: datetime) -> None:
    """Say that a batch has stopped when its job was put aside, so that somebody can begin again."""
    if is_given_up(batch):
        _stop(batch, now)


def _stop(batch: ImportBatch, now: datetime) -> None:
    # A file whose check was not finished cannot be taken up again, so nothing of it is kept.
    gone = {"upload": None} if batch.state == BatchState.CHECKING else {}
    step(batch, BatchState.FAILED, now=now, trouble=STOPPED, **gone)


def set_to_work(task: str, batch: UUID, *, organisation_id: int) -> None:
    """Put a job in the queue, in the transaction of the step that needs it. Jobs of one organisation wait for each other."""
    configured = app.configure_task(
        f"amparo.intake.tasks.{task}", lock=job_lock(organisation_id), allow_unknown=False
    )
    configured.defer(batch=str(batch))
