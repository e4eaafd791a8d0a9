"""Persons whom the viewer may know already, among her own caseload, before a new case is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from amparo.access.actions import begin_reading
from amparo.access.rules import Viewer, basis_of
from amparo.audit.rules.labels import found_labels
from amparo.cases.models import Person
from amparo.cases.queries.places import PLACE_CLOSED
from amparo.cases.queries.search import own_people
from amparo.cases.queries.visible import visible_cases
from amparo.cases.rules.likeness import Described, Likeness
from amparo.cases.rules.naming import display_name
from amparo.cases.rules.person import PersonDetails
from amparo.vault.queries import open_many
from amparo.vault.storing import opened_fields, record_from, sealed_of
from amparo.vocab.dates import PartialDate

MOST = 5
_RANK = {Likeness.SAME_NAMES: 2, Likeness.ALIKE_NAMES: 1, Likeness.NAME_IN_COMMON: 0}


@dataclass(frozen=True, kw_only=True, slots=True)
class LikelyPerson:
    """Somebody who may be the same person, and why."""

    id: UUID
    reference: str
    name: str
    birth: PartialDate | None
    details: PersonDetails
    reasons: tuple[Likeness, ...]


def likely_persons(viewer: Viewer, details: PersonDetails, *, now: datetime) -> tuple[LikelyPerson, ...]:
    """Return the persons of the viewer's own caseload who may be the one described, the likeliest first.

    Names are compared in memory, in any script, in one logged reading of what the own people are called; more is opened
    only of those whose names agree.
    """
    names = [details.called, *(name.text for name in details.names), display_name("", details.names)]
    if not any(names):
        return ()
    described = Described([name for name in names if name], details.birth)
    alike = {
        own.case: by_name
        for own in own_people(
            viewer, described, action="cases.case.compare_names", now=now, one_a_person=True
        )
        if (by_name := described.name_likeness(own.texts))
    }
    found = _opened(viewer, described, alike, now=now)
    found.sort(key=lambda one: (_RANK[one.reasons[0]], len(one.reasons)), reverse=True)
    return tuple(found[:MOST])


def _opened(
    viewer: Viewer, described: Described, alike: Mapping[UUID, Likeness], *, now: datetime
) -> list[LikelyPerson]:
    cases = list(visible_cases(viewer).filter(id__in=list(alike)).select_related("person"))
    if not cases:
        return []
    reading = begin_reading(
        viewer,
        action="cases.person.compare",
        persons=[case.person_id for case in cases],
        basis=basis_of(viewer, *cases),
        fields=(
            *opened_fields(Person, without=PLACE_CLOSED),
            *found_labels(case.reference for case in cases),
        ),
        now=now,
    )
    opened = open_many(
        reading,
        [sealed for case in cases for sealed in sealed_of(case.person, PersonDetails, without=PLACE_CLOSED)],
    )
    width, found = len(opened) // len(cases), []
    for position, case in enumerate(cases):
        details = record_from(case.person, PersonDetails, opened[position * width : (position + 1) * width])
        reasons = described.reasons(alike[case.id], details.birth)
        if reasons:
            found.append(
                LikelyPerson(
                    id=case.person_id,
                    reference=case.reference,
                    name=display_name(details.called, details.names),
                    birth=details.birth,
                    details=details,
                    reasons=reasons,
                )
            )
    return found
