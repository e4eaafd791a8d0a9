"""Take a workbook in and have it checked. Its content is sealed at once and is gone after the check."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from amparo.access.actions import Refused, begin_reading, require
from amparo.access.context import acting_as
from amparo.access.queries import viewer_for_membership
from amparo.access.rules import Permission, Viewer, own_ground
from amparo.accounts.queries import teams_of
from amparo.audit.actions import record
from amparo.cases.queries import find_alike
from amparo.intake.actions.progress import progress_of
from amparo.intake.actions.steps import by_system, set_to_work, step
from amparo.intake.actions.writing import in_bunches
from amparo.intake.htcds import BadWorkbook, Finding, Workbook, write_rejected
from amparo.intake.models import ImportBatch, ImportRow
from amparo.intake.queries import digest_of
from amparo.intake.rules import BatchState, Examined, Proposal, examine, proposals
from amparo.intake.rules.keeping import as_plain
from amparo.intake.rules.results import counts_of
from amparo.intake.rules.states import RIGHTS_ENDED
from amparo.vault.actions import begin_sealing
from amparo.vault.queries import open_many
from amparo.vault.rules import Sealed, Sealing
from amparo.vault.storing import insert_rows, sealed_column

BUNCH = 1_000


@transaction.atomic
def receive_workbook(
    *, content: bytes, file_name: str, team_id: int | None, by: Viewer, now: datetime
) -> UUID:
    """Take a workbook in for the viewer's organisation and have a job check it; gives the id of the batch."""
    require(by, Permission.IMPORT_RUN)
    if by.organisation_id is None:
        raise Refused("A workbook comes in for an organisation; the viewer works for none.")
    if team_id is not None and team_id not in dict(teams_of(by.organisation_id)):
        raise Refused("The team belongs to another organisation.")
    batch = ImportBatch(
        organisation_id=by.organisation_id,
        team_id=team_id,
        user_id=by.user_id,
        membership=by.membership_id,
        digest=digest_of(content),
        created_at=now,
        changed_at=now,
    )
    sealing = begin_sealing((), new=[batch.id], now=now)
    batch.upload = _sealed(batch, "upload", _packed(content), sealing)
    batch.report = _sealed(batch, "report", {"file_name": file_name}, sealing)
    batch.save(force_insert=True)
    record("intake.batch.receive", by=by, at=now, record=str(batch.id))
    set_to_work("check_batch", batch.id, organisation_id=by.organisation_id)
    return batch.id


def check_batch(batch_id: UUID, *, now: datetime) -> None:
    """Check the workbook of a batch and propose who is the same person. Safe to run twice."""
    with by_system(batch_id):
        batch = ImportBatch.objects.filter(id=batch_id, state=BatchState.CHECKING).first()
        if batch is None:
            return
        viewer = None if batch.membership is None else viewer_for_membership(batch.membership, now)
        if viewer is None or not viewer.may(Permission.IMPORT_RUN):
            step(batch, BatchState.FAILED, now=now, trouble=RIGHTS_ENDED, upload=None)
            return
    with acting_as(viewer):
        content, file_name = _open_upload(batch, viewer, now)
    try:
        with progress_of(batch.id, by=viewer) as report:
            examined = examine(content, file_name, today=now.date(), report=report)
    except BadWorkbook as refusal:
        said = _said([Finding(0, "", refusal.code, refusal.template, refusal.values)])
        with acting_as(viewer):
            sealing = begin_sealing([batch.id], now=now)
            sealed = _sealed(batch, "report", {"file_name": file_name, "errors": said}, sealing)
            step(batch, BatchState.REFUSED, now=now, report=sealed, upload=None)
        return
    with acting_as(viewer):
        _keep(batch, examined, viewer, now)


def findings_report(
    workbook: Workbook, errors: Iterable[Finding], warnings: Iterable[Finding]
) -> dict[str, Any]:
    """Return what was found in a workbook as plain data to be sealed."""
    return {
        "file_name": workbook.filename,
        "errors": _said(errors),
        "warnings": _said(warnings),
        "unknown_columns": [
            {"letter": one.letter, "heading": one.heading, "filled": one.filled, "suggestion": one.suggestion}
            for one in workbook.unknown_columns
        ],
        "missing_columns": [one.label for one in workbook.missing_columns],
    }


@transaction.atomic
def _keep(batch: ImportBatch, examined: Examined, viewer: Viewer, now: datetime) -> None:
    keys = {key for _, key in examined.keyed() if key is not None}
    proposed = proposals(examined.keyed(), known=find_alike(viewer, keys, now=now))
    sealing = begin_sealing([batch.id], now=now)
    report = findings_report(examined.workbook, examined.errors, examined.warnings)
    columns: dict[str, Any] = {
        "layout": examined.workbook.layout,
        **asdict(counts_of(examined, proposed)),
        "report": _sealed(batch, "report", report, sealing),
        "upload": None,
    }
    if examined.errors:
        rows = write_rejected(examined.workbook, examined.errors)
        rejected = _sealed(
            batch, "rejected_file", _packed(rows.content) | {"format": rows.file_format}, sealing
        )
        step(batch, BatchState.FAULTY, now=now, rejected_file=rejected, **columns)
        return
    _keep_rows(batch, examined, proposed, sealing)
    step(batch, BatchState.READY, now=now, **columns)


def _keep_rows(
    batch: ImportBatch, examined: Examined, proposed: dict[int, Proposal], sealing: Sealing
) -> None:
    for bunch in in_bunches(examined.rows, BUNCH):
        rows = []
        for row in bunch:
            proposal = proposed.get(row.row)
            kept = ImportRow(
                batch=batch,
                number=row.row,
                known_person=None if proposal is None else proposal.known_person,
                earlier_row=None if proposal is None else proposal.earlier_row,
                is_joined=proposal is not None,
            )
            kept.content = sealed_column(
                {"values": as_plain(row.values)},
                model=ImportRow, name="content", row=kept.id, person=batch.id, sealing=sealing,
            )  # fmt: skip
            rows.append(kept)
        insert_rows(rows)


def _packed(content: bytes) -> dict[str, str]:
    return {"file": base64.b64encode(content).decode()}


def _sealed(batch: ImportBatch, name: str, value: dict[str, Any], sealing: Sealing) -> Sealed:
    return sealed_column(value, model=ImportBatch, name=name, row=batch.id, person=batch.id, sealing=sealing)


def _open_upload(batch: ImportBatch, viewer: Viewer, now: datetime) -> tuple[bytes, str]:
    reading = begin_reading(
        viewer,
        action="intake.batch.check",
        fields=("importbatch:upload",),
        persons=[batch.id],
        record=str(batch.id),
        basis=own_ground(viewer),
        now=now,
    )
    upload, report = open_many(reading, [batch.upload, batch.report])
    return base64.b64decode(upload["file"]), str(report["file_name"])


def _said(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [
        {
            "row": one.row,
            "column": one.column,
            "code": one.code,
            "template": one.template,
            "values": {
                name: value if isinstance(value, int) else str(value) for name, value in one.values.items()
            },
        }
        for one in findings
    ]
