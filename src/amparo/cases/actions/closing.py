"""Close a case to all but named people, and keep somebody away from a person for good."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from amparo.access.actions import make_wall, name_readers
from amparo.access.context import acting_as, keeping
from amparo.access.rules import (
    NEEDED_FOR_SEALED,
    READERS,
    ClearanceLevel,
    ClearanceReason,
    Permission,
    Viewer,
    WallReason,
)
from amparo.accounts.queries import workers_of
from amparo.cases.actions.happenings import note_happening
from amparo.cases.models import Case
from amparo.cases.queries.visible import find_case, visible_case
from amparo.cases.rules.timeline import Happening


class NotClosable(ValueError):
    """The people who are named do not do; the message says why and may be shown."""


@transaction.atomic
def restrict_case(
    *,
    reference: str,
    level: ClearanceLevel,
    named: Collection[int],
    reason: ClearanceReason,
    by: Viewer,
    now: datetime,
) -> None:
    """Close a case to all but people of its organisation who are named, or open it again. Raises `NotClosable`."""
    case = visible_case(by, reference, permission=Permission.CASE_RESTRICT)
    users = set() if level is ClearanceLevel.NORMAL else set(named)
    if users:
        _refuse_wrong(case, users, level, by=by, now=now)
    elif level is not ClearanceLevel.NORMAL:
        raise NotClosable(_("Name yourself at least: a case that nobody sees is lost."))
    name_readers(record=case.id, users=users, by=by, now=now)
    with acting_as(replace(by, cleared=by.cleared | {case.id})):  # as one of those who were named just now
        Case.objects.filter(id=case.id).update(clearance=level, changed_at=now)
        happening = Happening.UNRESTRICTED if level is ClearanceLevel.NORMAL else Happening.RESTRICTED
        note_happening(case, happening, action="cases.case.restrict", by=by, now=now, subject=reason)


def _refuse_wrong(case: Case, users: set[int], level: ClearanceLevel, *, by: Viewer, now: datetime) -> None:
    if not users <= {user for user, _name in workers_of(case.organisation_id, now, roles=READERS)}:
        raise NotClosable(_("Name people who work with cases in this organisation."))
    if by.user_id not in users:
        raise NotClosable(_("Name yourself too. Somebody who is named can take you off the list afterwards."))
    if case.worker_id is not None and case.worker_id not in users:
        raise NotClosable(_("Name who works on the case too, or give it to somebody else first."))
    if level is ClearanceLevel.SEALED and len(users) < NEEDED_FOR_SEALED:
        raise NotClosable(_("Name two people at least, so that nobody holds it alone."))


@transaction.atomic
def declare_known(*, reference: str, reason: WallReason, by: Viewer, now: datetime) -> None:
    """Step back from a person whom one knows: from now on she and all her cases do not exist for the viewer."""
    case = find_case(by, reference)
    make_wall(person=case.person_id, reason=reason, user_id=by.known_user_id, by=by, now=now)
    take_off(case.person_id, by.known_user_id, now)
    with keeping([case.person_id]):  # whose case she reaches no more, or only ever could read
        note_happening(case, Happening.STEPPED_BACK, action="cases.case.step_back", by=by, now=now)


@transaction.atomic
def keep_away(
    *,
    reference: str,
    reason: WallReason,
    by: Viewer,
    now: datetime,
    user_id: int | None = None,
    organisation_id: int | None = None,
) -> None:
    """Keep a colleague, or a whole organisation, away from the person of a case. It leaves no line in the case."""
    case = visible_case(by, reference, permission=Permission.WALL_MAKE)
    if (user_id is None) == (organisation_id is None):
        raise NotClosable(_("Choose one person or one organisation."))
    if organisation_id == case.organisation_id:
        raise NotClosable(_("The case would be closed to everybody. Keep single people away instead."))
    if user_id is not None and user_id == by.user_id:
        raise NotClosable(_("Say of yourself that you know her; that is a page of its own."))
    colleagues = dict(workers_of(case.organisation_id, now, roles=READERS))
    if user_id is not None and user_id not in colleagues:
        raise NotClosable(_("Choose somebody who works with cases in this organisation."))
    make_wall(
        person=case.person_id, reason=reason, user_id=user_id, organisation_id=organisation_id, by=by, now=now
    )
    if user_id is not None:
        take_off(case.person_id, user_id, now)


def take_off(person: UUID, user_id: int, now: datetime) -> None:
    """Leave no case of hers with somebody for whom it does not exist any more: supervisors find it under nobody."""
    with keeping([person]):
        Case.objects.filter(person_id=person, worker_id=user_id).update(worker_id=None, changed_at=now)
