"""Name the invented persons, and release what a unit read without telling."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Least, Now

from amparo.audit.actions.writing import record
from amparo.audit.models import Canary, Release
from amparo.audit.rules import Actor
from amparo.vocab.reference import parse_reference


@transaction.atomic
def name_canary(reference: str, *, by: Actor, now: datetime) -> str:
    """Let every opening of this case raise an alert; gives its reference. Raises `BadReference`.

    Whether there is such a case is neither looked up nor told.
    """
    canonical = parse_reference(reference)
    row, _ = Canary.objects.update_or_create(
        reference=canonical, defaults={"named_by": by.user_id, "named_at": now, "ended_at": None}
    )
    # By its number, never by the reference: the lead of the case reads the log of it.
    record("audit.canary.name", by=by, at=now, record=f"canary:{row.pk}")
    return canonical


@transaction.atomic
def end_canary(reference: str, *, by: Actor, now: datetime) -> bool:
    """Let the opening of this case raise no more alert; tells whether it had been named. Raises `BadReference`."""
    canonical = parse_reference(reference)
    row = Canary.objects.select_for_update().filter(reference=canonical, ended_at=None).first()
    if row is None:
        return False
    Canary.objects.filter(pk=row.pk).update(ended_at=now)
    record("audit.canary.end", by=by, at=now, record=f"canary:{row.pk}")
    return True


@transaction.atomic
def release_readings(person: UUID, *, by: Actor, now: datetime) -> None:
    """Let a person be told what the actor's unit read of her until now. Whether the actor may is asked above.

    No later than now by the clock of the database, which stamps the readings: a host's clock set ahead releases nothing to come.
    """
    if by.organisation_id is None:
        raise ValueError("Only somebody of a unit releases what the unit read.")
    Release.objects.create(
        person=person,
        organisation=by.organisation_id,
        released_by=by.user_id,
        released_at=Least(Value(now), Now()),
    )
    record(
        "audit.readings.release", by=by, at=now, record=str(person), persons=[person], basis="organisation"
    )
