"""Hand out a case on paper."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from amparo.access.rules import Permission, Viewer
from amparo.cases.actions.happenings import note_happening
from amparo.cases.queries.files import CaseFile, get_case
from amparo.cases.queries.visible import visible_case
from amparo.cases.rules.timeline import Happening


@transaction.atomic
def take_summary(*, reference: str, by: Viewer, now: datetime) -> CaseFile:
    """Open a case in order to print it, and write down that it was printed. Raises `Absent`."""
    case = visible_case(by, reference, permission=Permission.SUMMARY_PRINT)
    file = get_case(by, reference, now=now)
    note_happening(case, Happening.SUMMARY_PRINTED, action="cases.summary.print", by=by, now=now)
    return file
