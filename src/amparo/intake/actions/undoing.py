"""Take a batch back, or throw it away before it came in."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from amparo.access.actions import require
from amparo.access.context import acting_as
from amparo.access.rules import Permission, Viewer, system_viewer
from amparo.audit.actions import record
from amparo.cases.actions import withdraw_cases
from amparo.intake.actions.steps import NoSuchStep, step, stop_given_up
from amparo.intake.models import ImportBatch, ImportRow
from amparo.intake.queries import importing_organisations, visible_batch, working_batches
from amparo.intake.rules import BatchState

KEPT_WAITING = timedelta(days=14)


@transaction.atomic
def undo_batch(*, batch: UUID, by: Viewer, now: datetime) -> int:
    """Remove the cases of a batch, and the persons who came with it; gives how many cases.

    Raises `cases.actions.WorkedOn` as soon as somebody has worked on one of them, and then removes nothing.
    """
    require(by, Permission.IMPORT_UNDO)
    row = visible_batch(by, batch)
    if row.state != BatchState.DONE:
        raise NoSuchStep("Only a batch that was brought in can be undone.")
    references = list(ImportRow.objects.filter(batch=row).values_list("reference", flat=True))
    count = withdraw_cases(references=references, by=by, now=now)
    step(row, BatchState.UNDONE, now=now)
    record("intake.batch.undo", by=by, at=now, record=str(row.id), count=count)
    return count


@transaction.atomic
def throw_batch_away(*, batch: UUID, by: Viewer, now: datetime) -> None:
    """Remove what a batch holds of the workbook, before it came in."""
    row = visible_batch(by, batch)
    stop_given_up(row, now=now)
    _empty(row, now)
    record("intake.batch.throw_away", by=by, at=now, record=str(row.id))


def throw_forgotten_away(*, now: datetime) -> int:
    """Empty the batches that nobody has decided on for two weeks; gives how many.

    A batch whose job was put aside is said to have stopped, so that its two weeks begin.
    """
    return sum(_throw_forgotten_away(each, now=now) for each in importing_organisations())


def _throw_forgotten_away(organisation: int, *, now: datetime) -> int:
    with acting_as(system_viewer([Permission.IMPORT_RUN], organisation_id=organisation)):
        return _throw_old_away(now)


def _throw_old_away(now: datetime) -> int:
    for row in working_batches():
        stop_given_up(row, now=now)
    waiting = (BatchState.REFUSED, BatchState.FAULTY, BatchState.READY, BatchState.FAILED)
    old = ImportBatch.objects.filter(state__in=waiting, changed_at__lt=now - KEPT_WAITING)
    count = 0
    for row in old.defer("upload", "report", "rejected_file"):
        with transaction.atomic():
            _empty(row, now)
        count += 1
    return count


def _empty(row: ImportBatch, now: datetime) -> None:
    step(row, BatchState.THROWN_AWAY, now=now, upload=None, report=None, rejected_file=None)
    ImportRow.objects.filter(batch=row).delete()
