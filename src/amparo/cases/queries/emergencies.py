"""Find a case for an emergency: the one place that looks beyond the reach of the viewer, and it opens nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from amparo.access.actions import Opened
from amparo.access.queries import scoped
from amparo.access.queries.emergencies import emergency_viewer
from amparo.access.rules import Viewer
from amparo.cases.models import Case
from amparo.vault.queries import compartment_of
from amparo.vault.rules import Compartment
from amparo.vocab.reference import BadReference, parse_reference

NOBODY = UUID(int=0)
CLOSED_ALWAYS = frozenset({Compartment.INTEGRITY})


def find_for_emergency(viewer: Viewer, reference: str, *, now: datetime) -> Opened | None:
    """Find what an emergency may open; None for what is absent, erased, walled off or of the integrity compartment.

    What is closed is asked of the database in the same steps as what is absent, so that the time tells nothing.
    """
    try:
        canonical = parse_reference(reference)
    except BadReference:
        return None
    case = Case.objects.filter(reference=canonical).first()
    home = compartment_of(case.person_id if case is not None else NOBODY)
    reading = emergency_viewer(viewer, record=case.id if case is not None else NOBODY, number=0)
    is_reached = scoped(reading, Case.objects.filter(reference=canonical)).exists()
    if case is None or home is None or home in CLOSED_ALWAYS or not is_reached:
        return None
    return Opened(
        record=case.id,
        reference=case.reference,
        person=case.person_id,
        owner=case.worker_id,
        organisation_id=case.organisation_id,
    )


def is_open_in_emergency(viewer: Viewer, reference: str) -> bool:
    """Tell whether a running opening still reaches its case: a wall or an erasure that came later closes it."""
    case = scoped(viewer, Case.objects.filter(reference=reference)).first()
    home = None if case is None else compartment_of(case.person_id)
    return home is not None and home not in CLOSED_ALWAYS
