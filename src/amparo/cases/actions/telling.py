"""Tell the independent unit something. The case keeps no trace of it, and the log does not say who told it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from amparo.access.rules import NOBODY, Viewer
from amparo.audit.actions import record
from amparo.cases.models import UnitMessage
from amparo.cases.queries.visible import find_case
from amparo.vault.actions import begin_sealing
from amparo.vault.rules import Compartment
from amparo.vault.storing import sealed_column
from amparo.vocab.identifiers import uuid7


class EmptyMessage(ValueError):
    """A message says something."""


@transaction.atomic
def tell_unit(*, reference: str, text: str, is_named: bool, by: Viewer, now: datetime) -> None:
    """Seal a message about a case for the integrity officers. Raises `Absent` or `EmptyMessage`."""
    case = find_case(by, reference)
    if not text.strip():
        raise EmptyMessage("Write what the unit should know.")
    row = uuid7()
    sealing = begin_sealing((), new=[row], compartment=Compartment.INTEGRITY, within=(), now=now)
    content = {"text": text, "reference": case.reference}
    if is_named:
        content |= {"sender": by.name, "organisation": by.organisation_name}
    sealed = sealed_column(content, model=UnitMessage, name="content", row=row, person=row, sealing=sealing)
    UnitMessage.objects.create(id=row, content=sealed, sent_at=now)
    record("cases.unit.tell", by=NOBODY, at=now, record=f"message:{row}")
