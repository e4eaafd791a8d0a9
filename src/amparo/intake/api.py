"""The API of workbooks: send one in, see where it stands, bring its rows in, take them back; take cases out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile
from ninja.responses import Status
from pydantic import BaseModel, Field

from amparo.access.actions import require
from amparo.access.api import (
    ACTING,
    READING,
    SENDING_FILES,
    CodeOf,
    Given,
    Handler,
    Made,
    NeededKey,
    OptionalKey,
    Refusal,
    Sent,
    ask_again,
    fail,
    file_answer,
    refuse_unknown,
    told,
    written,
)
from amparo.access.rules import Permission
from amparo.access.web import Request
from amparo.accounts.queries import teams_of
from amparo.cases.actions import WorkedOn
from amparo.cases.queries import CaseChoices
from amparo.cases.rules import Stage
from amparo.intake.actions import (
    MOST,
    CannotTakeOut,
    NoSuchStep,
    TooMany,
    commit_batch,
    decide_proposals,
    export_workbook,
    receive_workbook,
    take_rejected_file,
    throw_batch_away,
    undo_batch,
)
from amparo.intake.htcds import FileFormat
from amparo.intake.panels import CONTENT_TYPES, fault_words, file_headers, trouble_words, words
from amparo.intake.queries import (
    PAGE,
    BatchFile,
    Said,
    get_batch,
    get_report,
    list_batches,
    list_rows,
)
from amparo.intake.rules import BatchState
from amparo.intake.rules.keeping import as_plain
from amparo.vocab.text import N_

router = Router(tags=["imports"])
FILES = file_answer(*(kind.partition(";")[0] for kind in CONTENT_TYPES.values()))
Numbers = Annotated[tuple[Annotated[int, Field(ge=1, le=2**31 - 1)], ...], Field(max_length=1_000)]

Team = Annotated[int | None, Form(None)]


class Batch(Given):
    """A workbook that was sent in, and where it stands. `trouble` is what stopped its job, in words."""

    id: UUID
    state: BatchState
    layout: str
    sender: str
    team: str
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


class Batches(Given):
    """The latest workbooks of the organisation, newest first."""

    batches: tuple[Batch, ...]


class FindingGiven(Given):
    """One thing that was found in a workbook; `row` as the spreadsheet numbers it, 0 for the whole."""

    row: int
    column: str
    code: str
    message: str


class ReportGiven(Given):
    """What was found in a workbook."""

    file_name: str
    errors: tuple[FindingGiven, ...]
    warnings: tuple[FindingGiven, ...]
    unknown_columns: tuple[str, ...]
    missing_columns: tuple[str, ...]


class RowGiven(Given):
    """A row that waits, and whose person it likely is: that of an earlier row, or one who is known."""

    number: int
    values: dict[str, Any]
    known_person: UUID | None
    earlier_row: int | None
    is_joined: bool


class Rows(Given):
    """A page of rows. Send the last number as `after` for the next."""

    rows: tuple[RowGiven, ...]


class RowsAsked(BaseModel):
    """Which rows to give."""

    proposals_only: bool = False
    after: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = PAGE


class Decision(Sent):
    """Which rows were looked at, and which of them are joined to the person proposed; the others become new persons."""

    shown: Numbers
    joined: Numbers = ()


class Undone(Given):
    """How many cases were removed."""

    cases: int


class Export(Sent):
    """Which cases to take out, in which layout of the standard and kind of file."""

    stage: Stage | None = None
    identification: Annotated[str, CodeOf("identification_status")] | None = None
    opened_from: date | None = None
    opened_until: date | None = None
    profile: Literal["excel", "xlsform", "ods"] = "ods"
    file_format: FileFormat = FileFormat.XLSX
    include_without_consent: Annotated[
        bool, Field(description="Only when the file stays inside your organisation.")
    ] = False


def _worked_on(request: HttpRequest, error: WorkedOn) -> HttpResponse:
    said = _("%(what)s, by %(name)s, on %(day)s.")
    problems = [
        (one.reference, said % {"what": _(one.what), "name": one.by or "-", "day": f"{one.at:%Y-%m-%d}"})
        for one in error.work
    ]
    message = _("Somebody has worked on these cases, so the import is not undone. Nothing was removed.")
    return fail(409, "worked_on", message, problems)


def _too_many(request: HttpRequest, error: TooMany) -> HttpResponse:
    said = _("%(count)s cases are chosen, and a workbook takes %(most)s. Narrow the choice.")
    return fail(422, "too_many", said % {"count": error.count, "most": MOST})


def _cannot_take_out(request: HttpRequest, error: CannotTakeOut) -> HttpResponse:
    return fail(422, error.fault.code, fault_words(error), [(error.reference, fault_words(error))])


REFUSALS: Mapping[type[Exception], Handler] = {
    NoSuchStep: told(409, "no_such_step", N_("The workbook stands elsewhere by now. Read where it stands.")),
    WorkedOn: _worked_on,
    TooMany: _too_many,
    CannotTakeOut: _cannot_take_out,
}


@router.get("/imports", response={200: Batches, **READING})
def import_list(request: Request) -> Batches:
    """List the latest workbooks that were sent in."""
    require(request.viewer, Permission.IMPORT_RUN)
    return Batches(batches=tuple(_given(one) for one in list_batches(request.viewer)))


@router.post("/imports", response={202: Made, **SENDING_FILES})
def import_send(
    request: Request, workbook: File[UploadedFile], key: NeededKey, team_id: Team
) -> Status[Made]:
    """Send a workbook in. It is checked in a job; nothing is written before you commit it."""
    require(request.viewer, Permission.IMPORT_RUN)
    if team_id is not None and team_id not in dict(teams_of(request.viewer.organisation_id or 0)):
        message = _("There is no such team in your organisation.")
        raise Refusal(422, "not_acceptable", message, [("/team_id", message)])

    def send() -> dict[str, str]:
        batch = receive_workbook(
            content=workbook.read(),
            file_name=workbook.name or "",
            team_id=team_id,
            by=request.viewer,
            now=request.now,
        )
        return {"id": str(batch)}

    return Status(202, Made.model_validate(written(request, key, send)))


@router.get("/imports/{batch}", response={200: Batch, **READING})
def import_read(request: Request, batch: UUID) -> Batch:
    """Say where a workbook stands, and how far its job is."""
    require(request.viewer, Permission.IMPORT_RUN)
    return _given(get_batch(request.viewer, batch))


@router.get("/imports/{batch}/report", response={200: ReportGiven, **READING})
def import_report(request: Request, batch: UUID) -> ReportGiven:
    """Say what was found in a workbook. It quotes cells, so the reading is logged."""
    require(request.viewer, Permission.IMPORT_RUN)
    report = get_report(request.viewer, batch, now=request.now)
    return ReportGiven(
        file_name=report.file_name,
        errors=tuple(map(_found, report.errors)),
        warnings=tuple(map(_found, report.warnings)),
        unknown_columns=tuple(f"{one['letter']} {one['heading']}".strip() for one in report.unknown_columns),
        missing_columns=report.missing_columns,
    )


@router.get("/imports/{batch}/rows", response={200: Rows, **READING})
def import_rows(request: Request, batch: UUID, asked: Query[RowsAsked]) -> Rows:
    """Read the rows that wait to become cases, or only those whose person is likely known. The reading is logged."""
    require(request.viewer, Permission.IMPORT_RUN)
    refuse_unknown(request, RowsAsked.model_fields)
    found = list_rows(
        request.viewer,
        batch,
        now=request.now,
        proposals_only=asked.proposals_only,
        after=asked.after,
        limit=asked.limit,
    )
    rows = (
        RowGiven(
            number=one.number,
            values=as_plain(one.values),
            known_person=one.known_person,
            earlier_row=one.earlier_row,
            is_joined=one.is_joined,
        )
        for one in found
    )
    return Rows(rows=tuple(rows))


@router.post("/imports/{batch}/decide", response={200: Batch, **ACTING})
def import_decide(request: Request, batch: UUID, sent: Decision, key: OptionalKey) -> Batch:
    """Keep which rows are joined to the person that was proposed."""
    require(request.viewer, Permission.IMPORT_RUN)

    def decide() -> dict[str, str]:
        decide_proposals(
            batch=batch, shown=sent.shown, joined=sent.joined, by=request.viewer, now=request.now
        )
        return {}

    written(request, key, decide)
    return _given(get_batch(request.viewer, batch))


@router.post("/imports/{batch}/commit", response={202: Made, **ACTING})
def import_commit(request: Request, batch: UUID, key: OptionalKey) -> Status[Made]:
    """Have a job bring the rows in, all or none."""
    require(request.viewer, Permission.IMPORT_RUN)

    def commit() -> dict[str, str]:
        commit_batch(batch=batch, by=request.viewer, now=request.now)
        return {"id": str(batch)}

    return Status(202, Made.model_validate(written(request, key, commit)))


@router.post("/imports/{batch}/undo", response={200: Undone, **ACTING})
def import_undo(request: Request, batch: UUID, key: OptionalKey) -> Undone:
    """Take the cases of a workbook back, while nobody has worked on them."""
    require(request.viewer, Permission.IMPORT_UNDO)
    ask_again(request)

    def undo() -> dict[str, int]:
        return {"cases": undo_batch(batch=batch, by=request.viewer, now=request.now)}

    return Undone.model_validate(written(request, key, undo))


@router.delete("/imports/{batch}", response={204: None, **ACTING})
def import_throw_away(request: Request, batch: UUID, key: OptionalKey) -> Status[None]:
    """Remove what is kept of a workbook that was not brought in."""
    require(request.viewer, Permission.IMPORT_RUN)

    def throw_away() -> dict[str, str]:
        throw_batch_away(batch=batch, by=request.viewer, now=request.now)
        return {}

    written(request, key, throw_away)
    return Status(204, None)


@router.get("/imports/{batch}/rejected", response={200: None, **READING}, openapi_extra=FILES)
def import_rejected(request: Request, batch: UUID) -> HttpResponse:
    """Give the rejected rows back, each with what to mend: a workbook, or CSV where a text is too long for one. Logged."""
    require(request.viewer, Permission.IMPORT_RUN)
    content, file_format, copy = take_rejected_file(batch, by=request.viewer, now=request.now)
    return HttpResponse(content, headers=file_headers("rows-to-mend", file_format, copy))


@router.post("/exports", response={200: None, **ACTING}, openapi_extra=FILES)
def export(request: Request, sent: Export) -> HttpResponse:
    """Take cases out as a workbook. It is logged and noted in each case; sent twice, it is taken out twice."""
    require(request.viewer, Permission.EXPORT_RUN)
    ask_again(request)
    names = ("stage", "identification", "opened_from", "opened_until")
    chosen = {name: getattr(sent, name) for name in names if getattr(sent, name) is not None}
    stream = BytesIO()
    taken = export_workbook(
        choices=CaseChoices(**chosen),
        profile=sent.profile,
        file_format=sent.file_format,
        with_consent_only=not sent.include_without_consent,
        stream=stream,
        by=request.viewer,
        now=request.now,
    )
    return HttpResponse(stream.getvalue(), headers=file_headers("cases", sent.file_format, taken.copy))


def _given(file: BatchFile) -> Batch:
    return Batch.model_validate(file).model_copy(update={"trouble": trouble_words(file.trouble)})


def _found(said: Said) -> FindingGiven:
    return FindingGiven(row=said.row, column=said.column, code=said.code, message=words(said))
