"""Find whom two people may erase."""

from __future__ import annotations

from uuid import UUID

from amparo.access.context import HOUSEKEEPER, acting_as, reading_as
from amparo.access.queries import scoped
from amparo.access.rules import Permission, TwoPeople, Viewer
from amparo.cases.models import Case
from amparo.cases.queries.visible import Absent, visible_case

NEEDED = Permission.CASE_REOPEN  # who may bring back what is closed may also have it erased


def person_to_erase(proof: TwoPeople, reference: str) -> UUID:
    """Give the person of a case whom both may have erased, or held; `Absent` unless both reach each of her cases.

    Whoever leads another case of hers would lose it without being asked.
    """
    viewers = (proof.asked_by, proof.approved_by)
    found = {_reached(viewer, reference) for viewer in viewers}
    (person,) = {person for person, _ in found}
    all_of_her = _all_of_her(person)
    if any(cases != all_of_her for _, cases in found):
        raise Absent
    return person


def _all_of_her(person: UUID) -> set[UUID]:
    with reading_as(HOUSEKEEPER):  # also those that neither of them reaches
        return set(Case.objects.filter(person_id=person).values_list("id", flat=True))


def _reached(viewer: Viewer, reference: str) -> tuple[UUID, frozenset[UUID]]:
    """Give the person of a case, and those of all her cases that somebody may have erased."""
    with acting_as(viewer):
        person = visible_case(viewer, reference, permission=NEEDED).person_id
        cases = scoped(viewer, Case.objects.filter(person_id=person), permission=NEEDED)
        return person, frozenset(cases.values_list("id", flat=True))
