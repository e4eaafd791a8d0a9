"""Bring the rows of a batch in: all or none, in a job that may be killed at any moment and started again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from amparo.access.actions import require
from amparo.access.context import acting_as
from amparo.access.queries import viewer_for_membership
from amparo.access.rules import Permission, Viewer
from amparo.audit.actions import record
from amparo.cases.queries import find_alike
from amparo.cases.rules.sameness import person_key
from amparo.intake.actions.locking import wait_for_turn
from amparo.intake.actions.progress import progress_of
from amparo.intake.actions.steps import NoSuchStep, by_system, set_to_work, step, stop_given_up
from amparo.intake.actions.writing import AT_ONCE, RowToWrite, in_bunches, write_rows
from amparo.intake.models import ImportBatch, ImportRow
from amparo.intake.queries import RowFile, open_rows, visible_batch
from amparo.intake.rules import BatchState, person_of, proposals
from amparo.intake.rules.states import PROPOSALS_CHANGED, RIGHTS_ENDED

KEEP_REFERENCES = """
    UPDATE intake_importrow AS kept SET reference = given.reference, content = NULL
    FROM unnest(%s::int[], %s::text[]) AS given (number, reference)
    WHERE kept.batch_id = %s AND kept.number = given.number
"""


@transaction.atomic
def decide_proposals(
    *, batch: UUID, shown: Collection[int], joined: Collection[int], by: Viewer, now: datetime
) -> None:
    """Keep for the rows that were shown which of them are joined as proposed; the others become persons of their own."""
    row = visible_batch(by, batch)
    if row.state not in (BatchState.READY, BatchState.FAILED):
        raise NoSuchStep("The batch does not wait for a decision.")
    rows = ImportRow.objects.filter(batch=row, number__in=shown).exclude(known_person=None, earlier_row=None)
    rows.filter(number__in=joined).update(is_joined=True)
    rows.exclude(number__in=joined).update(is_joined=False)
    _count_persons(row)
    ImportBatch.objects.filter(id=row.id).update(
        persons_new=row.persons_new, persons_existing=row.persons_existing, changed_at=now
    )


@transaction.atomic
def commit_batch(*, batch: UUID, by: Viewer, now: datetime) -> None:
    """Have a job bring the rows of a batch in, under the rights of who says so now."""
    row = visible_batch(by, batch)
    require(by, Permission.CASE_CREATE)
    stop_given_up(row, now=now)
    if not row.accepted:
        raise NoSuchStep("The batch has no row that could be brought in.")
    step(
        row, BatchState.WRITING, now=now, done=0, total=row.accepted, trouble="",
        membership=by.membership_id, user_id=by.user_id,
    )  # fmt: skip
    record("intake.batch.commit", by=by, at=now, record=str(row.id), count=row.accepted)
    set_to_work("write_batch", row.id, organisation_id=row.organisation_id)


def write_batch(batch_id: UUID, *, now: datetime) -> None:
    """Write a batch in one transaction. Run again after a crash it begins anew; run again after success it does nothing."""
    with by_system(batch_id):
        batch = ImportBatch.objects.filter(id=batch_id, state=BatchState.WRITING).first()
        if batch is None:
            return
        viewer = None if batch.membership is None else viewer_for_membership(batch.membership, now)
        if viewer is None or not viewer.may(Permission.IMPORT_RUN):
            step(batch, BatchState.FAILED, now=now, trouble=RIGHTS_ENDED)
            return
    with progress_of(batch.id, by=viewer) as report, transaction.atomic(), acting_as(viewer):
        wait_for_turn(batch.organisation_id)
        if not ImportBatch.objects.filter(id=batch_id, state=BatchState.WRITING).exists():
            return
        if _have_proposals_changed(batch, viewer, now):
            step(batch, BatchState.READY, now=now, trouble=PROPOSALS_CHANGED)
            return
        rows = (_to_write(row) for row in _opened(batch, viewer, now))
        references = write_rows(
            rows, team_id=batch.team_id, by=viewer, now=now, report=lambda done: report(done, batch.total)
        )
        _keep_references(batch, references)
        step(batch, BatchState.DONE, now=now, written_at=now, done=batch.total)
        record("intake.batch.write", by=viewer, at=now, record=str(batch.id), count=len(references))


def _opened(batch: ImportBatch, viewer: Viewer, now: datetime) -> Iterator[RowFile]:
    rows = ImportRow.objects.filter(batch=batch).order_by("number").iterator(chunk_size=AT_ONCE)
    for bunch in in_bunches(rows, AT_ONCE):
        yield from open_rows(viewer, batch.id, bunch, now=now)


def _to_write(row: RowFile) -> RowToWrite:
    return RowToWrite(
        number=row.number,
        values=row.values,
        known_person=row.known_person if row.is_joined else None,
        earlier_row=row.earlier_row if row.is_joined else None,
    )


def _have_proposals_changed(batch: ImportBatch, viewer: Viewer, now: datetime) -> bool:
    """Look again who is likely the same, as another import may have ended since; keep what is proposed now."""
    opened = ((row, person_key(person_of(row.values))) for row in _opened(batch, viewer, now))
    keyed = [(row.number, key, (row.known_person, row.earlier_row)) for row, key in opened]
    known = find_alike(viewer, {key for _, key, _ in keyed if key is not None}, now=now)
    fresh = proposals(((number, key) for number, key, _ in keyed), known=known)
    has_changed = False
    for number, _, before in keyed:
        proposal = fresh.get(number)
        after = (None, None) if proposal is None else (proposal.known_person, proposal.earlier_row)
        if after != before:
            has_changed = True
            ImportRow.objects.filter(batch=batch, number=number).update(
                known_person=after[0], earlier_row=after[1], is_joined=proposal is not None
            )
    if has_changed:
        _count_persons(batch)
        ImportBatch.objects.filter(id=batch.id).update(
            persons_new=batch.persons_new, persons_existing=batch.persons_existing
        )
    return has_changed


def _count_persons(batch: ImportBatch) -> None:
    joined = ImportRow.objects.filter(batch=batch, is_joined=True)
    batch.persons_new = batch.accepted - joined.count()
    batch.persons_existing = joined.exclude(known_person=None).values("known_person").distinct().count()


def _keep_references(batch: ImportBatch, references: dict[int, str]) -> None:
    """Keep which case each row became, and let go of what the row said: it stands in the case now."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP_REFERENCES, [list(references), list(references.values()), batch.id])
