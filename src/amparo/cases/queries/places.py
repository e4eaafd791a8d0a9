"""Where a person is: left closed unless it is asked for, and then opened for those only who may see it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from amparo.access.actions import begin_reading
from amparo.access.rules import Permission, Viewer, basis_of
from amparo.cases.models import Case, Person
from amparo.cases.queries.opened import opened_of
from amparo.cases.queries.visible import visible_case
from amparo.cases.rules.person import PersonDetails
from amparo.vault.queries import open_many
from amparo.vault.rules import KeyKind, Reading
from amparo.vault.storing import record_from, sealed_of

PLACE_CLOSED: Final = frozenset({KeyKind.PLACE})
ALL_BUT_PLACE: Final = frozenset(KeyKind) - PLACE_CLOSED


def begin_place_reading(viewer: Viewer, case: Case, *, now: datetime) -> Reading:
    """Begin to read where the person of a case is, logged as such; `Absent` for whoever may not see it."""
    visible_case(viewer, case.reference, permission=Permission.PLACE_READ)
    return begin_reading(
        viewer,
        action="cases.place.read",
        persons=[case.person_id],
        record=case.reference,
        basis=basis_of(viewer, case),
        fields=opened_of(case, Person, without=ALL_BUT_PLACE),
        now=now,
    )


def person_details(person: Person, reading: Reading, place: Reading | None) -> PersonDetails:
    """Open a person; where she is only with a reading of its own. Without it, that part of the record is empty."""
    closed = sealed_of(person, PersonDetails, without=PLACE_CLOSED)
    opened = open_many(reading, closed)
    if place is not None:
        opened += open_many(place, sealed_of(person, PersonDetails, without=ALL_BUT_PLACE))
    return record_from(person, PersonDetails, opened)
