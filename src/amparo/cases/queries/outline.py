"""What can be said of a case while its keys are away: what is coded. What is sealed is not opened, and no form is filled from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from amparo.access.rules import Viewer
from amparo.cases.queries.visible import visible_case
from amparo.cases.rules.case import CaseDetails
from amparo.cases.rules.children import ChildTrack
from amparo.cases.rules.lifecycle import Stage
from amparo.cases.rules.person import PersonDetails
from amparo.vault.storing import record_from


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseOutline:
    """A case without what is sealed: of `person` and `details`, only coded attributes are true, the others are empty."""

    reference: str
    stage: Stage
    child_track: ChildTrack
    birth_year: int | None
    opened_date: date
    changed_at: datetime
    organisation: str
    team: str
    worker: str
    person: PersonDetails
    details: CaseDetails


def get_outline(viewer: Viewer, reference: str) -> CaseOutline:
    """Return what is coded of one case; `Absent` when it is hidden from the viewer or does not exist."""
    case = visible_case(viewer, reference)
    return CaseOutline(
        reference=case.reference,
        stage=Stage(case.stage),
        child_track=ChildTrack(case.child_track),
        birth_year=case.person.birth_year,
        opened_date=case.opened_date,
        changed_at=case.changed_at,
        organisation=case.organisation.name,
        team="" if case.team is None else case.team.name,
        worker="" if case.worker is None else case.worker.name,
        person=record_from(case.person, PersonDetails, ()),
        details=record_from(case, CaseDetails, ()),
    )
