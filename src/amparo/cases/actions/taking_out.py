"""Note in each case that it left the installation in a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from amparo.access.actions import require
from amparo.access.rules import Permission, Viewer
from amparo.cases.models import CaseEvent
from amparo.cases.rules.timeline import Happening

BATCH = 500


@transaction.atomic
def note_taken_out(*, cases: Iterable[UUID], profile: str, by: Viewer, now: datetime) -> None:
    """Append a line to the timeline of each case that was taken out, by id; the caller found them by a getter."""
    require(by, Permission.EXPORT_RUN)
    CaseEvent.objects.bulk_create(
        [
            CaseEvent(case_id=case, kind=Happening.EXPORTED, at=now, by_id=by.user_id, subject=profile)
            for case in cases
        ],
        batch_size=BATCH,
    )
