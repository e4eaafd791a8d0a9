"""Where a person is: left closed unless it is asked for, and then opened for those only who may see it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from amparo.access.rules import Permission, Viewer
from amparo.cases.models import Case, Person
from amparo.cases.queries.opened import opened_of
from amparo.cases.queries.visible import Absent, begin_reading_case, visible_case
from amparo.cases.rules.person import PersonDetails
from amparo.vault.queries import open_many
from amparo.vault.rules import Compartment, KeyKind, Reading, locked_in
from amparo.vault.storing import record_from, sealed_of

PLACE_CLOSED: Final = frozenset({KeyKind.PLACE})
ALL_BUT_PLACE: Final = frozenset(KeyKind) - PLACE_CLOSED


def has_place_key(viewer: Viewer, record: UUID | None, compartment: Compartment) -> bool:
    """Tell whether the viewer works in the compartment in which the place of a case's person is locked.

    The permission is asked for besides: a role may have the one without the other, and a grant may give only one.
    """
    return locked_in(KeyKind.PLACE, home=compartment) in viewer.reads_in(record)


def visible_place(viewer: Viewer, reference: str) -> Case:
    """Return the row of one case whose person's place the viewer may open; `Absent` for all others."""
    case = visible_case(viewer, reference, permission=Permission.PLACE_READ)
    if not has_place_key(viewer, case.id, Compartment(case.compartment)):
        raise Absent
    return case


def begin_place_reading(viewer: Viewer, case: Case, *, now: datetime) -> Reading:
    """Begin to read where the person of a case is, logged as such; `Absent` for whoever may not see it."""
    visible_place(viewer, case.reference)
    fields = opened_of(case, Person, without=ALL_BUT_PLACE)
    return begin_reading_case(viewer, case, action="cases.place.read", fields=fields, now=now)


def person_details(person: Person, reading: Reading, place: Reading | None) -> PersonDetails:
    """Open a person; where she is only with a reading of its own. Without it, that part of the record is empty."""
    closed = sealed_of(person, PersonDetails, without=PLACE_CLOSED)
    opened = open_many(reading, closed)
    if place is not None:
        opened += open_many(place, sealed_of(person, PersonDetails, without=ALL_BUT_PLACE))
    return record_from(person, PersonDetails, opened)
