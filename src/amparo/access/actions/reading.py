"""Begin to read what is sealed: the only way to a `Reading`, and it leaves a trace."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from amparo.access.actions.permission import require
from amparo.access.rules import Permission, Purpose, Viewer
from amparo.audit.actions import record as record_event
from amparo.vault.rules import Reading


def begin_reading(
    viewer: Viewer,
    *,
    action: str,
    persons: Iterable[UUID],
    now: datetime,
    record: str = "",
    fields: Iterable[str] = (),
    purpose: Purpose | None = None,
    of: UUID | None = None,
) -> Reading:
    """Log that the viewer reads about these persons, and give the key to what is sealed about them.

    The caller has found the records through a scoped getter; this asks only for the permission to read. The log
    is written in the caller's transaction, so what is rolled back was not read either. Without a purpose it is that of the
    viewer's role; `of` is the one record that is opened, where a grant may open more of it.
    """
    require(viewer, Permission.CASE_READ)
    covered = frozenset(persons)
    said = purpose or viewer.stated_purpose or viewer.purpose or ""
    record_event(
        action,
        by=viewer,
        at=now,
        record=record,
        persons=sorted(covered),
        fields=fields,
        count=len(covered),
        purpose=said,
    )
    return Reading(
        user_id=viewer.user_id,
        membership_id=viewer.membership_id,
        organisation_id=viewer.organisation_id,
        purpose=said,
        action=action,
        persons=covered,
        compartments=viewer.reads_in(of),
    )
