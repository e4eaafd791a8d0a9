"""Open cases, one or ten thousand, in a handful of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random, SystemRandom
from uuid import UUID

from django.conf import settings
from django.db import transaction

from amparo.access.actions import Refused, require
from amparo.access.beyond import ask_beyond
from amparo.access.rules import Permission, Viewer, basis_of
from amparo.audit.actions import record
from amparo.cases.actions.ageing import adult_age
from amparo.cases.actions.changing import NotAcceptable
from amparo.cases.actions.finding import make_findable
from amparo.cases.actions.notes import new_note
from amparo.cases.models import Case, CaseEvent, Episode, Note, Person
from amparo.cases.queries.visible import Absent, visible_cases
from amparo.cases.rules import ChildTrack, Stage, age_on, child_track, track_after
from amparo.cases.rules.deriving import birth_year, episode_months
from amparo.cases.rules.opening import NewCase, opening_problems
from amparo.cases.rules.timeline import Happening
from amparo.vault.actions import begin_sealing
from amparo.vault.rules import Compartment, Sealing
from amparo.vault.storing import columns_of, insert_rows
from amparo.vocab.identifiers import uuid7
from amparo.vocab.reference import make_reference
from amparo.vocab.state import load_state

BATCH = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class _Person:
    """The person of a case to be opened; one who is known has a track already."""

    row: Person
    compartment: Compartment
    track: ChildTrack | None = None


@transaction.atomic
def open_case(*, new: NewCase, by: Viewer, now: datetime, rng: Random | None = None) -> str:
    """Open one case in the viewer's organisation; gives its reference. Raises `NotAcceptable` with every fault."""
    return open_cases(new=[new], by=by, now=now, rng=rng)[0]


@transaction.atomic
def open_cases(
    *, new: Sequence[NewCase], by: Viewer, now: datetime, rng: Random | None = None
) -> tuple[str, ...]:
    """Open many cases, all or none; gives their references in order."""
    require(by, Permission.CASE_CREATE)
    if by.organisation_id is None or by.opens_in not in by.compartments:
        raise Refused("A case belongs to an organisation and a compartment; the viewer works in none.")
    faults = [fault for one in new for fault in opening_problems(one, today=now.date())]
    if faults:
        raise NotAcceptable(tuple(faults))
    known = _known_persons(new, by)
    references = _references(len(new), by.opens_in, rng or SystemRandom())
    drawn = [one.existing_person or uuid7() for one in new]
    fresh = [each for each in drawn if each not in known]
    sealing = begin_sealing(known, new=fresh, compartment=by.opens_in, within=by.reads_in(), now=now, by=by)
    persons = [
        known.get(person) or _new_person(one, person, by.opens_in, sealing, now)
        for one, person in zip(new, drawn, strict=True)
    ]
    age = adult_age(now)
    cases = [
        _case(one, reference, person, by.organisation_id, by, sealing, now, age)
        for one, reference, person in zip(new, references, persons, strict=True)
    ]
    # Persons second, for a person is seen through a case of hers; the database checks the key between them at the end.
    insert_rows(cases)
    insert_rows([one.row for one in persons if one.track is None])
    episodes = [
        row for one, case in zip(new, cases, strict=True) for row in _episodes(one, case, sealing, now)
    ]
    insert_rows(episodes)
    insert_rows(
        [row for one, case in zip(new, cases, strict=True) for row in _notes(one, case, by, sealing, now)]
    )
    _note_openings(new, cases, by, now)
    record(
        "cases.case.open",
        by=by,
        at=now,
        record=references[0] if len(references) == 1 else "",
        persons=[case.person_id for case in cases],
        count=len(cases),
        basis=basis_of(by, *cases),
    )
    # Last, for a member of staff who is one of them does not reach her own case from here on.
    make_findable(
        {one.row.id: each.person for each, one in zip(new, persons, strict=True) if one.track is None},
        by=by,
        now=now,
    )
    return tuple(references)


def _note_openings(new: Sequence[NewCase], cases: Sequence[Case], by: Viewer, now: datetime) -> None:
    happenings = [Happening.IMPORTED if one.source == "workbook" else Happening.OPENED for one in new]
    CaseEvent.objects.bulk_create(
        [
            CaseEvent(case=case, kind=happening, at=now, by_id=by.user_id)
            for case, happening in zip(cases, happenings, strict=True)
        ],
        batch_size=BATCH,
    )


def _known_persons(new: Sequence[NewCase], by: Viewer) -> dict[UUID, _Person]:
    """Find the persons who have a case already, each with the track of the newest; `Absent` when one is hidden.

    A person stays in her compartment: who does not work there, and sees her by a grant only, opens nothing further for her.
    """
    wanted = {one.existing_person for one in new if one.existing_person is not None}
    if not wanted:
        return {}
    seen = visible_cases(by).filter(person_id__in=wanted, compartment__in=by.compartments)
    found = {
        case.person_id: _Person(
            row=case.person, compartment=Compartment(case.compartment), track=ChildTrack(case.child_track)
        )
        for case in seen.select_related("person").order_by("created_at", "id")
    }
    if wanted - found.keys():
        raise Absent
    return found


def _references(count: int, compartment: Compartment, rng: Random) -> list[str]:
    """Draw references; those of the independent unit are a series of their own, so that no gap shows in the others."""
    prefix = load_state(settings.AMPARO_STATE).reference_prefix
    if compartment is Compartment.INTEGRITY:
        prefix += "I"
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        fresh = {make_reference(prefix, rng) for _ in range(count - len(drawn))} - drawn.keys()
        taken = {reference for (reference,) in ask_beyond("amparo_references_taken", sorted(fresh))}
        drawn.update(dict.fromkeys(sorted(fresh - taken)))
    return list(drawn)


def _new_person(
    one: NewCase, person: UUID, compartment: Compartment, sealing: Sealing, now: datetime
) -> _Person:
    columns = columns_of(one.person, model=Person, row=person, person=person, sealing=sealing)
    row = Person(
        id=person, compartment=compartment, created_at=now, changed_at=now, birth_year=birth_year(one.person),
        **columns,
    )  # fmt: skip
    return _Person(row=row, compartment=compartment)


def _tracks(one: NewCase, known: ChildTrack | None, *, today: date, age: int) -> dict[str, ChildTrack]:
    """Return the track today and on the day of opening; what is recorded of a new person was said on that day."""
    then = child_track(one.person, on=one.opened_date, adult_age=age)
    if known is None:
        now = track_after(one.person, was=then, on=today, adult_age=age)
        return {"child_track": now, "track_at_opening": then}
    is_told = age_on(one.opened_date, one.person) is not None and known is not ChildTrack.CHILD
    return {"child_track": known, "track_at_opening": then if is_told else known}


def _case(
    one: NewCase,
    reference: str,
    person: _Person,
    organisation_id: int,
    by: Viewer,
    sealing: Sealing,
    now: datetime,
    age: int,
) -> Case:
    row = uuid7()
    return Case(
        id=row,
        reference=reference,
        person=person.row,
        organisation_id=organisation_id,
        team_id=one.team_id if one.team_id is not None else by.team_id,
        worker_id=_worker(one, by),
        compartment=person.compartment,
        source=one.source,
        stage=one.stage,
        **_tracks(one, person.track, today=now.date(), age=age),
        opened_date=one.opened_date,
        closed_date=(one.closed_date or now.date()) if one.stage is Stage.CLOSED else None,
        closure_reason=one.closure_reason,
        created_at=now,
        changed_at=now,
        **columns_of(one.details, model=Case, row=row, person=person.row.id, sealing=sealing),
    )


def _worker(one: NewCase, by: Viewer) -> int | None:
    """Who opens a case works on it; what a workbook brings has no worker until somebody assigns one."""
    return one.worker_id if one.worker_id is not None or one.source == "workbook" else by.user_id


def _episodes(one: NewCase, case: Case, sealing: Sealing, now: datetime) -> list[Episode]:
    return [
        Episode(
            id=row,
            case=case,
            person_id=case.person_id,
            number=number,
            created_at=now,
            changed_at=now,
            **episode_months(details),
            **columns_of(details, model=Episode, row=row, person=case.person_id, sealing=sealing),
        )
        for number, details, row in ((n, each, uuid7()) for n, each in enumerate(one.episodes, start=1))
    ]


def _notes(one: NewCase, case: Case, by: Viewer, sealing: Sealing, now: datetime) -> list[Note]:
    return [
        new_note(
            case, note.text, kind=note.kind, is_sensitive=note.is_sensitive, by=by, sealing=sealing, now=now
        )
        for note in one.notes
    ]
