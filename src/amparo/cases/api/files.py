"""The API of a case: open it, read it, and what happened in it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from ninja.responses import Status
from pydantic import Field

from amparo.access.actions import require
from amparo.access.api import ACTING, READING, CodeOf, Line, NeededKey, Sent, Story, written
from amparo.access.rules import Permission
from amparo.access.web import Request
from amparo.cases.actions import open_case
from amparo.cases.api.refusals import faults_at
from amparo.cases.api.routing import router
from amparo.cases.api.shapes import CaseGiven, Opened, TimelineGiven, WithPlace
from amparo.cases.queries import get_case, list_timeline
from amparo.cases.rules import CaseDetails, EpisodeDetails, PersonDetails
from amparo.cases.rules.opening import NewCase, NewNote

NoteKind = Annotated[str, CodeOf("note_kind")]


class NoteSent(Sent):
    """A note. It is never changed: a later note corrects it."""

    text: Story
    kind: NoteKind = "general"
    is_sensitive: bool = False


class CaseSent(Sent):
    """A case to be opened in your organisation; you work on it until it is given to somebody else."""

    person: PersonDetails = PersonDetails()
    same_person_as: Annotated[
        Line,
        Field(description="The reference of another case of the same person; then `person` is not read."),
    ] = ""
    details: CaseDetails = CaseDetails()
    episodes: Annotated[tuple[EpisodeDetails, ...], Field(max_length=50)] = ()
    notes: Annotated[tuple[NoteSent, ...], Field(max_length=50)] = ()
    opened_date: date | None = Field(None, description="Left out: today.")


@router.post("/cases", response={201: Opened, **ACTING})
def case_open(request: Request, sent: CaseSent, key: NeededKey) -> Status[Opened]:
    """Open a case."""
    require(request.viewer, Permission.CASE_CREATE)
    known = None
    if sent.same_person_as:
        known = get_case(request.viewer, sent.same_person_as, now=request.now).person
    new = NewCase(
        person=known.details if known else sent.person,
        existing_person=known.id if known else None,
        details=sent.details,
        episodes=sent.episodes,
        notes=tuple(
            NewNote(text=one.text, kind=one.kind, is_sensitive=one.is_sensitive) for one in sent.notes
        ),
        opened_date=sent.opened_date or request.now.date(),
    )

    def make() -> dict[str, str]:
        return {"reference": open_case(new=new, by=request.viewer, now=request.now)}

    with faults_at(person=PersonDetails, details=CaseDetails):
        return Status(201, Opened.model_validate(written(request, key, make)))


@router.get("/cases/{reference}", response={200: CaseGiven, **READING})
def case_read(request: Request, reference: str, place: WithPlace = False) -> CaseGiven:
    """Open a case with its person and its episodes. The reading is logged."""
    require(request.viewer, Permission.CASE_READ)
    return CaseGiven.model_validate(get_case(request.viewer, reference, now=request.now, with_place=place))


@router.get("/cases/{reference}/timeline", response={200: TimelineGiven, **READING})
def case_timeline(request: Request, reference: str) -> TimelineGiven:
    """List what happened in a case."""
    require(request.viewer, Permission.CASE_READ)
    return TimelineGiven.model_validate({"lines": list_timeline(request.viewer, reference)})
