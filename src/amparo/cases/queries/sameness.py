"""Find persons who may be the same as one who is about to be entered, within the viewer's own organisation."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from pydantic import TypeAdapter

from amparo.access.actions import begin_reading
from amparo.access.rules import Viewer, basis_of, own_ground
from amparo.cases.models import Case, Person
from amparo.cases.queries.places import PLACE_CLOSED, person_details
from amparo.cases.queries.visible import visible_cases
from amparo.cases.rules.person import Name, PersonDetails
from amparo.cases.rules.sameness import PersonKey, sameness_key
from amparo.vault.queries import open_many
from amparo.vault.storing import opened_fields
from amparo.vocab.dates import PartialDate

OPENED_AT_ONCE = 2_000
_NAMES = TypeAdapter(tuple[Name, ...])


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownPerson:
    """A person of the organisation, with the reference of one of her cases."""

    id: UUID
    reference: str
    details: PersonDetails


def find_alike(viewer: Viewer, keys: Collection[PersonKey], *, now: datetime) -> Mapping[PersonKey, UUID]:
    """Return the persons of the organisation whose names and full birth date equal a key; the oldest record of several.

    Only persons born in the years asked for are opened, in logged readings; nothing is indexed by name.
    """
    wanted = set(keys)
    years = {int(key[0][:4]) for key in wanted}
    found: dict[PersonKey, UUID] = {}
    if not wanted:
        return found
    persons = Person.objects.filter(id__in=_own(viewer).values("person_id"), birth_year__in=years).order_by(
        "id"
    )
    for chunk in _chunks(persons.only("id", "names", "identity")):
        reading = begin_reading(
            viewer,
            action="cases.person.compare",
            persons=[one.id for one in chunk],
            basis=own_ground(viewer),
            fields=opened_fields(Person, only=("names", "identity")),
            now=now,
        )
        names = open_many(reading, [one.names for one in chunk])
        identities = open_many(reading, [one.identity for one in chunk])
        for person, named, identity in zip(chunk, names, identities, strict=True):
            birth = identity.get("birth")
            if birth is None:
                continue
            key = sameness_key(_NAMES.validate_python(named.get("names", ())), PartialDate.parse(birth))
            if key in wanted:
                found.setdefault(key, person.id)
    return found


def get_known_persons(
    viewer: Viewer, ids: Collection[UUID], *, now: datetime, with_place: bool = False
) -> Mapping[UUID, KnownPerson]:
    """Open persons of the organisation by id, in one logged reading; those out of reach are left out.

    Where they are stays closed unless it is asked for, to be compared.
    """
    cases = _own(viewer).filter(person_id__in=set(ids)).order_by("id").select_related("person")
    first: dict[UUID, Case] = {}
    for case in cases:
        first.setdefault(case.person_id, case)
    if not first:
        return {}
    reading = begin_reading(
        viewer,
        action="cases.person.compare",
        persons=list(first),
        basis=basis_of(viewer, *first.values()),
        fields=opened_fields(Person, without=frozenset() if with_place else PLACE_CLOSED),
        now=now,
    )
    place = reading if with_place else None
    return {
        identifier: KnownPerson(
            id=identifier,
            reference=case.reference,
            details=person_details(case.person, reading, place),
        )
        for identifier, case in first.items()
    }


def person_ids(viewer: Viewer, references: Collection[str]) -> Mapping[str, UUID]:
    """Return the person of each of the organisation's cases by its reference."""
    return dict(_own(viewer).filter(reference__in=set(references)).values_list("reference", "person_id"))


def _own(viewer: Viewer) -> QuerySet[Case]:
    """Leave out what only a grant opens: a person of another organisation is nobody's likeness here."""
    if viewer.organisation_id is None:
        return Case.objects.none()
    return visible_cases(viewer).filter(organisation_id=viewer.organisation_id)


def _chunks(persons: QuerySet[Person]) -> Iterator[list[Person]]:
    chunk: list[Person] = []
    for person in persons.iterator(chunk_size=OPENED_AT_ONCE):
        chunk.append(person)
        if len(chunk) == OPENED_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
