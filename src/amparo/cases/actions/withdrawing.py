"""Take cases back that came in by mistake, as long as nobody has worked on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pgtrigger
from django.db import connection, transaction
from django.db.models import Q

from amparo.access.actions import require
from amparo.access.beyond import ask_beyond
from amparo.access.queries import scoped
from amparo.access.rules import Permission, Viewer, basis_of
from amparo.audit.actions import record
from amparo.cases.actions.finding import forget_facts
from amparo.cases.models import Case, CaseEvent, Episode, Note, Person
from amparo.cases.queries.visible import Absent
from amparo.cases.rules.timeline import Happening
from amparo.vocab.text import N_

AT_ONCE = 1_000
NO_WORK = (Happening.IMPORTED, Happening.AGE_IN_DOUBT, Happening.BECAME_ADULT)  # nobody did that by hand


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """Something that was done on a case since it was opened: what, by whom, when."""

    reference: str
    what: str
    by: str
    at: datetime


class WorkedOn(Exception):
    """Somebody has worked on these cases, so they are not taken back; `work` says who did what."""

    def __init__(self, work: tuple[Work, ...]) -> None:
        self.work = work
        super().__init__(f"{len({one.reference for one in work})} cases were worked on since.")


@transaction.atomic
def withdraw_cases(*, references: Collection[str], by: Viewer, now: datetime) -> int:
    """Remove imported cases with all that came with them, and persons who have no other case; gives how many cases.

    Raises `WorkedOn` where anything was added or changed since, and `Absent` where a case is out of reach. What the
    database keeps of every version (the history) and the audit log stay.
    """
    require(by, Permission.IMPORT_UNDO)
    cases = _locked(references, by)
    work = [one for start in range(0, len(cases), AT_ONCE) for one in _work(cases[start : start + AT_ONCE])]
    if work:
        raise WorkedOn(tuple(work))
    persons = sorted({case.person_id for case in cases})
    elsewhere = {
        person for (person,) in ask_beyond("amparo_persons_elsewhere", persons, [case.id for case in cases])
    }
    alone = [person for person in persons if person not in elsewhere]
    for start in range(0, len(alone), AT_ONCE):
        forget_facts(alone[start : start + AT_ONCE], by=by, now=now)
        _delete_persons(alone[start : start + AT_ONCE])
    for start in range(0, len(cases), AT_ONCE):
        _delete_cases([case.id for case in cases[start : start + AT_ONCE]])
    record(
        "cases.case.withdraw", by=by, at=now, persons=persons, count=len(cases), basis=basis_of(by, *cases)
    )
    return len(cases)


def _locked(references: Collection[str], by: Viewer) -> list[Case]:
    reachable = scoped(by, Case.objects.all(), permission=Permission.IMPORT_UNDO)
    cases = list(
        reachable.filter(reference__in=set(references)).order_by("id").select_for_update(of=("self",))
    )
    if len(cases) != len(set(references)):
        raise Absent
    return cases


def _work(cases: list[Case]) -> list[Work]:
    by_id = {case.id: case for case in cases}
    done = (
        CaseEvent.objects.filter(case__in=cases).exclude(kind__in=NO_WORK).select_related("by").order_by("at")
    )
    work = [
        Work(
            reference=by_id[one.case_id].reference,
            what=Happening(one.kind).label,
            by="" if one.by is None else one.by.name,
            at=one.at,
        )
        for one in done
    ]
    return work or _changes_without_a_line(cases)


def _changes_without_a_line(cases: list[Case]) -> list[Work]:
    """Look at the versions as well: a person may have been changed through another of her cases."""
    ids = [case.id for case in cases]
    opened = {case.id: case.created_at for case in cases}
    touched = Case.objects.filter(id__in=ids).filter(
        Q(version__gt=1) | Q(episodes__version__gt=1) | Q(documents__isnull=False)
    )
    changed = {one.id: one for one in touched.distinct()}
    new_persons = {case.person_id: case for case in cases}
    for person in Person.objects.filter(id__in=list(new_persons), version__gt=1):
        case = new_persons[person.id]
        if person.created_at >= opened[case.id]:
            changed[case.id] = case
    return [
        Work(reference=one.reference, what=N_("The record was changed"), by="", at=one.changed_at)
        for one in changed.values()
    ]


def _delete_persons(ids: list[UUID]) -> None:
    """Remove persons while their cases still stand, for they are seen through them; the key is checked at the end."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_person WHERE id = ANY (%s)", [ids])


def _delete_cases(ids: list[UUID]) -> None:
    Note.objects.filter(case_id__in=ids).delete()
    Episode.objects.filter(case_id__in=ids).delete()
    # The timeline is appended to and never changed while its case exists; it goes with the case.
    with pgtrigger.ignore("cases.CaseEvent:append_only"):
        CaseEvent.objects.filter(case_id__in=ids).delete()
    Case.objects.filter(id__in=ids).delete()
