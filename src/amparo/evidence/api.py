"""The API of figures: snapshots of facts, protected tables of them, and studies of prevalence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from amparo.access.actions import SecondPersonNeeded, require
from amparo.access.api import (
    ACTING,
    READING,
    Given,
    Handler,
    Line,
    Made,
    NeededKey,
    Refusal,
    Sent,
    ask_again,
    file_answer,
    in_own_words,
    refuse_unknown,
    told,
    written,
)
from amparo.access.rules import Permission
from amparo.access.web import Request
from amparo.evidence.actions import (
    download_table,
    mark_of_study,
    propose,
    proposed_table,
    request_snapshot,
    show_table,
)
from amparo.evidence.queries import (
    SnapshotFile,
    StudyFile,
    get_snapshot,
    get_study,
    holding_of,
    latest_snapshot,
    list_snapshots,
    list_studies,
)
from amparo.evidence.queries.giving import given_result
from amparo.evidence.queries.holdings import Missing
from amparo.evidence.queries.let_out import let_out_words
from amparo.evidence.queries.saying import say_sentence, translated_names
from amparo.evidence.queries.wording import say
from amparo.evidence.rules import NotAsked, SnapshotState, StudyState, TableChoices, variables_of
from amparo.evidence.rules.asking import MOST_VARIABLES
from amparo.stats.disclosure import to_json
from amparo.vocab.text import N_

router = Router(tags=["evidence"])
ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_CONDITIONS = 20
Names = Annotated[list[Line], Field(max_length=MOST_VARIABLES)]

REFUSALS: Mapping[type[Exception], Handler] = {
    NotAsked: in_own_words(422, "no_table"),
    Missing: told(
        404, "facts_missing", N_("The facts of this snapshot are not there any more. Order a new snapshot.")
    ),
}


class SnapshotGiven(Given):
    """The coded facts of one day, with the number of rows of each table."""

    id: UUID
    day: date
    made_at: datetime
    made_by: str
    finished_at: datetime | None
    state: SnapshotState
    rows: dict[str, int]
    fingerprints: dict[str, str]


class Snapshots(Given):
    """The newest snapshots, in whatever state."""

    snapshots: tuple[SnapshotGiven, ...]


class VariableGiven(Given):
    """One thing that a table can be made of; a column of several codes gives one for each code."""

    name: str
    label: str
    definition: str
    codes: str
    values: tuple[str, ...]


class FactTableGiven(Given):
    """One table of facts: what a row counts, how it is defined, and what it can be counted by."""

    name: str
    label: str
    counting_unit: str
    definition: str
    source: str
    variables: tuple[VariableGiven, ...]


class SnapshotHeld(SnapshotGiven):
    """A snapshot with the tables that it holds, once it is ready."""

    tables: tuple[FactTableGiven, ...]


class CellGiven(Given):
    """One cell: a total has null for its row, its column or both; a hidden cell has null for its value."""

    row: tuple[str, ...] | None
    column: tuple[str, ...] | None
    value: int | None
    status: Literal["shown", "primary", "secondary", "zero"]


class AuditGiven(Given):
    """Against which reader the table was proved, and over how many cells."""

    cleared: bool
    attacker: str
    cells: int


class WarningGiven(Given):
    """Something to keep in mind."""

    code: str
    message: str


class ConditionGiven(Given):
    """Which values of a variable the records hold that are counted, or do not hold."""

    column: str
    values: tuple[str, ...]
    is_excluding: bool


class TableGiven(Given):
    """A protected table, as the command `amparo table --format json` prints it, with the snapshot it was counted from."""

    snapshot: UUID
    day: date
    counting_unit: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    threshold: int
    method: str
    where: tuple[str, ...]
    conditions: tuple[ConditionGiven, ...]
    source: str
    audit: AuditGiven
    warnings: tuple[WarningGiven, ...]
    cells: tuple[CellGiven, ...]


class StudyGiven(Given):
    """A study of prevalence: what was asked, from which snapshot, and how far it is. Each list is made of kinds of organisations."""

    id: UUID
    snapshot: UUID
    day: date
    lists: tuple[tuple[str, ...], ...]
    only: dict[str, str]
    first_year: str
    last_year: str
    methods: tuple[str, ...]
    level: int
    replicates: int
    seed: int
    asked_at: datetime
    asked_by: str
    state: StudyState
    finished_at: datetime | None
    again: UUID | None = Field(description="The study that this one makes again.")


class Studies(Given):
    """The newest studies, in whatever state."""

    studies: tuple[StudyGiven, ...]


class EstimateGiven(Given):
    """One method's answer. The estimate is null where there is none, and the status says why; so is an upper end that the data do not set."""

    method: str
    estimate: float | None
    intervals: dict[str, tuple[float, float | None] | None] | None = Field(
        description='By their level: "0.95".'
    )
    model: str | None
    status: str
    warnings: tuple[WarningGiven, ...]
    assumptions: tuple[str, ...]
    sources: tuple[str, ...]


class ResultGiven(Given):
    """What came out, as `amparo prevalence --json` prints it, small overlaps hidden and what was estimated rounded to three digits."""

    n: int
    lists: dict[str, Any] | None
    warnings: tuple[str, ...]
    estimates: tuple[EstimateGiven, ...]
    sensitivity: dict[str, Any] | None = Field(
        description="What the estimates hang on; null where methods were named."
    )
    versions: dict[str, str]


class StudyHeld(StudyGiven):
    """A study with what came out once it is done, whether it was let out, or why it could not be computed."""

    fingerprint: str = Field(description="Of the overlaps, with a secret: equal where the data are.")
    is_out: bool
    let_out: str
    fault: str
    result: ResultGiven | None


class TableAsked(BaseModel):
    """A table: of which facts, by what, only which, protected how, from which snapshot (the newest, where none is named)."""

    table: Line = "person_case"
    rows: Annotated[Names, Field(min_length=1)]
    columns: Names = []
    where: Annotated[
        list[Line], Field(max_length=MOST_CONDITIONS, description="Conditions such as sex=female.")
    ] = []
    method: Literal["suppress", "round"] = "suppress"
    snapshot: UUID | None = None


class ReleaseSent(Sent):
    """A table that is to be let out, what for, and into which draft; a new release is made where none is named."""

    table: Line = "person_case"
    rows: Annotated[Names, Field(min_length=1)]
    columns: Annotated[Names, Field(default_factory=list)]
    where: Annotated[list[Line], Field(default_factory=list, max_length=MOST_CONDITIONS)]
    method: Literal["suppress", "round"] = "suppress"
    snapshot: UUID | None = None
    title: Annotated[str, Field(min_length=1, max_length=200)]
    purpose: Annotated[str, Field(min_length=1, max_length=2_000)]
    into: UUID | None = None


class DownloadAsked(TableAsked):
    """A table as a file."""

    format: Literal["csv", "xlsx"] = "csv"


class FactsAsked(Sent):
    """That it was read what the facts are: about single people, to be kept and not to be passed on."""

    is_understood: Literal[True]


@router.get("/snapshots", response={200: Snapshots, **READING})
def snapshot_list(request: Request) -> Snapshots:
    """List the newest snapshots."""
    require(request.viewer, Permission.TABLES_VIEW)
    return Snapshots.model_validate({"snapshots": list_snapshots(request.viewer)})


@router.post("/snapshots", response={202: Made, **ACTING})
def snapshot_order(request: Request, key: NeededKey) -> Status[Made]:
    """Order a snapshot of today; a job builds it. One that is waiting already is given instead."""
    require(request.viewer, Permission.SNAPSHOT_BUILD)

    def order() -> dict[str, str]:
        return {"id": str(request_snapshot(by=request.viewer, now=request.now))}

    return Status(202, Made.model_validate(written(request, key, order)))


@router.get("/snapshots/{snapshot}", response={200: SnapshotHeld, **READING})
def snapshot_read(request: Request, snapshot: UUID) -> SnapshotHeld:
    """Say where a snapshot stands, and once it is ready what its tables can be counted by."""
    require(request.viewer, Permission.TABLES_VIEW)
    file = get_snapshot(request.viewer, snapshot)
    tables = _tables(file) if file.state is SnapshotState.READY else ()
    return SnapshotHeld(**SnapshotGiven.model_validate(file).__dict__, tables=tables)


@router.post("/snapshots/{snapshot}/facts", response={200: None, **ACTING}, openapi_extra=file_answer(ZIP))
def facts_take_out(request: Request, snapshot: UUID, sent: FactsAsked) -> FileResponse:
    """Say that facts leave only when two people agree, on the pages: a program takes none out."""
    require(request.viewer, Permission.FACTS_EXPORT)
    ask_again(request)
    get_snapshot(request.viewer, snapshot)
    raise SecondPersonNeeded


@router.get("/tables", response={200: TableGiven, **READING})
def table_read(request: Request, asked: Query[TableAsked]) -> TableGiven:
    """Count and protect a table. What was asked for is logged."""
    require(request.viewer, Permission.TABLES_VIEW)
    refuse_unknown(request, TableAsked.model_fields)
    figure = show_table(_choices(request, asked), by=request.viewer, now=request.now)
    counted: dict[str, Any] = json.loads("".join(to_json(figure.table)))
    counted["audit"]["attacker"] = say(figure.table.attacker)
    counted["warnings"] = [{"code": one.code, "message": say(one.message)} for one in figure.table.cautions]
    counted["source"] = _(figure.facts.source)
    return TableGiven.model_validate({"snapshot": figure.snapshot.id, "day": figure.snapshot.day, **counted})


@router.get("/tables/download", response={200: None, **READING}, openapi_extra=file_answer("text/csv", XLSX))
def table_download(request: Request, asked: Query[DownloadAsked]) -> HttpResponse:
    """Give a table as CSV or XLSX, with what a reader needs to judge it. It is logged."""
    require(request.viewer, Permission.TABLES_DOWNLOAD)
    refuse_unknown(request, DownloadAsked.model_fields)
    sent = download_table(_choices(request, asked), asked.format, by=request.viewer, now=request.now)
    headers = {"Content-Disposition": f'attachment; filename="{sent.name}"'}
    return HttpResponse(sent.content, content_type=sent.content_type, headers=headers)


@router.post("/tables/release", response={201: Made, **ACTING})
def table_release(request: Request, sent: ReleaseSent, key: NeededKey) -> Status[Made]:
    """Put a table into the draft of a release; gives the id of the release. The register is asked about it."""
    require(request.viewer, Permission.RELEASE_PREPARE)

    def draft() -> dict[str, str]:
        proposed = proposed_table(_choices(request, sent), by=request.viewer, now=request.now)
        release = propose(
            proposed,
            into=sent.into,
            title=sent.title,
            purpose=sent.purpose,
            by=request.viewer,
            now=request.now,
        )
        return {"id": str(release)}

    return Status(201, Made.model_validate(written(request, key, draft)))


@router.get("/studies", response={200: Studies, **READING})
def study_list(request: Request) -> Studies:
    """List the newest studies of prevalence."""
    require(request.viewer, Permission.TABLES_VIEW)
    return Studies(studies=tuple(StudyGiven(**_asked(file)) for file in list_studies(request.viewer)))


@router.get("/studies/{study}", response={200: StudyHeld, **READING})
def study_read(request: Request, study: UUID) -> StudyHeld:
    """Say how far a study is, and once it is done what came out."""
    require(request.viewer, Permission.TABLES_VIEW)
    file = get_study(request.viewer, study)
    result, is_out, words = None, False, ""
    if file.state is StudyState.DONE:
        result = ResultGiven.model_validate(given_result(file))
        is_out, words = let_out_words(request.viewer, mark_of_study(file))
    return StudyHeld(
        **_asked(file),
        fingerprint=file.mark,
        is_out=is_out,
        let_out=words,
        fault=say_sentence(file.fault, translated_names(file)) if file.fault else "",
        result=result,
    )


def _asked(file: StudyFile) -> dict[str, Any]:
    kept = ("id", "day", "asked_at", "asked_by", "state", "finished_at", "again")
    return {
        **file.choices.as_json(),
        "snapshot": file.snapshot,
        **{name: getattr(file, name) for name in kept},
    }


def _choices(request: Request, asked: TableAsked | ReleaseSent) -> TableChoices:
    snapshot = asked.snapshot
    if snapshot is None:
        latest = latest_snapshot(request.viewer)
        if latest is None:
            raise Refusal(404, "no_snapshot", _("No snapshot of the facts is ready yet. Order one."))
        snapshot = latest.id
    return TableChoices(
        table=asked.table,
        rows=tuple(asked.rows),
        columns=tuple(asked.columns),
        only=tuple(_condition(text) for text in asked.where),
        method=asked.method,
        snapshot=str(snapshot),
    )


def _condition(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise NotAsked(
            N_("A condition is written as a name, an equals sign and a value, for example sex=female.")
        )
    return name, value


def _tables(file: SnapshotFile) -> tuple[FactTableGiven, ...]:
    held = holding_of(file.id).tables.values()
    return tuple(
        FactTableGiven(
            name=one.table.name,
            label=_(one.table.label),
            counting_unit=one.table.counting_unit,
            definition=_(one.table.definition),
            source=_(one.table.source),
            variables=tuple(
                VariableGiven(
                    name=variable.name,
                    label=_(variable.column.label),
                    definition=_(variable.column.definition),
                    codes=variable.column.codes,
                    values=() if variable.code else tuple(sorted(one.present[variable.column.name])),
                )
                for variable in variables_of(one.table, one.present)
            ),
        )
        for one in held
    )
