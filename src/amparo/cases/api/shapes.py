"""What the API of cases gives, field by field."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from ninja import Query

from amparo.access.api import Failure, Given
from amparo.cases.rules import CaseDetails, ChildTrack, EpisodeDetails, PersonDetails, Stage

R = TypeVar("R")


class CaseLine(Given):
    """One line of a list."""

    reference: str
    name: str
    stage: Stage
    child_track: ChildTrack
    birth_year: int | None
    priority: str
    organisation: str
    worker: str
    opened_date: date
    changed_at: datetime


class CaseLines(Given):
    """One page of a list, newest first. Send `next` as `after`, or `previous` as `before`; `total` is counted up to 1,000."""

    rows: tuple[CaseLine, ...]
    next: str
    previous: str
    total: int
    is_more_than_total: bool


WithPlace = Annotated[
    bool,
    Query(
        description="Open where the person is, too, which needs the permission place.read and is logged as such. Left out, "
        "`address` is empty whatever is recorded, and an empty `address` that is sent back changes nothing."
    ),
]


class PersonGiven(Given):
    """A person. `ages` are the lowest and the highest age that is possible today.

    Without `is_place_open`, an empty `address` says nothing: it was not opened.
    """

    id: UUID
    version: int
    display_name: str
    ages: tuple[int, int] | None
    is_place_open: bool
    details: PersonDetails


class EpisodeGiven(Given):
    """One trafficking situation. `linked` counts the other situations of its operation and tells nothing else of them."""

    id: UUID
    number: int
    version: int
    operation: str
    linked: int
    details: EpisodeDetails


class CaseGiven(Given):
    """A case with its person and its episodes."""

    reference: str
    version: int
    stage: Stage
    child_track: ChildTrack
    source: str
    opened_date: date
    closed_date: date | None
    closure_reason: str
    changed_at: datetime
    organisation: str
    team: str
    worker_id: int | None
    worker: str
    details: CaseDetails
    person: PersonGiven
    episodes: tuple[EpisodeGiven, ...]


class Opened(Given):
    """The reference of the case that was opened."""

    reference: str


class Changed(Given):
    """The version of the record from now on."""

    version: int


class Conflict(Failure, Generic[R]):
    """Somebody else changed the record: as you saw it (where it is still known), and as it stands."""

    version: int
    base: R | None
    theirs: R


class NoteGiven(Given):
    """A note. One that you may not read is withheld: it has no text."""

    id: UUID
    kind: str
    is_sensitive: bool
    is_withheld: bool
    text: str
    created_at: datetime
    created_by: str


class NotesGiven(Given):
    """The newest notes, at most 200."""

    notes: tuple[NoteGiven, ...]


class DocumentGiven(Given):
    """What is known of a document."""

    id: UUID
    kind: str
    title: str
    content_type: str
    size: int
    sha256: str
    created_at: datetime
    created_by: str


class DocumentsGiven(Given):
    """The newest documents, at most 200."""

    documents: tuple[DocumentGiven, ...]


class HappeningGiven(Given):
    """One line of what happened."""

    kind: str
    subject: str
    at: datetime
    by: str


class TimelineGiven(Given):
    """What happened in a case, newest first, at most 200 lines."""

    lines: tuple[HappeningGiven, ...]


class FilterGiven(Given):
    """A list that is kept under a name."""

    id: UUID
    name: str
    choices: dict[str, str]
    is_shared: bool
    is_own: bool


class FiltersGiven(Given):
    """The lists that are kept, your own and those that are shared with you."""

    filters: tuple[FilterGiven, ...]


class Worker(Given):
    """Somebody to whom a case can be given."""

    id: int
    name: str


class Workers(Given):
    """Who works with cases in your organisation."""

    workers: tuple[Worker, ...]
