"""Move a case along its life, and give it to another worker."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from amparo.access.actions import require
from amparo.access.rules import Permission, Viewer, role_of
from amparo.accounts.queries import MembershipRow, people_of
from amparo.cases.actions.changing import Stale, refuse_unknown_code
from amparo.cases.actions.happenings import note_happening
from amparo.cases.actions.notes import new_note
from amparo.cases.actions.sealing import sealing_about
from amparo.cases.models import Case
from amparo.cases.queries.visible import visible_case
from amparo.cases.rules import Stage
from amparo.cases.rules.lifecycle import transition
from amparo.cases.rules.timeline import Happening


class NoSuchStep(ValueError):
    """The case cannot go from its stage to that one."""


class ReasonMissing(ValueError):
    """A step that needs a reason was asked for without one."""


class NoSuchWorker(ValueError):
    """The case can only be given to somebody who works with cases in the same organisation."""


@transaction.atomic
def move_case(
    *,
    reference: str,
    target: Stage,
    version: int,
    by: Viewer,
    now: datetime,
    reason: str = "not_applicable",
    explanation: str = "",
) -> None:
    """Take a case one step along its life; the explanation becomes a note.

    Closing needs a reason of the list, opening again an explanation.
    """
    case = visible_case(by, reference, permission=Permission.CASE_MOVE)
    source = Stage(case.stage)
    step = transition(source, target)
    if step is None:
        raise NoSuchStep(f"A case does not go from {source} to {target}.")
    require(by, _permission(source, target))
    is_closed = target is Stage.CLOSED
    if step.needs_reason and (reason == "not_applicable" if is_closed else not explanation.strip()):
        raise ReasonMissing("Say why.")
    refuse_unknown_code(reason, codes="closure_reason", attribute="reason")
    moved = Case.objects.filter(id=case.id, version=version).update(
        stage=target,
        closed_date=now.date() if is_closed else None,
        closure_reason=reason if is_closed else "not_applicable",
        version=F("version") + 1,
        changed_at=now,
    )
    if not moved:
        raise Stale(seen=version)
    if explanation:
        sealing = sealing_about(case.person_id, by=by, now=now)
        new_note(case, explanation, kind="decision", by=by, sealing=sealing, now=now).save(force_insert=True)
    happening = Happening.CLOSED if is_closed else Happening.MOVED
    if source is Stage.CLOSED:
        happening = Happening.REOPENED
    note_happening(case, happening, action="cases.case.move", by=by, now=now, subject=target)


@transaction.atomic
def assign_case(*, reference: str, worker_id: int, version: int, by: Viewer, now: datetime) -> None:
    """Give a case to another worker of its organisation, who takes it into her team."""
    case = visible_case(by, reference, permission=Permission.CASE_ASSIGN)
    post = _post(case.organisation_id, worker_id, now)
    assigned = Case.objects.filter(id=case.id, version=version).update(
        worker_id=worker_id, team_id=post.team_id, version=F("version") + 1, changed_at=now
    )
    if not assigned:
        raise Stale(seen=version)
    note_happening(
        case, Happening.ASSIGNED, action="cases.case.assign", by=by, now=now, subject=f"user:{worker_id}"
    )


def _post(organisation_id: int, worker_id: int, now: datetime) -> MembershipRow:
    for post in people_of(organisation_id, now):
        role = role_of(post.role)
        if post.user_id == worker_id and role is not None and Permission.CASE_EDIT in role.permissions:
            return post
    raise NoSuchWorker("Choose somebody who works with cases in this organisation.")


def _permission(source: Stage, target: Stage) -> Permission:
    if target is Stage.CLOSED:
        return Permission.CASE_CLOSE
    return Permission.CASE_REOPEN if source is Stage.CLOSED else Permission.CASE_MOVE
