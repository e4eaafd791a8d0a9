"""Open a case beyond one's reach in an emergency."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from amparo.access.actions import open_in_emergency as open_for_an_hour
from amparo.access.actions import require
from amparo.access.context import keeping
from amparo.access.rules import EmergencyReason, Permission, Viewer
from amparo.cases.models import CaseEvent
from amparo.cases.queries import find_for_emergency
from amparo.cases.rules.timeline import Happening


class NotOpened(Exception):
    """There is nothing that this emergency opens: absent, erased, walled off, all with one answer."""


@transaction.atomic
def open_in_emergency(
    *, reference: str, reason: EmergencyReason, text: str, by: Viewer, now: datetime
) -> UUID:
    """Open the person of a case for an hour; gives the id of the opening, which stands in the case's timeline too.

    Raises `NotOpened`, or what `access.actions.open_in_emergency` raises.
    """
    require(by, Permission.EMERGENCY_OPEN)
    found = find_for_emergency(by, reference, now=now)
    if found is None:
        raise NotOpened
    opening = open_for_an_hour(found, reason=reason, text=text, by=by, now=now)
    with keeping([found.person]):  # of the case she reads for an hour, and never writes to
        CaseEvent.objects.create(
            case_id=found.record, kind=Happening.EMERGENCY, at=now, by_id=by.user_id, subject=""
        )
    return opening
