"""Begin to read what is sealed: the only way to a `Reading`, and it leaves a trace."""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from amparo.access.actions.permission import require
from amparo.access.rules import Permission, Viewer
from amparo.audit.actions import record as record_event
from amparo.vault.rules import KeyKind, Reading

_AS_NUMBER = attrgetter("int")  # the order of ids themselves, many times quicker


def begin_reading(
    viewer: Viewer,
    *,
    action: str,
    persons: Iterable[UUID],
    basis: str,
    now: datetime,
    record: str = "",
    fields: Iterable[str] = (),
    purpose: str = "",
    permission: Permission = Permission.CASE_READ,
) -> Reading:
    """Log that the viewer reads about these persons, and give the key to what is sealed about them.

    `basis` is the ground on which the records lie open (`rules.basis_of`), `fields` names the columns that are opened.
    The caller has found the records through a scoped getter; this asks only for the permission to read. The log
    is written in the caller's transaction, so what is rolled back was not read either. What is read in an emergency is
    logged as such, and no place is opened.
    """
    require(viewer, permission)
    covered = frozenset(persons)
    record_event(
        action,
        by=viewer,
        at=now,
        record=record,
        persons=sorted(covered, key=_AS_NUMBER),
        fields=fields,
        count=len(covered),
        purpose=purpose,
        basis=basis,
    )
    return Reading(
        user_id=viewer.user_id,
        membership_id=viewer.membership_id,
        closed=frozenset() if viewer.emergency is None else frozenset({KeyKind.PLACE}),
        organisation_id=viewer.organisation_id,
        purpose=purpose,
        action=action,
        persons=covered,
    )
