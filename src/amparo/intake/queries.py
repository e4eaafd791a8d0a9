"""Read batches. They are seen by those of the organisation who may bring workbooks in; to all others they do not exist."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from procrastinate.contrib.django.models import ProcrastinateJob

from amparo.access.actions import begin_reading
from amparo.access.beyond import ask_beyond
from amparo.access.rules import Permission, Viewer, own_ground
from amparo.cases.queries import Absent
from amparo.intake.htcds import FileFormat, Value
from amparo.intake.models import ImportBatch, ImportRow
from amparo.intake.rules.keeping import from_plain
from amparo.intake.rules.states import STOPPED, BatchState
from amparo.vault.queries import open_many
from amparo.vault.rules import keyed_digest

LATEST = 20
PAGE, PROPOSALS_PAGE = 50, 20


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchFile:
    """A batch as its page shows it. `earlier` says when and by whom the same file was brought in before."""

    id: UUID
    state: BatchState
    layout: str
    sender: str
    created_at: datetime
    written_at: datetime | None
    done: int
    total: int
    rows: int
    accepted: int
    rejected: int
    consent_no: int
    persons_new: int
    persons_existing: int
    cases: int
    episodes: int
    trouble: str
    team: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One thing that was found in a workbook: to be said in the language of the page."""

    row: int
    column: str
    code: str
    template: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What was found in a workbook; it quotes cells, so it is opened in a logged reading."""

    file_name: str
    errors: tuple[Said, ...]
    warnings: tuple[Said, ...]
    unknown_columns: tuple[Mapping[str, Any], ...]
    missing_columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RowFile:
    """A row that waits to become a case, opened."""

    id: UUID
    number: int
    values: Mapping[str, Value]
    known_person: UUID | None
    earlier_row: int | None
    is_joined: bool

    @property
    def is_proposal(self) -> bool:
        """Tell whether the row's person is likely one who is known."""
        return self.known_person is not None or self.earlier_row is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """The same file was brought in before."""

    at: datetime
    by: str


def visible_batches(viewer: Viewer) -> QuerySet[ImportBatch]:
    """Return the batches of the viewer's organisation, in no order."""
    if not viewer.may(Permission.IMPORT_RUN) or viewer.organisation_id is None:
        return ImportBatch.objects.none()
    return ImportBatch.objects.filter(organisation_id=viewer.organisation_id)


def visible_batch(viewer: Viewer, batch: UUID) -> ImportBatch:
    """Return the row of one batch; `Absent` when it is hidden or does not exist."""
    found = visible_batches(viewer).filter(id=batch).defer("upload", "report", "rejected_file").first()
    if found is None:
        raise Absent
    return found


def job_lock(organisation_id: int) -> str:
    """Return the lock under which the jobs of an organisation's batches wait for each other."""
    return f"import-{organisation_id}"


def working_batches() -> QuerySet[ImportBatch]:
    """Return the batches within reach that a job should be at."""
    working = [state for state in BatchState if state.is_working]
    return ImportBatch.objects.filter(state__in=working).defer("upload", "report", "rejected_file")


def organisation_of(batch: UUID) -> int | None:
    """Return whose a batch is, for a job that has only its id; None when there is no such batch."""
    found = ask_beyond("amparo_organisation_of_batch", batch)
    return int(found[0][0]) if found else None


def importing_organisations() -> list[int]:
    """Return the organisations that ever sent a workbook in."""
    return [organisation for (organisation,) in ask_beyond("amparo_importing_organisations")]


def is_given_up(batch: ImportBatch) -> bool:
    """Tell whether a job should be at a batch and none is, nor waits: it lost its worker too often and was put aside."""
    jobs = _jobs_of(batch.organisation_id)
    # The jobs are read first: a job moves its batch on before it ends.
    return batch.id not in jobs and working_batches().filter(id=batch.id).exists()


def list_batches(viewer: Viewer) -> tuple[BatchFile, ...]:
    """Return the latest batches of the organisation, newest first."""
    jobs = _jobs_of(viewer.organisation_id)
    rows = visible_batches(viewer).defer("upload", "report", "rejected_file").select_related("user", "team")
    return tuple(_file(row, jobs) for row in rows.order_by("-created_at", "-id")[:LATEST])


def get_batch(viewer: Viewer, batch: UUID) -> BatchFile:
    """Return one batch; `Absent` when it is hidden or does not exist."""
    jobs = _jobs_of(viewer.organisation_id)
    return _file(visible_batch(viewer, batch), jobs)


def get_report(viewer: Viewer, batch: UUID, *, now: datetime) -> Report:
    """Open what was found in the workbook of a batch."""
    row = _with(viewer, batch, "report")
    reading = begin_reading(
        viewer,
        action="intake.batch.read_report",
        fields=("importbatch:report",),
        persons=[row.id],
        record=str(row.id),
        basis=own_ground(viewer),
        now=now,
    )
    (content,) = open_many(reading, [row.report])
    return Report(
        file_name=content.get("file_name", ""),
        errors=tuple(Said(**one) for one in content.get("errors", ())),
        warnings=tuple(Said(**one) for one in content.get("warnings", ())),
        unknown_columns=tuple(content.get("unknown_columns", ())),
        missing_columns=tuple(content.get("missing_columns", ())),
    )


def get_rejected_file(viewer: Viewer, batch: UUID, *, now: datetime) -> tuple[bytes, FileFormat]:
    """Return the file of the rejected rows and its kind; `Absent` where none was rejected."""
    row = _with(viewer, batch, "rejected_file")
    if not row.rejected_file:
        raise Absent
    reading = begin_reading(
        viewer,
        action="intake.batch.take_rejected",
        fields=("importbatch:rejected_file",),
        persons=[row.id],
        record=str(row.id),
        basis=own_ground(viewer),
        now=now,
    )
    (content,) = open_many(reading, [row.rejected_file])
    return base64.b64decode(content["file"]), FileFormat(content["format"])


def list_rows(
    viewer: Viewer,
    batch: UUID,
    *,
    now: datetime,
    proposals_only: bool = False,
    after: int = 0,
    limit: int = PAGE,
) -> tuple[RowFile, ...]:
    """Open a page of the rows that wait to become cases, by row number, in one logged reading."""
    rows = ImportRow.objects.filter(batch_id=visible_batch(viewer, batch).id, number__gt=after)
    if proposals_only:
        rows = rows.exclude(known_person=None, earlier_row=None)
    return open_rows(viewer, batch, list(rows.order_by("number")[:limit]), now=now)


def get_rows(viewer: Viewer, batch: UUID, numbers: Sequence[int], *, now: datetime) -> tuple[RowFile, ...]:
    """Open certain rows of a batch by their numbers."""
    rows = ImportRow.objects.filter(batch_id=visible_batch(viewer, batch).id, number__in=set(numbers))
    return open_rows(viewer, batch, list(rows.order_by("number")), now=now)


def open_rows(
    viewer: Viewer, batch: UUID, rows: Sequence[ImportRow], *, now: datetime
) -> tuple[RowFile, ...]:
    """Open rows of a batch that the caller found through its getter."""
    if not rows:
        return ()
    reading = begin_reading(
        viewer,
        action="intake.batch.read_rows",
        fields=("importrow:content",),
        persons=[batch],
        record=str(batch),
        basis=own_ground(viewer),
        now=now,
    )
    contents = open_many(reading, [row.content for row in rows])
    return tuple(
        RowFile(
            id=row.id,
            number=row.number,
            values=from_plain(content.get("values", {})),
            known_person=row.known_person,
            earlier_row=row.earlier_row,
            is_joined=row.is_joined,
        )
        for row, content in zip(rows, contents, strict=True)
    )


def count_proposals(viewer: Viewer, batch: UUID) -> tuple[int, int]:
    """Return how many rows have a proposal, and how many of them are to be joined."""
    rows = ImportRow.objects.filter(batch_id=visible_batch(viewer, batch).id)
    proposed = rows.exclude(known_person=None, earlier_row=None)
    return proposed.count(), proposed.filter(is_joined=True).count()


def digest_of(content: bytes) -> str:
    """Tell a workbook from another, without letting who holds the database try whether a guess of it is right.

    After a change of the secret key, files that came before it are not known again.
    """
    return keyed_digest(hashlib.sha256(content).digest(), about="workbook", key=settings.SECRET_KEY)


def find_earlier(organisation_id: int, digest: str) -> Earlier | None:
    """Return when and by whom the same file was brought in last, unless that was undone."""
    same = ImportBatch.objects.filter(organisation_id=organisation_id, digest=digest, state=BatchState.DONE)
    found = same.select_related("user").only("written_at", "user__name").order_by("-written_at").first()
    if found is None or found.written_at is None:
        return None
    return Earlier(at=found.written_at, by="" if found.user is None else found.user.name)


def earlier_of(viewer: Viewer, batch: UUID) -> Earlier | None:
    """Return when and by whom the file of a batch was brought in before."""
    row = visible_batch(viewer, batch)
    return find_earlier(row.organisation_id, row.digest) if row.state != BatchState.DONE else None


def _with(viewer: Viewer, batch: UUID, column: str) -> ImportBatch:
    found = visible_batches(viewer).filter(id=batch).only("id", column).first()
    if found is None:
        raise Absent
    return found


def _jobs_of(organisation_id: int | None) -> frozenset[UUID]:
    """Return the batches of an organisation that a job is at or waits for."""
    if organisation_id is None:
        return frozenset()
    jobs = ProcrastinateJob.objects.filter(lock=job_lock(organisation_id), status__in=("todo", "doing"))
    return frozenset(UUID(arguments["batch"]) for arguments in jobs.values_list("args", flat=True))


def _file(row: ImportBatch, jobs: frozenset[UUID]) -> BatchFile:
    state = BatchState(row.state)
    is_given_up = state.is_working and row.id not in jobs
    return BatchFile(
        id=row.id,
        state=BatchState.FAILED if is_given_up else state,
        layout=row.layout,
        sender="" if row.user is None else row.user.name,
        created_at=row.created_at,
        written_at=row.written_at,
        done=row.done,
        total=row.total,
        rows=row.rows,
        accepted=row.accepted,
        rejected=row.rejected,
        consent_no=row.consent_no,
        persons_new=row.persons_new,
        persons_existing=row.persons_existing,
        cases=row.cases,
        episodes=row.episodes,
        trouble=STOPPED if is_given_up else row.trouble,
        team="" if row.team is None else row.team.name,
    )
