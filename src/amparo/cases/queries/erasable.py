"""Find whom two people may erase."""

from __future__ import annotations

from uuid import UUID

from amparo.access.queries import scoped
from amparo.access.rules import Permission, TwoPeople
from amparo.cases.models import Case
from amparo.cases.queries.visible import Absent, visible_case

NEEDED = Permission.CASE_REOPEN  # who may bring back what is closed may also have it erased


def person_to_erase(proof: TwoPeople, reference: str) -> UUID:
    """Give the person of a case whom both may have erased, or held; `Absent` unless both reach each of her cases.

    Whoever leads another case of hers would lose it without being asked.
    """
    viewers = (proof.asked_by, proof.approved_by)
    (person,) = {visible_case(viewer, reference, permission=NEEDED).person_id for viewer in viewers}
    all_of_her = Case.objects.filter(person_id=person)
    for viewer in viewers:
        if scoped(viewer, all_of_her, permission=NEEDED).count() != all_of_her.count():
            raise Absent
    return person
