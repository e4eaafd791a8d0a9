"""Write to the log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from amparo.audit.models import Event
from amparo.audit.rules import Actor, checked_labels


def record(
    action: str,
    *,
    by: Actor,
    at: datetime,
    record: str = "",
    persons: Iterable[UUID] = (),
    fields: Iterable[str] = (),
    count: int | None = None,
    purpose: str = "",
    outcome: str = "done",
) -> None:
    """Append one event, in the transaction of what it tells of."""
    named = tuple(fields)
    checked_labels(action=action, record=record, labels=(*named, purpose, outcome))
    Event.objects.create(
        at=at,
        user=by.user_id,
        membership=by.membership_id,
        organisation=by.organisation_id,
        action=action,
        record=record,
        persons=list(persons),
        fields=list(named),
        count=count,
        purpose=purpose,
        outcome=outcome,
    )
