"""Persons whom the viewer may know already, among her own caseload, before a new case is opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from amparo.access.actions import begin_reading
from amparo.access.rules import Viewer, basis_of
from amparo.cases.models import Case, Person
from amparo.cases.queries.lists import OWN_CASELOAD
from amparo.cases.queries.places import PLACE_CLOSED
from amparo.cases.queries.visible import visible_cases
from amparo.cases.rules.likeness import Likeness, likenesses
from amparo.cases.rules.naming import display_name
from amparo.cases.rules.person import PersonDetails
from amparo.vault.queries import open_many
from amparo.vault.storing import opened_fields, record_from, sealed_of
from amparo.vocab.dates import PartialDate

MOST = 5
_BIRTH = TypeAdapter(PartialDate | None)


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

    Names are compared in memory, in one logged reading of the own caseload; nothing is indexed by name.
    """
    names = [details.called, *(name.text for name in details.names)]
    if not any(names):
        return ()
    own = visible_cases(viewer).filter(worker_id=viewer.user_id).select_related("person")
    newest = list(own.order_by("-opened_date", "-id")[:OWN_CASELOAD])
    by_person = {case.person_id: case for case in reversed(newest)}
    if not by_person:
        return ()
    reading = begin_reading(
        viewer,
        action="cases.case.compare_names",
        persons=list(by_person),
        basis=basis_of(viewer, *by_person.values()),
        fields=opened_fields(Person, without=PLACE_CLOSED),
        now=now,
    )
    cases = list(by_person.values())
    opened = open_many(
        reading,
        [sealed for case in cases for sealed in sealed_of(case.person, PersonDetails, without=PLACE_CLOSED)],
    )
    width = len(opened) // len(cases)
    found = []
    for position, case in enumerate(cases):
        content = opened[position * width : (position + 1) * width]
        likely = _compared(case, content, names, details.birth)
        if likely is not None:
            found.append(likely)
    found.sort(key=lambda one: (Likeness.SAME_NAMES in one.reasons, len(one.reasons)), reverse=True)
    return tuple(found[:MOST])


def _compared(
    case: Case, content: list[dict[str, object]], names: list[str], birth: PartialDate | None
) -> LikelyPerson | None:
    known = {name: value for sealed in content for name, value in sealed.items()}
    known_names = [str(known.get("called", "")), *(str(name["text"]) for name in known.get("names", ()))]  # type: ignore[attr-defined]  # what JSON holds
    known_birth = _BIRTH.validate_python(known.get("birth"))
    reasons = likenesses(names, birth, known_names=known_names, known_birth=known_birth)
    if not reasons:
        return None
    details = record_from(case.person, PersonDetails, content)
    return LikelyPerson(
        id=case.person_id,
        reference=case.reference,
        name=display_name(details.called, details.names),
        birth=details.birth,
        details=details,
        reasons=reasons,
    )
