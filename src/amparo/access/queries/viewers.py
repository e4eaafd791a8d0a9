"""Read who is looking and what lies within their reach. Without a reach there is nothing to see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from amparo.access.models import Grant, Submission
from amparo.access.rules import (
    IN_PERSON,
    MOST_GRANTS,
    READING,
    GrantedRecord,
    Permission,
    Scope,
    Viewer,
    role_of,
    scope_of,
)
from amparo.accounts.queries import MembershipRow, find_membership, find_token
from amparo.audit.rules import Via

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
    return Viewer(
        user_id=membership.user_id,
        membership_id=membership.id,
        organisation_id=membership.organisation_id,
        team_id=membership.team_id,
        role=role.code,
        permissions=role.permissions,
        scope=scope,
        grants=_grants_to(membership.user_id, membership.organisation_id, now) if is_reaching else (),
        name=membership.name,
        organisation_name=membership.organisation_name,
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
    if not viewer.may(Permission.TOKEN_MANAGE):
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
    """Keep the rows on which the viewer may do that; without the permission or a reach, none.

    The rows carry `organisation_id`, `team_id` and `worker_id`; `record` names the column that holds the
    id which grants speak of (`id` on a case, `case_id` on what belongs to one).
    """
    if not viewer.may(permission):
        return queryset.none()
    reach = _reach(viewer)
    granted = viewer.granted_for(permission)
    if reach is None and not granted:
        return queryset.none()
    if reach is None:
        return queryset.filter(**{f"{record}__in": granted})
    # An OR costs the planner its best index, so it is written only where a grant exists.
    return queryset.filter(reach | Q(**{f"{record}__in": granted}) if granted else reach)


def _reach(viewer: Viewer) -> Q | None:
    """Say the scope as a condition that begins with the organisation, the first column of every index."""
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


def _grants_to(user_id: int, organisation_id: int, now: datetime) -> tuple[GrantedRecord, ...]:
    grants = Grant.objects.running(now).reaching(user_id=user_id, organisation_id=organisation_id)
    rows = grants.order_by("-id").values_list("id", "record", "permissions")[:MOST_GRANTS]
    return tuple(
        GrantedRecord(id=identifier, record=record, permissions=frozenset(_known_permissions(codes)))
        for identifier, record, codes in rows
    )


def _known_permissions(codes: list[str]) -> list[Permission]:
    """Leave out what an earlier version could grant and this one does not know."""
    known = set(Permission)
    return [Permission(code) for code in codes if code in known]
