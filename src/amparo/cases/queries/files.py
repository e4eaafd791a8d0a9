"""The whole file of one case: its person and its episodes, opened in one logged reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from amparo.access.beyond import ask_beyond
from amparo.access.rules import ClearanceLevel, Permission, Purpose, Viewer
from amparo.cases.models import Case, Episode, Person
from amparo.cases.queries.opened import opened_of
from amparo.cases.queries.places import PLACE_CLOSED, begin_place_reading, person_details
from amparo.cases.queries.visible import begin_reading_case, purpose_of, visible_case, visible_cases
from amparo.cases.rules.case import CaseDetails
from amparo.cases.rules.children import ChildTrack, age_on
from amparo.cases.rules.episode import EpisodeDetails
from amparo.cases.rules.lifecycle import Stage
from amparo.cases.rules.naming import display_name
from amparo.cases.rules.person import PersonDetails
from amparo.vault.queries import open_many
from amparo.vault.rules import Compartment, Reading
from amparo.vault.storing import record_from, sealed_of
from amparo.vocab.reference import BadReference, parse_reference

_LINKED = "in_operation"


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonFile:
    """A person, opened. Her place is left closed unless it was asked for: `details` is then empty there, and not to be kept."""

    id: UUID
    version: int
    details: PersonDetails
    display_name: str
    ages: tuple[int, int] | None
    is_place_open: bool = False
    is_erased: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class EpisodeFile:
    """An episode, opened. `linked` counts the other episodes of its operation; it tells nothing else of them."""

    id: UUID
    number: int
    version: int
    details: EpisodeDetails
    operation: str
    linked: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFile:
    """A case, opened, with its person and its episodes."""

    id: UUID
    reference: str
    version: int
    stage: Stage
    child_track: ChildTrack
    source: str
    opened_date: date
    closed_date: date | None
    closure_reason: str
    changed_at: datetime
    organisation_id: int
    organisation: str
    team_id: int | None
    team: str
    worker_id: int | None
    worker: str
    compartment: Compartment
    clearance: ClearanceLevel
    purpose: Purpose | None
    details: CaseDetails
    person: PersonFile
    episodes: tuple[EpisodeFile, ...]


def get_case(
    viewer: Viewer,
    reference: str,
    *,
    now: datetime,
    permission: Permission = Permission.CASE_READ,
    with_place: bool = False,
) -> CaseFile:
    """Open one case; `Absent` when it is hidden from the viewer or does not exist.

    Where the person is stays closed unless it is asked for, by somebody who may see it.
    """
    case = visible_case(viewer, reference, permission=permission)
    episodes = list(_with_links(case.episodes.all()))
    opened = opened_of(case, Person, Case, *((Episode,) if episodes else ()), without=PLACE_CLOSED)
    reading = begin_reading_case(viewer, case, action="cases.case.read", fields=opened, now=now)
    place = begin_place_reading(viewer, case, now=now) if with_place else None
    return CaseFile(
        id=case.id,
        reference=case.reference,
        version=case.version,
        stage=Stage(case.stage),
        child_track=ChildTrack(case.child_track),
        source=case.source,
        opened_date=case.opened_date,
        closed_date=case.closed_date,
        closure_reason=case.closure_reason,
        changed_at=case.changed_at,
        organisation_id=case.organisation_id,
        organisation=case.organisation.name,
        team_id=case.team_id,
        team="" if case.team is None else case.team.name,
        worker_id=case.worker_id,
        worker="" if case.worker is None else case.worker.name,
        compartment=Compartment(case.compartment),
        clearance=ClearanceLevel(case.clearance),
        purpose=purpose_of(viewer, case),
        details=record_from(case, CaseDetails, open_many(reading, sealed_of(case, CaseDetails))),
        person=_person(case.person, reading, place, now.date()),
        episodes=tuple(_episode(episode, reading) for episode in episodes),
    )


def find_reference(viewer: Viewer, text: str) -> str | None:
    """Return the canonical reference of a case that the viewer may see, or None; forgives spaces, case and dashes."""
    try:
        canonical = parse_reference(text)
    except BadReference:
        return None
    return visible_cases(viewer).filter(reference=canonical).values_list("reference", flat=True).first()


def _with_links(episodes: QuerySet[Episode]) -> list[Episode]:
    """Fetch episodes, each with how many its operation has; most of those are out of reach, so they are counted apart."""
    rows = list(episodes.select_related("operation").order_by("number"))
    operations = {row.operation_id for row in rows if row.operation_id is not None}
    if operations:
        numbers = dict(ask_beyond("amparo_tied_episodes", list(operations)))
        for row in rows:
            setattr(row, _LINKED, numbers.get(row.operation_id, 0))
    return rows


def _person(person: Person, reading: Reading, place: Reading | None, today: date) -> PersonFile:
    details = person_details(person, reading, place)
    return PersonFile(
        id=person.id,
        version=person.version,
        details=details,
        display_name=display_name(details.called, details.names),
        ages=age_on(today, details),
        is_place_open=place is not None,
        is_erased=reading.is_erased(person.id),
    )


def _episode(episode: Episode, reading: Reading) -> EpisodeFile:
    return EpisodeFile(
        id=episode.id,
        number=episode.number,
        version=episode.version,
        details=record_from(episode, EpisodeDetails, open_many(reading, sealed_of(episode, EpisodeDetails))),
        operation="" if episode.operation is None else episode.operation.reference,
        linked=max(getattr(episode, _LINKED, 0) - 1, 0),
    )
