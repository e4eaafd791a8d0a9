"""Read who is looking and what lies within their reach. Without a reach there is nothing to see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet, UUIDField, Value

from amparo.access.models import Clearance, Grant, Submission, Wall
from amparo.access.rules import (
    IN_PERSON,
    MOST_GRANTS,
    READING,
    ClearanceLevel,
    GrantedRecord,
    Permission,
    Scope,
    Viewer,
    role_of,
    scope_of,
)
from amparo.accounts.queries import MembershipRow, find_membership, find_token
from amparo.audit.rules import Via
from amparo.vault.asking import Given, Question
from amparo.vault.rules import Compartment

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantRow:
    """One running grant of a record, as the page says who can see it."""

    id: int
    receiver: str
    permissions: tuple[Permission, ...]
    reason: str
    granted_by: str
    ends_at: datetime


def running_grants(record: UUID, *, now: datetime) -> tuple[GrantRow, ...]:
    """List to whom a record is open outside its scope; the caller has found the record through a scoped getter."""
    rows = (
        Grant.objects.running(now).filter(record=record).select_related("organisation", "user", "granted_by")
    )
    return tuple(
        GrantRow(
            id=row.pk,
            receiver=row.organisation.name if row.organisation else (row.user.name if row.user else ""),
            permissions=tuple(_known_permissions(row.permissions)),
            reason=row.reason,
            granted_by=row.granted_by.name if row.granted_by else "",
            ends_at=row.ends_at,
        )
        for row in rows.order_by("ends_at", "id")
    )


def granted_organisations(record: UUID) -> frozenset[int]:
    """Name the organisations to which a record is or was open outside its scope."""
    found = Grant.objects.filter(record=record, organisation__isnull=False)
    return frozenset(found.values_list("organisation_id", flat=True))


def was_carried_out(viewer: Viewer, submission: UUID) -> bool:
    """Tell whether the viewer's form was carried out already, where a page asks something before it lets `once` do so."""
    if viewer.user_id is None:
        return False
    return Submission.objects.filter(user_id=viewer.user_id, submission=submission).exists()


def viewer_for(membership: MembershipRow, now: datetime) -> Viewer:
    """Work out what somebody may do at that moment under a running membership.

    A role that this version does not know gives nothing.
    """
    role = role_of(membership.role)
    if role is None:
        return Viewer(user_id=membership.user_id, name=membership.name)
    scope = scope_of(role, has_team=membership.team_id is not None)
    is_reaching = scope is not Scope.NONE
    waiting = IN_PERSON if membership.is_renewed_lately else frozenset()
    named = _by_name(membership, now) if is_reaching else _ByName()
    return Viewer(
        user_id=membership.user_id,
        membership_id=membership.id,
        organisation_id=membership.organisation_id,
        team_id=membership.team_id,
        role=role.code,
        permissions=role.permissions - waiting,
        waiting=role.permissions & waiting,
        scope=scope,
        grants=named.grants,
        name=membership.name,
        organisation_name=membership.organisation_name,
        compartments=role.compartments,
        opens_in=role.opens_in,
        purpose=role.purpose,
        cleared=named.cleared,
        walled_records=named.walled_records,
        walled_persons=named.walled_persons,
    )


def viewer_for_membership(membership_id: int, now: datetime) -> Viewer | None:
    """Work out the viewer again in a job that started under that membership; None when it has ended."""
    membership = find_membership(membership_id, now)
    viewer = None if membership is None else replace(viewer_for(membership, now), via=Via.JOB)
    return viewer if viewer is not None and viewer.membership_id is not None else None


def viewer_for_token(secret: str, now: datetime) -> Viewer | None:
    """Work out the viewer for a program's key; None for a key that is unknown, expired or revoked.

    It may less than its owner: never what somebody does in person, and only read unless it was made to write.
    """
    found = find_token(secret, now)
    if found is None:
        return None
    token_id, may_write, membership = found
    viewer = viewer_for(membership, now)
    if not viewer.may(Permission.TOKEN_MANAGE) and Permission.TOKEN_MANAGE not in viewer.waiting:
        return None
    allowed = viewer.permissions - IN_PERSON if may_write else viewer.permissions & READING
    return replace(viewer, token_id=token_id, permissions=allowed, via=Via.API, session=f"token:{token_id}")


def scoped(
    viewer: Viewer,
    queryset: QuerySet[Row],
    *,
    permission: Permission = Permission.CASE_READ,
    record: str = "id",
) -> QuerySet[Row]:
    """Keep the rows on which the viewer may do that; without the permission or a reach, none. This says it all.

    A row is kept by its scope within the viewer's compartments, or by a grant; then only if it is not restricted or
    names the viewer, and never behind a wall. The rows carry `organisation_id`, `team_id`, `worker_id`, `person_id`,
    `compartment` and `clearance`; `record` names the column that holds the id which grants, clearances and walls speak
    of (`id` on a case, `case_id` on what belongs to one).
    """
    if not viewer.may(permission):
        return queryset.none()
    opened = [each for each in (_reach(viewer), *_opened(viewer, permission, record)) if each is not None]
    if not opened:
        return queryset.none()
    # An OR costs the planner its best index, so each part is written only where there is something to say.
    return not_closed(viewer, queryset.filter(reduce(or_, opened)), record=record)


def not_closed(viewer: Viewer, queryset: QuerySet[Row], *, record: str = "id") -> QuerySet[Row]:
    """Leave out what is closed to the viewer whatever opens it: restricted without her name, or behind a wall."""
    is_open = Q(clearance=ClearanceLevel.NORMAL)
    kept = queryset.filter(is_open | Q(**{f"{record}__in": viewer.cleared}) if viewer.cleared else is_open)
    if viewer.walled_records:
        kept = kept.exclude(**{f"{record}__in": viewer.walled_records})
    if viewer.walled_persons:
        kept = kept.exclude(person_id__in=viewer.walled_persons)
    return kept


def _opened(viewer: Viewer, permission: Permission, record: str) -> Iterator[Q]:
    """Say what grants open: in the viewer's own compartments, and in those that a grant names."""
    granted = viewer.granted_for(permission)
    if granted and viewer.homes:
        yield Q(**{f"{record}__in": granted, "compartment__in": viewer.homes})
    for grant in viewer.grants_for(permission):
        if further := grant.compartments - viewer.compartments:
            yield Q(**{record: grant.record, "compartment__in": further})


def _reach(viewer: Viewer) -> Q | None:
    """Say the scope as a condition that begins with the organisation, the first column of every index."""
    within = _scope(viewer)
    if within is None or not viewer.homes:
        return None
    return within & Q(compartment__in=viewer.homes)


def _scope(viewer: Viewer) -> Q | None:
    if viewer.organisation_id is None:
        return None
    organisation = Q(organisation_id=viewer.organisation_id)
    if viewer.scope is Scope.ORGANISATION:
        return organisation
    if viewer.user_id is None:
        return None
    if viewer.scope is Scope.TEAM and viewer.team_id is not None:
        return organisation & (Q(team_id=viewer.team_id) | Q(worker_id=viewer.user_id))
    if viewer.scope in (Scope.OWN, Scope.TEAM):
        return organisation & Q(worker_id=viewer.user_id)
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class _ByName:
    """What is open or closed to somebody by name, beside the scope."""

    grants: tuple[GrantedRecord, ...] = ()
    cleared: frozenset[UUID] = frozenset()
    walled_records: frozenset[UUID] = frozenset()
    walled_persons: frozenset[UUID] = frozenset()


def _by_name(membership: MembershipRow, now: datetime) -> _ByName:
    """Give the grants to the user and her organisation, the records that name her, and what she or they all never see."""
    rows = _NAMED.ask(user=membership.user_id, organisation=membership.organisation_id, now=now)
    walls = [(record, person) for kind, _, record, person, _, _ in rows if kind == _WALL]
    return _ByName(
        grants=tuple(
            GrantedRecord(
                id=number,
                record=record,
                permissions=frozenset(_known_permissions(codes)),
                compartments=frozenset(Compartment(each) for each in named if each in set(Compartment)),
            )
            for kind, number, record, _, codes, named in rows
            if kind == _GRANT
        ),
        cleared=frozenset(record for kind, _, record, _, _, _ in rows if kind == _CLEARANCE),
        walled_records=frozenset(record for record, _ in walls if record is not None),
        walled_persons=frozenset(person for _, person in walls if person is not None),
    )


def _named() -> QuerySet[Grant, tuple[Any, ...]]:
    """Ask for grants, walls and clearances at once, as every request does."""
    user, organisation = Given("user"), Given("organisation")
    nobody = Value(None, output_field=UUIDField())
    nothing = Value(None, output_field=Grant._meta.get_field("permissions"))
    grants = Grant.objects.running(Given("now")).reaching(user_id=user, organisation_id=organisation)
    before = Q(user_id=user) | Q(organisation_id=organisation)
    walls = Wall.objects.filter(before, lifted_at__isnull=True)
    cleared = Clearance.objects.filter(user_id=user, ended_at__isnull=True)
    return (
        grants.order_by("-id")
        .values_list(Value(_GRANT), "id", "record", nobody, "permissions", "compartments")[:MOST_GRANTS]
        .union(
            walls.values_list(Value(_WALL), "id", "record", "person", nothing, nothing),
            cleared.values_list(Value(_CLEARANCE), "id", "record", nobody, nothing, nothing),
            all=True,
        )
    )


_GRANT, _WALL, _CLEARANCE = "grant", "wall", "clearance"
_NAMED: Final = Question(_named)


def _known_permissions(codes: list[str]) -> list[Permission]:
    """Leave out what an earlier version could grant and this one does not know."""
    known = set(Permission)
    return [Permission(code) for code in codes if code in known]
