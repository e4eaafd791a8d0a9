"""Who saw a case: for its lead, and for the person herself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from amparo.access.queries import granted_organisations
from amparo.access.rules import Permission, Scope, Standing, Viewer, basis_of, covert_roles
from amparo.accounts.queries import Worked, memberships_in, worked_as
from amparo.audit.actions import record
from amparo.audit.queries import EventLine, readers_of, seen_case
from amparo.cases.models import Case
from amparo.cases.queries.visible import Absent, visible_case


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenPage:
    """A page of who saw a case: the lines of the log, and who stands behind each membership."""

    lines: tuple[EventLine, ...]
    people: dict[int, Worked]
    next: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Who saw data of a person, as she is told: an organisation and a function, never a name, and days, never hours."""

    organisation: str
    role: str
    first: date
    last: date
    fields: tuple[str, ...]


def leads(viewer: Viewer, case: Standing) -> bool:
    """Tell whether the viewer leads a case: works on it, or answers for the cases of its organisation."""
    if case.organisation_id != viewer.organisation_id:
        return False
    return viewer.scope is Scope.ORGANISATION or (
        viewer.user_id is not None and case.worker_id == viewer.user_id
    )


def led_case(viewer: Viewer, reference: str) -> Case:
    """Return the row of a case that the viewer leads; `Absent` when it is hidden, absent, or led by somebody else."""
    case = visible_case(viewer, reference, permission=Permission.CASE_READ_LOG)
    if not leads(viewer, case):
        raise Absent
    return case


def list_seen(viewer: Viewer, reference: str, *, now: datetime, before: int = 0) -> SeenPage:
    """Return who did and read what about a case, newest first; that this was asked is written down as well.

    A unit that looks without telling sees its own readings, and nobody else does.
    """
    case = led_case(viewer, reference)
    _note(viewer, case, "cases.log.read", now)
    organisations = {case.organisation_id, *granted_organisations(case.id)}
    found = seen_case(
        case.reference,
        case.person_id,
        organisations=organisations,
        covert=memberships_in(
            covert_roles(), but_of=viewer.organisation_id if viewer.role in covert_roles() else None
        ),
        before=before,
    )
    memberships = {line.membership for line in found.lines if line.membership is not None}
    return SeenPage(lines=found.lines, people=worked_as(memberships), next=found.next)


def list_readers(
    viewer: Viewer, reference: str, *, now: datetime, is_printed: bool = False
) -> tuple[Reader, ...]:
    """Return who saw data of the person of a case, for herself; what a unit holds back leaves no gap.

    Organisations and functions, first and last day: no name, for names of staff at a shelter or a police unit endanger them,
    and no hour, from which a name could be told.
    """
    case = led_case(viewer, reference)
    _note(viewer, case, "cases.log.print" if is_printed else "cases.log.read", now)
    found = readers_of(case.person_id, covert=memberships_in(covert_roles()))
    people = worked_as(line.membership for line in found if line.membership is not None)
    readers: dict[tuple[str, str], Reader] = {}
    for line in found:
        worked = people.get(line.membership or 0)
        if worked is None:
            continue
        first, last = (timezone.localdate(moment) for moment in (line.first, line.last))
        before = readers.get((worked.organisation_name, worked.role))
        readers[worked.organisation_name, worked.role] = Reader(
            organisation=worked.organisation_name,
            role=worked.role,
            first=min(first, before.first) if before else first,
            last=max(last, before.last) if before else last,
            fields=tuple(dict.fromkeys((*(before.fields if before else ()), *line.fields))),
        )
    return tuple(readers[key] for key in sorted(readers))


def _note(viewer: Viewer, case: Case, action: str, now: datetime) -> None:
    record(
        action,
        by=viewer,
        at=now,
        record=case.reference,
        persons=[case.person_id],
        basis=basis_of(viewer, case),
    )
