"""Change what is recorded. Who saw an older version is told so; nobody overwrites anybody silently."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction

from amparo.access.rules import Permission, Viewer
from amparo.cases.actions.ageing import AGE, follow_record
from amparo.cases.actions.finding import follow_facts
from amparo.cases.actions.happenings import note_happening
from amparo.cases.actions.sealing import sealing_about
from amparo.cases.models import Case, Episode, Person
from amparo.cases.queries.opened import opened_of
from amparo.cases.queries.places import PLACE_CLOSED, visible_place
from amparo.cases.queries.visible import Absent, begin_reading_case, visible_case
from amparo.cases.rules import CaseDetails, EpisodeDetails, PersonDetails, Problem, problems
from amparo.cases.rules.checking import code_problems
from amparo.cases.rules.deriving import birth_year, episode_months
from amparo.cases.rules.opening import episode_problems
from amparo.cases.rules.person import PLACES
from amparo.cases.rules.timeline import Happening
from amparo.vault.queries import open_many
from amparo.vault.rules import KeyKind
from amparo.vault.storing import columns_of, record_from, sealed_of

R = TypeVar("R")


class NotAcceptable(ValueError):
    """What was typed cannot be kept as it is; `problems` says where, what, and how to mend it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{fault.attribute}: {fault.message % fault.about}" for fault in problems))


class Stale(Exception):
    """Somebody changed the record after it was shown. Compare base, theirs and yours, then send again."""

    def __init__(self, *, seen: int) -> None:
        self.seen = seen
        super().__init__("The record was changed by somebody else in the meantime.")


@transaction.atomic
def update_person(
    *,
    reference: str,
    details: PersonDetails,
    version: int,
    by: Viewer,
    now: datetime,
    with_place: bool = False,
) -> None:
    """Change the person of a case; raises `Stale`, `NotAcceptable` or `Absent`.

    Where she is changes only `with_place`. Without, it was not shown to whoever changes something else, and stays as it is:
    what somebody did not see is never written over.
    """
    case = visible_case(by, reference, permission=Permission.PERSON_EDIT)
    if with_place:
        visible_place(by, reference)
    elif any(getattr(details, name) is not None for name in PLACES):
        raise ValueError("These details hold a place, which is kept only with_place.")
    _refuse_faults(problems(details, today=now.date()))
    without = frozenset() if with_place else PLACE_CLOSED
    old = _stored(case.person, PersonDetails, case=case, by=by, now=now, without=without)
    changed = _changed(old, details)
    columns = _columns(details, Person, case.person_id, case, by, now, without=without)
    columns["birth_year"] = birth_year(details)
    _write(Person, case.person_id, version, columns, now)
    if AGE.intersection(changed):
        follow_record(details, person=case.person_id, now=now)
    _touch(case, now)
    note_happening(
        case, Happening.PERSON_CHANGED, action="cases.person.change", by=by, now=now, fields=changed
    )
    follow_facts(old, details, changed=changed, person=case.person_id, by=by, now=now)


@transaction.atomic
def update_case(*, reference: str, details: CaseDetails, version: int, by: Viewer, now: datetime) -> None:
    """Change a case itself; raises `Stale`, `NotAcceptable` or `Absent`."""
    case = visible_case(by, reference, permission=Permission.CASE_EDIT)
    _refuse_faults(problems(details, today=now.date()))
    changed = _changed(_stored(case, CaseDetails, case=case, by=by, now=now), details)
    _write(Case, case.id, version, _columns(details, Case, case.id, case, by, now), now)
    note_happening(case, Happening.CASE_CHANGED, action="cases.case.change", by=by, now=now, fields=changed)


@transaction.atomic
def update_episode(
    *, reference: str, episode: UUID, details: EpisodeDetails, version: int, by: Viewer, now: datetime
) -> None:
    """Change an episode of a case; raises `Stale`, `NotAcceptable` or `Absent`."""
    case = visible_case(by, reference, permission=Permission.CASE_EDIT)
    row = case.episodes.filter(id=episode).first()
    if row is None:
        raise Absent
    refuse_episode_faults(details, case=case, by=by, now=now)
    changed = _changed(_stored(row, EpisodeDetails, case=case, by=by, now=now), details)
    columns = _columns(details, Episode, row.id, case, by, now) | episode_months(details)
    _write(Episode, row.id, version, columns, now)
    _touch(case, now)
    note_happening(
        case, Happening.EPISODE_CHANGED, action="cases.episode.change", by=by, now=now,
        subject=str(row.number), fields=changed,
    )  # fmt: skip


def refuse_unknown_code(code: str, *, codes: str, attribute: str = "kind") -> None:
    """Refuse a code that is not of its list; raises `NotAcceptable`."""
    _refuse_faults(tuple(code_problems(attribute, codes, code)))


def refuse_episode_faults(details: EpisodeDetails, *, case: Case, by: Viewer, now: datetime) -> None:
    """Refuse an episode with faults, also against the person's date of birth, which is opened for this."""
    opened = opened_of(case, Person, only=("identity",))
    reading = begin_reading_case(by, case, action="cases.case.compare", fields=opened, now=now)
    person = record_from(case.person, PersonDetails, open_many(reading, [case.person.identity]))
    _refuse_faults(episode_problems(details, birth=person.birth, today=now.date()))


def _refuse_faults(faults: tuple[Problem, ...]) -> None:
    if faults:
        raise NotAcceptable(faults)


def _write(
    model: type[models.Model], row: UUID, version: int, columns: dict[str, Any], now: datetime
) -> None:
    rows: models.QuerySet[Any] = model._default_manager.filter(pk=row, version=version)
    if not rows.update(**columns, version=version + 1, changed_at=now):
        raise Stale(seen=version)


def _columns(
    details: Any,
    model: type[models.Model],
    row: UUID,
    case: Case,
    by: Viewer,
    now: datetime,
    *,
    without: Collection[KeyKind] = (),
) -> dict[str, Any]:
    sealing = sealing_about(case, by=by, now=now)
    return columns_of(details, model=model, row=row, person=case.person_id, sealing=sealing, without=without)


def _touch(case: Case, now: datetime) -> None:
    """Let the case count as worked on, also where only its person or an episode changed."""
    Case.objects.filter(id=case.id).update(changed_at=now)


def _stored(
    row: models.Model,
    record: type[R],
    *,
    case: Case,
    by: Viewer,
    now: datetime,
    without: Collection[KeyKind] = (),
) -> R:
    """Open what is recorded, to compare it with what comes; it is read as such."""
    opened = opened_of(case, type(row), without=without)
    reading = begin_reading_case(by, case, action="cases.case.compare", fields=opened, now=now)
    return record_from(row, record, open_many(reading, sealed_of(row, record, without=without)))


def _changed(old: Any, new: Any) -> tuple[str, ...]:
    """Name the attributes that differ, for the log."""
    return tuple(f.name for f in fields(new) if getattr(old, f.name) != getattr(new, f.name))
