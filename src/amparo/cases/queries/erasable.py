"""Find whom two people may erase."""

from __future__ import annotations

from uuid import UUID

from amparo.access.queries import scoped
from amparo.access.rules import Permission, TwoPeople, Viewer
from amparo.cases.models import Case
from amparo.cases.queries.visible import Absent, visible_case

NEEDED = Permission.CASE_REOPEN  # who may bring back what is closed may also have it erased


def person_to_erase(proof: TwoPeople, reference: str) -> UUID:
    """Give the person of a case whom both may have erased, or held; `Absent` unless both reach each of her cases."""
    (person,) = {person_reached(viewer, reference) for viewer in (proof.asked_by, proof.approved_by)}
    return person


def person_reached(viewer: Viewer, reference: str) -> UUID:
    """Give the person of a case, `Absent` unless the viewer reaches each of her cases.

    Whoever leads another case of hers would lose it without being asked.
    """
    person = visible_case(viewer, reference, permission=NEEDED).person_id
    all_of_her = Case.objects.filter(person_id=person)
    if scoped(viewer, all_of_her, permission=NEEDED).count() != all_of_her.count():
        raise Absent
    return person


def is_erasable(viewer: Viewer, reference: str) -> bool:
    """Tell whether the viewer may have a say in erasing the person of a case."""
    try:
        person_reached(viewer, reference)
    except Absent:
        return False
    return True


def count_cases(viewer: Viewer, person: UUID) -> int:
    """Count the cases of a person that the viewer reaches."""
    return scoped(viewer, Case.objects.filter(person_id=person), permission=NEEDED).count()
