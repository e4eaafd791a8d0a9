"""Make readings that were drawn, straight in the tables."""

from __future__ import annotations

from datetime import date, datetime

from amparo.access.rules import Viewer
from amparo.cases.models import Case
from amparo.oversight.models import Sample, SampledReading
from tests.factories.accounts import NOW


def make_drawn(reader: Viewer | int, reference: str, *, now: datetime = NOW) -> SampledReading:
    """Let a reading of a case by somebody be drawn, in the week's sample of the organisation of the case."""
    case = Case.objects.get(reference=reference)
    sample, _ = Sample.objects.get_or_create(
        organisation_id=case.organisation_id, week=date(2026, 11, 16), defaults={"seed": 1, "drawn_at": now}
    )
    return SampledReading.objects.create(
        sample=sample, event=1, user_id=reader if isinstance(reader, int) else reader.known_user_id,
        person=case.person_id, action="cases.case.read", record=reference, basis="team", read_at=now,
    )  # fmt: skip
