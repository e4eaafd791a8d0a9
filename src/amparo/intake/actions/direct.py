"""Take a workbook in at once, without a page in between: what the command does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.db import transaction

from amparo.access.actions import Refused, require
from amparo.access.context import acting_as
from amparo.access.rules import Permission, Viewer
from amparo.audit.actions import record
from amparo.cases.queries import find_alike
from amparo.intake.actions.locking import wait_for_turn
from amparo.intake.actions.writing import RowToWrite, write_rows
from amparo.intake.models import ImportBatch, ImportRow
from amparo.intake.queries import digest_of, find_earlier
from amparo.intake.rules import BatchState, Examined, Proposal, examine, proposals
from amparo.intake.rules.results import Result, counts_of
from amparo.vault.storing import insert_rows

Report = Callable[[str, int, int], None]


def take_in(
    *, file: Path, dry_run: bool, keep_apart: bool = False, by: Viewer, now: datetime,
    report: Report = lambda what, done, total: None, told_to_wait: Callable[[], None] = lambda: None,
) -> Result:  # fmt: skip
    """Check a workbook and, unless it is a dry run or a row is rejected, open a case for each of its rows: all or none.

    Rows with equal names and an equal full birth date, also equal to those of a person whom the organisation knows, are
    proposed as one person. Nobody is there to decide, so all proposals are followed, or with `keep_apart` none; the
    result names each. Raises `htcds.BadWorkbook` when the file is none. `report` hears what is done, how much of it, and of how much.
    """
    require(by, Permission.IMPORT_RUN)
    if by.organisation_id is None:
        raise Refused("A workbook comes in for an organisation.")
    examined = examine(
        file, file.name, today=now.date(), report=lambda done, total: report("check", done, total)
    )
    digest = digest_of(file.read_bytes())
    with transaction.atomic(), acting_as(by):
        is_writing = not dry_run and not examined.errors
        if is_writing:
            wait_for_turn(by.organisation_id, told=told_to_wait)
        earlier = find_earlier(by.organisation_id, digest)
        known = find_alike(by, {key for _, key in examined.keyed() if key is not None}, now=now)
        proposed = proposals(examined.keyed(), known=known)
        joined = {} if keep_apart else proposed
        if is_writing:
            _write(
                examined, joined, digest, organisation_id=by.organisation_id, by=by, now=now, report=report
            )
    return Result(
        examined=examined,
        counts=counts_of(examined, joined),
        proposals=proposed,
        joined=joined.keys(),
        earlier_at=None if earlier is None else earlier.at,
        written=is_writing,
    )


def _write(
    examined: Examined,
    joined: dict[int, Proposal],
    digest: str,
    *,
    organisation_id: int,
    by: Viewer,
    now: datetime,
    report: Report,
) -> None:
    total = len(examined.rows)
    rows = (_row(row.row, joined.get(row.row), examined, place) for place, row in enumerate(examined.rows))
    references = write_rows(
        rows, team_id=None, by=by, now=now, report=lambda done: report("write", done, total)
    )
    batch = ImportBatch.objects.create(
        organisation_id=organisation_id,
        user_id=by.user_id,
        membership=by.membership_id,
        state=BatchState.DONE,
        digest=digest,
        layout=examined.workbook.layout,
        created_at=now,
        changed_at=now,
        written_at=now,
        done=total,
        total=total,
        **asdict(counts_of(examined, joined)),
    )
    insert_rows(
        [
            ImportRow(batch=batch, number=number, reference=reference, is_joined=number in joined)
            for number, reference in references.items()
        ]
    )
    record("intake.batch.write", by=by, at=now, record=str(batch.id), count=total)


def _row(number: int, proposal: Proposal | None, examined: Examined, place: int) -> RowToWrite:
    return RowToWrite(
        number=number,
        values=examined.rows[place].values,
        known_person=None if proposal is None else proposal.known_person,
        earlier_row=None if proposal is None else proposal.earlier_row,
    )
