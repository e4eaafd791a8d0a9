"""The API that changes what is recorded. Only the attributes that are sent change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _
from ninja.responses import Status
from pydantic import Field

from amparo.access.actions import require
from amparo.access.api import (
    ACTING,
    Changes,
    Given,
    Line,
    Made,
    NeededKey,
    OptionalKey,
    Sent,
    Version,
    written,
)
from amparo.access.rules import Permission
from amparo.access.web import Request
from amparo.cases.actions import (
    Stale,
    add_episode,
    link_operation,
    update_case,
    update_episode,
    update_person,
)
from amparo.cases.api.refusals import STALE, faults_at
from amparo.cases.api.routing import router
from amparo.cases.api.shapes import Changed, Conflict, WithPlace
from amparo.cases.queries import Absent, CaseFile, EpisodeFile, case_at, episode_at, get_case, person_at
from amparo.cases.rules import CaseDetails, EpisodeDetails, PersonDetails
from amparo.cases.rules.person import PLACES

R = TypeVar("R", PersonDetails, CaseDetails, EpisodeDetails)


class PersonChange(Sent):
    """What to change of a person, and the version of her that you saw."""

    version: Version
    changes: Changes[PersonDetails]


class CaseChange(Sent):
    """What to change of a case, and the version of it that you saw."""

    version: Version
    changes: Changes[CaseDetails]


class EpisodeChange(Sent):
    """What to change of an episode, and the version of it that you saw."""

    version: Version
    changes: Changes[EpisodeDetails]


class EpisodeSent(Sent):
    """An episode to be added."""

    details: EpisodeDetails


class OperationSent(Sent):
    """The operation that an episode belongs to: its reference, or nothing for a new one."""

    operation: Annotated[Line, Field(description="Left empty, a new operation is begun.")] = ""


class OperationGiven(Given):
    """The reference of an operation, to be given to those who work on it."""

    operation: str


@router.patch("/cases/{reference}/person", response={200: Changed, **ACTING, 409: Conflict[PersonDetails]})
def person_change(
    request: Request, reference: str, sent: PersonChange, key: OptionalKey, place: WithPlace = False
) -> Changed | Status[Conflict[PersonDetails]]:
    """Change the person of a case."""
    require(request.viewer, Permission.PERSON_EDIT)
    with_place = place or any(sent.changes.values.get(name) is not None for name in PLACES)
    file = get_case(
        request.viewer,
        reference,
        now=request.now,
        permission=Permission.PERSON_EDIT,
        with_place=with_place,
    )

    def change() -> dict[str, int]:
        update_person(
            reference=reference,
            details=sent.changes.on(file.person.details),
            version=sent.version,
            by=request.viewer,
            now=request.now,
            with_place=with_place,
        )
        return {"version": sent.version + 1}

    try:
        return _changed(request, key, change)
    except Stale:
        file = get_case(request.viewer, reference, now=request.now, with_place=with_place)
        base = _at(
            lambda: person_at(request.viewer, reference, sent.version, now=request.now, with_place=with_place)
        )
        return _conflict(Conflict[PersonDetails], file.person.version, base, file.person.details)


@router.patch("/cases/{reference}", response={200: Changed, **ACTING, 409: Conflict[CaseDetails]})
def case_change(
    request: Request, reference: str, sent: CaseChange, key: OptionalKey
) -> Changed | Status[Conflict[CaseDetails]]:
    """Change a case itself. Its stage and its worker have their own operations."""
    require(request.viewer, Permission.CASE_EDIT)
    file = get_case(request.viewer, reference, now=request.now, permission=Permission.CASE_EDIT)

    def change() -> dict[str, int]:
        update_case(
            reference=reference,
            details=sent.changes.on(file.details),
            version=sent.version,
            by=request.viewer,
            now=request.now,
        )
        return {"version": sent.version + 1}

    try:
        return _changed(request, key, change)
    except Stale:
        file = get_case(request.viewer, reference, now=request.now)
        base = _at(lambda: case_at(request.viewer, reference, sent.version, now=request.now))
        return _conflict(Conflict[CaseDetails], file.version, base, file.details)


@router.post("/cases/{reference}/episodes", response={201: Made, **ACTING})
def episode_add(request: Request, reference: str, sent: EpisodeSent, key: NeededKey) -> Status[Made]:
    """Add an episode to a case."""
    require(request.viewer, Permission.CASE_EDIT)

    def add() -> dict[str, str]:
        added = add_episode(reference=reference, details=sent.details, by=request.viewer, now=request.now)
        return {"id": str(added)}

    with faults_at("/details"):
        return Status(201, Made.model_validate(written(request, key, add)))


@router.patch(
    "/cases/{reference}/episodes/{episode}", response={200: Changed, **ACTING, 409: Conflict[EpisodeDetails]}
)
def episode_change(
    request: Request, reference: str, episode: UUID, sent: EpisodeChange, key: OptionalKey
) -> Changed | Status[Conflict[EpisodeDetails]]:
    """Change an episode of a case."""
    require(request.viewer, Permission.CASE_EDIT)
    file = get_case(request.viewer, reference, now=request.now, permission=Permission.CASE_EDIT)
    found = _episode(file, episode)

    def change() -> dict[str, int]:
        update_episode(
            reference=reference,
            episode=episode,
            details=sent.changes.on(found.details),
            version=sent.version,
            by=request.viewer,
            now=request.now,
        )
        return {"version": sent.version + 1}

    try:
        return _changed(request, key, change)
    except Stale:
        stands = _episode(get_case(request.viewer, reference, now=request.now), episode)
        base = _at(lambda: episode_at(request.viewer, reference, episode, sent.version, now=request.now))
        return _conflict(Conflict[EpisodeDetails], stands.version, base, stands.details)


@router.post("/cases/{reference}/episodes/{episode}/operation", response={200: OperationGiven, **ACTING})
def episode_link(
    request: Request, reference: str, episode: UUID, sent: OperationSent, key: NeededKey
) -> OperationGiven:
    """Tie an episode to an operation. No other file is opened by that."""
    require(request.viewer, Permission.CASE_EDIT)

    def link() -> dict[str, str]:
        tied = link_operation(
            reference=reference, episode=episode, operation=sent.operation, by=request.viewer, now=request.now
        )
        return {"operation": tied}

    return OperationGiven.model_validate(written(request, key, link))


def _changed(request: Request, key: str, change: Callable[[], dict[str, int]]) -> Changed:
    with faults_at("/changes"):
        return Changed.model_validate(written(request, key, change))


def _conflict(shape: type[Conflict[R]], version: int, base: R | None, theirs: R) -> Status[Any]:
    return Status(409, shape(code="stale", message=_(STALE), version=version, base=base, theirs=theirs))


def _at(read: Callable[[], R]) -> R | None:
    """Read a record as it was, where that version is known."""
    try:
        return read()
    except Absent:
        return None


def _episode(file: CaseFile, episode: UUID) -> EpisodeFile:
    for one in file.episodes:
        if one.id == episode:
            return one
    raise Absent
