"""Find whom two people may erase."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from amparo.access.beyond import ask_beyond
from amparo.access.context import acting_as
from amparo.access.queries import scoped
from amparo.access.rules import Permission, TwoPeople, Viewer
from amparo.cases.models import Case
from amparo.cases.queries.visible import Absent, find_case

NEEDED = Permission.CASE_REOPEN  # who may bring back what is closed may also have it erased


def person_to_erase(proof: TwoPeople, reference: str) -> UUID:
    """Give the person of a case whom both may have erased, or held; `Absent` unless both reach each of her cases."""
    (person,) = {person_reached(viewer, reference) for viewer in (proof.asked_by, proof.approved_by)}
    return person


def person_reached(viewer: Viewer, reference: str) -> UUID:
    """Give the person of a case, `Absent` unless the viewer reaches each of her cases.

    Whoever leads another case of hers would lose it without being asked. Nothing of the case is shown, and the reason of
    the erasure is written down: that says for what.
    """
    with acting_as(viewer):
        person = find_case(
            viewer, reference
        ).person_id  # what is needed is asked of all her cases, this one too
        cases = list(_cases_of(viewer, person).values_list("id", flat=True))
        if ask_beyond("amparo_persons_elsewhere", [person], cases):
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
    with acting_as(viewer):
        return _cases_of(viewer, person).count()


def _cases_of(viewer: Viewer, person: UUID) -> QuerySet[Case]:
    return scoped(viewer, Case.objects.filter(person_id=person), permission=NEEDED)
