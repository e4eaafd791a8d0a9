"""The API of lists: the cases within reach, the lists that are kept, who works with cases."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from ninja import Query
from ninja.responses import Status
from pydantic import BaseModel, Field

from amparo.access.actions import require
from amparo.access.api import (
    ACTING,
    READING,
    CodeOf,
    Line,
    Made,
    NeededKey,
    OptionalKey,
    Sent,
    refuse_unknown,
    written,
)
from amparo.access.rules import ROLES, Permission
from amparo.access.web import Request
from amparo.accounts.queries import workers_of
from amparo.cases.actions import remove_filter, save_filter
from amparo.cases.api.routing import router
from amparo.cases.api.shapes import CaseLines, FiltersGiven, Worker, Workers
from amparo.cases.queries import CaseChoices, Sort, list_cases, list_filters
from amparo.cases.rules import ChildTrack, Stage

WORKING_ROLES = frozenset(code for code, role in ROLES.items() if Permission.CASE_EDIT in role.permissions)
MOST_ROWS = 200


class Choices(BaseModel):
    """What a list is narrowed to; what is left out narrows nothing."""

    stage: Stage | None = None
    child_track: ChildTrack | None = None
    priority: Annotated[str, CodeOf("priority")] | None = None
    identification: Annotated[str, CodeOf("identification_status")] | None = None
    purpose: Annotated[str, CodeOf("purpose")] | None = None
    citizenship: Annotated[str, CodeOf("country")] | None = None
    worker: Annotated[str, Field(pattern="^(nobody|[1-9][0-9]{0,16})$")] | None = Field(
        None, description="The id of a worker, or nobody."
    )
    opened_from: date | None = None
    opened_until: date | None = None
    changed_until: date | None = None

    def as_choices(self) -> CaseChoices:
        """Return the choices as the query takes them."""
        names = [name for name in CaseChoices.__dataclass_fields__ if getattr(self, name) is not None]
        return CaseChoices(**{name: getattr(self, name) for name in names})


class Asked(Choices):
    """A page of a list."""

    sort: Sort = Sort.OPENED
    after: Line = ""
    before: Line = ""
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 50


class ChoicesSent(Sent, Choices):
    """What a list is narrowed to; what is left out narrows nothing."""


class FilterSent(Sent):
    """A list to be kept under a name."""

    name: Annotated[Line, Field(min_length=1, max_length=80, pattern=r"\S")]
    choices: ChoicesSent
    is_shared: bool = False


@router.get("/cases", response={200: CaseLines, **READING})
def case_list(request: Request, asked: Query[Asked]) -> CaseLines:
    """List the cases within your reach, newest first, with names."""
    require(request.viewer, Permission.CASE_READ)
    refuse_unknown(request, Asked.model_fields)
    found = list_cases(
        request.viewer,
        now=request.now,
        choices=asked.as_choices(),
        sort=asked.sort,
        after=asked.after,
        before=asked.before,
        limit=asked.limit,
    )
    return CaseLines.model_validate(found)


@router.get("/workers", response={200: Workers, **READING})
def worker_list(request: Request) -> Workers:
    """List who works with cases in your organisation."""
    require(request.viewer, Permission.CASE_READ)
    found = workers_of(request.viewer.organisation_id or 0, request.now, roles=WORKING_ROLES)
    return Workers(workers=tuple(Worker(id=number, name=name) for number, name in found))


@router.get("/filters", response={200: FiltersGiven, **READING})
def filter_list(request: Request) -> FiltersGiven:
    """List the lists that are kept, your own and those shared with you."""
    require(request.viewer, Permission.FILTER_SAVE)
    return FiltersGiven.model_validate({"filters": list_filters(request.viewer)})


@router.post("/filters", response={201: Made, **ACTING})
def filter_keep(request: Request, sent: FilterSent, key: NeededKey) -> Status[Made]:
    """Keep a list under a name; shared, your team sees it too."""
    require(request.viewer, Permission.FILTER_SAVE)

    def keep() -> dict[str, str]:
        kept = save_filter(
            name=sent.name,
            choices=sent.choices.as_choices(),
            is_shared=sent.is_shared,
            by=request.viewer,
            now=request.now,
        )
        return {"id": str(kept)}

    return Status(201, Made.model_validate(written(request, key, keep)))


@router.delete("/filters/{filter_id}", response={204: None, **ACTING})
def filter_remove(request: Request, filter_id: UUID, key: OptionalKey) -> Status[None]:
    """Remove one of your own lists. No case is changed."""

    def remove() -> dict[str, str]:
        remove_filter(filter_id=filter_id, by=request.viewer, now=request.now)
        return {}

    written(request, key, remove)
    return Status(204, None)
