"""Ask for an act that takes two people, approve it, refuse it, take it back, and collect what it lets out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from amparo.access.actions.kinds import Changed, DualKind, Line, dual_kinds
from amparo.access.actions.notices import settle, tell
from amparo.access.actions.permission import Refused, require
from amparo.access.context import acting_as
from amparo.access.models import DualAct
from amparo.access.queries import (
    ActRow,
    database_now,
    find_act,
    list_acts,
    viewer_for,
    viewer_for_membership,
)
from amparo.access.queries.acts import waiting_act
from amparo.access.rules import (
    LINKED_BY_INVITATION,
    ROLES,
    Human,
    Payload,
    Permission,
    TwoPeople,
    Viewer,
    Where,
    are_known_as_one,
    are_one_human,
    frozen,
    may_decide,
    payload_hash,
    shown_hash,
    unit_of,
)
from amparo.accounts.queries import find_membership, humans, members_in_roles
from amparo.audit.actions import record as record_event

WAITS, DECIDED = "act_waits", "act_decided"


class NotTwoPeople(Refused):
    """The one who decides is, or may be, the one who asked or who gains by it."""


class NotWaiting(Exception):
    """It was decided by somebody else, taken back, or its 24 hours are over."""


class SecondPersonNeeded(Exception):
    """It takes a second person: ask for it instead of doing it."""


@transaction.atomic
def ask_act(
    kind: str,
    payload: Payload,
    *,
    by: Viewer,
    now: datetime,
    organisation_id: int | None = None,
    beneficiary: int | None = None,
) -> UUID:
    """Ask a second person for an act; gives its id. The same that waits already is not asked for again.

    `organisation_id` is the organisation that it concerns, where that is not the asker's own. Raises `Refused`, `Changed`, or `NotIds` for a payload that holds more than ids and codes.
    """
    about = dual_kinds()[kind]
    require(by, about.asked_with)
    require(by, Permission.ACT_DECIDE)  # which waits for a day where somebody was let in again
    _refuse_programs(by)
    if not _humans(by.known_user_id)[by.known_user_id].staff_number:
        raise Refused(_no_number())
    kept = frozen(payload)
    digest = payload_hash(kind, kept)
    about.describe(kept, asked_by=by, now=now)
    earlier = waiting_act(kind, digest, asked_by=by.known_user_id)
    if earlier is not None:
        return earlier
    concerned = organisation_id or by.organisation_id
    act = DualAct.objects.create(
        kind=kind,
        payload=kept,
        payload_hash=digest,
        asked_by_id=by.known_user_id,
        asked_membership=by.membership_id or 0,
        organisation_id=concerned,
        unit=unit_of(by),
        beneficiary_id=beneficiary,
    )
    record_event("access.act.ask", by=by, at=now, record=f"act:{act.pk}", purpose=_word(kind))
    tell(_deciders(about, concerned, by, now, payload=kept), WAITS, act=act.pk, now=now)
    return act.pk


def visible_acts(viewer: Viewer) -> list[ActRow]:
    """List the acts that the viewer asked for or may decide about, the newest first."""
    elsewhere = [
        kind.code
        for kind in dual_kinds().values()
        if any(viewer.may(one) and where is not Where.SAME for one, where in kind.decided_with.items())
    ]
    return [act for act in list_acts(viewer, kinds_elsewhere=elsewhere) if _may_look(viewer, act)]


def get_act(viewer: Viewer, act: UUID) -> ActRow:
    """Find an act that the viewer asked for or may decide about; any other looks like none."""
    found = find_act(viewer, act)
    if found is None or not _may_look(viewer, found):
        raise Http404
    return found


def describe_act(viewer: Viewer, act: ActRow, *, now: datetime) -> tuple[Line, ...]:
    """Say what will be carried out, as it stands at this moment; raises `Changed`."""
    asked_by = _asker(act, now)
    with acting_as(asked_by):  # it is told as far as it lies within the reach of the one who asked
        return dual_kinds()[act.kind].describe(act.payload, asked_by=asked_by, now=now)


def shown(act: ActRow, lines: Iterable[Line]) -> str:
    """Give the hash of what stands on the page, which comes back with the approval."""
    return shown_hash(act.payload_hash, lines)


@transaction.atomic
def approve_act(act: UUID, *, seen: str, by: Viewer, now: datetime) -> ActRow:
    """Carry an act out as the second person; pressed again by the same person it does nothing.

    `seen` is the hash of what the page showed. Raises `NotTwoPeople`, `NotWaiting`, `Changed`, or what performing raises.
    """
    row = _locked(by, act)
    if row.outcome == "done" and row.decided_by_id == by.user_id:
        return get_act(by, act)
    found = _waiting(by, act)
    about = dual_kinds()[found.kind]
    _refuse_unless_second(found, row, about, by)
    if payload_hash(row.kind, row.payload) != row.payload_hash:
        raise Changed
    asked_by = _asker(found, now)
    if shown(found, describe_act(by, found, now=now)) != seen:
        raise Changed
    row.outcome, row.decided_by_id = "done", by.known_user_id
    row.save(update_fields=["outcome", "decided_by"])
    about.perform(row.payload, proof=TwoPeople(asked_by=asked_by, approved_by=by), now=now)
    _close(found, "access.act.approve", by=by, now=now)
    return get_act(by, act)


@transaction.atomic
def refuse_act(act: UUID, *, by: Viewer, now: datetime) -> None:
    """Refuse an act as the second person; nothing is carried out."""
    row = _locked(by, act)
    found = _waiting(by, act)
    _refuse_unless_second(found, row, dual_kinds()[found.kind], by)
    row.outcome, row.decided_by_id = "refused", by.known_user_id
    row.save(update_fields=["outcome", "decided_by"])
    _close(found, "access.act.refuse", by=by, now=now)


@transaction.atomic
def withdraw_act(act: UUID, *, by: Viewer, now: datetime) -> None:
    """Take back what one asked for oneself."""
    row = _locked(by, act)
    found = _waiting(by, act)
    if found.asked_by != by.user_id:
        raise Refused(_("Only the person who asked for it can take it back."))
    row.outcome, row.decided_by_id = "withdrawn", by.known_user_id
    row.save(update_fields=["outcome", "decided_by"])
    _close(found, "access.act.withdraw", by=by, now=now)


@transaction.atomic
def collect_act(act: UUID, *, kind: str, by: Viewer, now: datetime) -> Payload:
    """Let the one who asked take what was approved, once, within 24 hours of the approval; gives what was approved."""
    _refuse_programs(by)
    row = _locked(by, act)
    if row.kind != kind or row.asked_by_id != by.user_id or row.asked_membership != by.membership_id:
        raise Http404
    require(by, dual_kinds()[kind].asked_with)
    if row.outcome != "done" or row.collected_at is not None or row.decided_at is None:
        raise NotWaiting
    kept = row.expires_at - row.asked_at  # type: ignore[operator]  # stamped by the database
    if not row.decided_at <= database_now() < row.decided_at + kept:
        raise NotWaiting
    if payload_hash(row.kind, row.payload) != row.payload_hash:
        raise Changed
    row.collected_at = now  # the database puts its own moment there
    row.save(update_fields=["collected_at"])
    record_event("access.act.collect", by=by, at=now, record=f"act:{act}", purpose=_word(kind))
    payload: Payload = row.payload
    return payload


def forget_over_acts(*, now: datetime) -> int:
    """Take away the notices of acts on which nobody decided in time."""
    over = DualAct.objects.filter(outcome="", expires_at__lte=database_now()).values_list("pk", flat=True)
    for act in over:
        settle(WAITS, act=act, now=now)
    return 0


def _locked(by: Viewer, act: UUID) -> DualAct:
    """Take the row for oneself: whoever presses second waits, and then finds it decided."""
    require(by, Permission.ACT_DECIDE)
    row = DualAct.objects.select_for_update().filter(pk=act).first()
    if row is None:
        raise Http404
    return row


def _waiting(by: Viewer, act: UUID) -> ActRow:
    found = get_act(by, act)
    if not found.is_waiting:
        raise NotWaiting
    return found


def _refuse_unless_second(found: ActRow, row: DualAct, kind: DualKind, by: Viewer) -> None:
    """Let only another human of another unit decide, who gains nothing by it."""
    _refuse_programs(by)
    if not may_decide(by, decided_with=kind.decided_with, organisation_id=found.organisation_id):
        raise Refused(_("Your role does not let you decide about this."))
    concerned = [found.asked_by, *([found.beneficiary] if found.beneficiary else [])]
    known = _humans(by.known_user_id, *concerned)
    own = known[by.known_user_id]
    if not own.staff_number:
        raise NotTwoPeople(_no_number())
    if any(are_one_human(own, known[user]) for user in concerned):
        raise NotTwoPeople(
            _(
                "This takes another person. You asked for it yourself, it is about you, or your account and the other "
                "may belong to the same person: the same staff number, the same second step of signing in, or an "
                "invitation within the last 30 days."
            )
        )
    if kind.in_two_units and unit_of(by) == row.unit:
        raise NotTwoPeople(_("This takes somebody of another team or office than the person who asked."))


def _refuse_programs(by: Viewer) -> None:
    if by.user_id is None or by.token_id is not None or by.is_system or by.emergency is not None:
        raise Refused(_("Only somebody who is signed in can do this: a program cannot."))


def _humans(*user_ids: int) -> dict[int, Human]:
    rows = humans(user_ids, invited_since=database_now() - LINKED_BY_INVITATION)
    return {
        row.user_id: Human(
            user_id=row.user_id,
            staff_number=row.staff_number,
            factors=row.factors,
            invited_lately=row.invited,
        )
        for row in rows.values()
    }


def same_human(one: int, other: int) -> bool:
    """Tell whether two accounts may belong to one human being."""
    known = _humans(one, other)
    return are_one_human(known[one], known[other])


def _may_look(viewer: Viewer, act: ActRow) -> bool:
    about = dual_kinds().get(act.kind)
    if about is None:
        return False
    is_own = act.asked_membership == viewer.membership_id  # which is of one user
    if about.reaches is not None and not about.reaches(act.payload, viewer):
        return False
    return is_own or may_decide(viewer, decided_with=about.decided_with, organisation_id=act.organisation_id)


def _asker(act: ActRow, now: datetime) -> Viewer:
    """Work out again what the one who asked may do: who has left or lost the role gets nothing carried out."""
    viewer = viewer_for_membership(act.asked_membership, now)
    if viewer is None or not viewer.may(dual_kinds()[act.kind].asked_with):
        raise Changed
    return viewer


def has_second_person(kind: str, *, organisation_id: int, by: Viewer, now: datetime) -> bool:
    """Tell whether somebody could decide who is another human being.

    Where two administrators are in one organisation, a staff number that is missing changes nothing: each can enter the
    other's. Anybody else counts only where both numbers are known, else an administrator alone could never begin.
    """
    others = [user for user, _organisation in _deciders(dual_kinds()[kind], organisation_id, by, now)]
    if not others:
        return False
    known, keepers = _humans(by.known_user_id, *others), _keepers_of_people(organisation_id, now)
    own = known[by.known_user_id]
    return any(
        not (are_known_as_one if user in keepers else are_one_human)(own, known[user]) for user in others
    )


def _keepers_of_people(organisation_id: int, now: datetime) -> frozenset[int]:
    roles = [code for code, role in ROLES.items() if Permission.PEOPLE_MANAGE in role.permissions]
    return frozenset(one.user_id for one in members_in_roles(roles, now, organisation_id=organisation_id))


def _deciders(
    kind: DualKind, concerned: int | None, by: Viewer, now: datetime, *, payload: Payload | None = None
) -> list[tuple[int, int]]:
    """List who may decide, by role and reach; whether they are another human is asked when they do."""
    found = []
    reaches = kind.reaches if payload is not None else None
    for permission, where in kind.decided_with.items():
        roles = [code for code, role in ROLES.items() if permission in role.permissions]
        inside = concerned if where is Where.SAME else None
        found += [
            (one.user_id, one.organisation_id)
            for one in members_in_roles(roles, now, organisation_id=inside)
            if one.user_id != by.user_id
            and (where is not Where.OTHER or one.organisation_id != concerned)
            and (reaches is None or payload is None or reaches(payload, viewer_for(one, now)))
        ]
    return found


def _close(act: ActRow, action: str, *, by: Viewer, now: datetime) -> None:
    record_event(action, by=by, at=now, record=f"act:{act.id}", purpose=_word(act.kind))
    settle(WAITS, act=act.id, now=now)
    asked_by = find_membership(act.asked_membership, now)
    if asked_by is not None and act.asked_by != by.user_id:
        tell([(act.asked_by, asked_by.organisation_id)], DECIDED, act=act.id, now=now)


def _word(kind: str) -> str:
    return kind.replace(".", "_")


def _no_number() -> str:
    return _(
        "Your staff number is not known here, so nobody can tell that two people decide. Somebody who manages the "
        "people of your organisation enters it."
    )
