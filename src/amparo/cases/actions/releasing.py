"""Release what a unit that looks without telling read about a person."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from amparo.access.actions import require
from amparo.access.rules import Permission, Viewer
from amparo.audit import actions as audit
from amparo.cases.queries.visible import find_case


@transaction.atomic
def release_readings(*, reference: str, by: Viewer, now: datetime) -> None:
    """Let the person of a case be told what the viewer's unit read about her until now. Raises `Refused` or `Absent`.

    Only whoever may read the case in its compartment releases it: what the independent unit read, that unit alone.
    """
    require(by, Permission.READINGS_RELEASE)
    case = find_case(by, reference)
    audit.release_readings(case.person_id, by=by, now=now)
