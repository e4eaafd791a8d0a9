"""Read which closed cases nobody can open any more, because all who are named for them are gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from amparo.access.beyond import ask_beyond
from amparo.access.rules import NEEDED_FOR_SEALED, ClearanceLevel, Permission, Viewer, readers_by_scope
from amparo.cases.queries.visible import Absent
from amparo.vocab.reference import BadReference, parse_reference


@dataclass(frozen=True, kw_only=True, slots=True)
class LostCase:
    """A closed case that nobody can open: its reference and whose it is, and nothing else of it for anybody's eyes."""

    record: UUID
    reference: str
    person: UUID
    organisation_id: int
    organisation: str
    needed: int


def list_lost(viewer: Viewer, *, now: datetime) -> tuple[LostCase, ...]:
    """List the closed cases that nobody can open: those of her organisation to who closes cases, all to who reviews walls.

    Nobody can open a case when everybody who is named for it has left, is suspended or asleep, has another role or is walled
    off. Whoever is kept away from the person herself does not learn of it. Those of the independent unit are told to nobody.
    """
    if viewer.may(Permission.WALL_REVIEW):
        sought = None
    elif viewer.may(Permission.CASE_RESTRICT) and viewer.organisation_id is not None:
        sought = viewer.organisation_id
    else:
        return ()
    rows = ask_beyond("amparo_cases_without_readers", sought, timezone.localdate(now), *readers_by_scope())
    return tuple(
        LostCase(
            record=record,
            reference=reference,
            person=person,
            organisation_id=organisation,
            organisation=name,
            needed=NEEDED_FOR_SEALED if clearance == ClearanceLevel.SEALED else 1,
        )
        for record, reference, person, organisation, name, clearance in rows
        if person not in viewer.walled_persons and record not in viewer.walled_records
    )


def find_lost(viewer: Viewer, reference: str, *, now: datetime) -> LostCase:
    """Return one of these cases; `Absent` for any other, whether it is there or not."""
    try:
        canonical = parse_reference(reference)
    except BadReference as error:
        raise Absent from error
    for lost in list_lost(viewer, now=now):
        if lost.reference == canonical:
            return lost
    raise Absent
