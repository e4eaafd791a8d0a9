"""What was told to the independent unit. For all others there is nothing of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from amparo.access.actions import begin_reading
from amparo.access.rules import Permission, Viewer, own_ground
from amparo.cases.models import UnitMessage
from amparo.vault.queries import open_many
from amparo.vault.storing import opened_fields

SHOWN = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageFile:
    """One message, opened. Without a sender it was told without a name."""

    id: UUID
    text: str
    reference: str
    sender: str
    organisation: str
    sent_at: datetime


def list_messages(viewer: Viewer, *, now: datetime) -> tuple[MessageFile, ...]:
    """Open the newest messages in one logged reading; none without the permission."""
    if not viewer.may(Permission.MESSAGE_READ):
        return ()
    rows = list(UnitMessage.objects.order_by("-sent_at", "-id")[:SHOWN])
    if not rows:
        return ()
    reading = begin_reading(
        viewer,
        action="cases.unit.read",
        persons=[row.id for row in rows],
        basis=own_ground(viewer),
        fields=opened_fields(UnitMessage),
        now=now,
    )
    opened = open_many(reading, [row.content for row in rows])
    return tuple(
        MessageFile(
            id=row.id,
            text=content.get("text", ""),
            reference=content.get("reference", ""),
            sender=content.get("sender", ""),
            organisation=content.get("organisation", ""),
            sent_at=row.sent_at,
        )
        for row, content in zip(rows, opened, strict=True)
    )
