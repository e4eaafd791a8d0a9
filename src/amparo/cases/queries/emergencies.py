"""Find a case for an emergency: the one place that looks beyond the reach of the viewer, and it opens nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from amparo.access.actions import Opened
from amparo.access.beyond import ask_beyond
from amparo.access.context import acting_as
from amparo.access.queries import scoped
from amparo.access.rules import Viewer
from amparo.cases.models import Case
from amparo.vault.queries import compartment_of
from amparo.vault.rules import Compartment
from amparo.vocab.reference import BadReference, parse_reference

NOBODY = UUID(int=0)
CLOSED_ALWAYS = frozenset({Compartment.INTEGRITY})


def find_for_emergency(viewer: Viewer, reference: str, *, now: datetime) -> Opened | None:
    """Find what an emergency may open; None for what is absent, erased, walled off or of the integrity compartment.

    What is closed is asked of the database in the same steps as what is absent, so that the time tells nothing. The database
    itself leaves out what is walled off, restricted or of a compartment in which the viewer does not work.
    """
    try:
        canonical = parse_reference(reference)
    except BadReference:
        return None
    with acting_as(viewer):
        found = ask_beyond("amparo_case_for_emergency", canonical)
    record, person, organisation, worker = found[0] if found else (NOBODY, NOBODY, 0, None)
    home = compartment_of(person)
    if home is None or home in CLOSED_ALWAYS:  # of nobody there is none
        return None
    return Opened(
        record=record, reference=canonical, person=person, owner=worker, organisation_id=organisation
    )


def is_open_in_emergency(viewer: Viewer, reference: str) -> bool:
    """Tell whether a running opening still reaches its case: a wall or an erasure that came later closes it."""
    case = scoped(viewer, Case.objects.filter(reference=reference)).first()
    home = None if case is None else compartment_of(case.person_id)
    return home is not None and home not in CLOSED_ALWAYS
