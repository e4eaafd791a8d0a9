"""Leave the two traces that every write leaves: a line in the case's timeline and an event in the audit log."""

from __future__ import annotations

from datetime import datetime

from amparo.access.rules import Viewer, basis_of
from amparo.audit.actions import record
from amparo.cases.models import Case, CaseEvent
from amparo.cases.rules.timeline import Happening


def note_happening(
    case: Case,
    happening: Happening,
    *,
    action: str,
    by: Viewer,
    now: datetime,
    subject: str = "",
    fields: tuple[str, ...] = (),
) -> None:
    """Append to the timeline and to the audit log, in the transaction of the write itself."""
    CaseEvent.objects.create(case=case, kind=happening, at=now, by_id=by.user_id, subject=subject)
    record(
        action,
        by=by,
        at=now,
        record=case.reference,
        persons=[case.person_id],
        fields=fields,
        basis=basis_of(by, case),
    )
