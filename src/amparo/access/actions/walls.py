"""Close records: to all but named people, or to one user or organisation for good. Deny wins over every allow."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from amparo.access.actions.permission import Refused, require
from amparo.access.models import Clearance, Wall
from amparo.access.rules import DECLARED, Permission, Viewer, WallReason, own_ground, system_viewer
from amparo.audit.actions import record as record_event


@transaction.atomic
def name_readers(*, record: UUID, users: Collection[int], by: Viewer, now: datetime) -> None:
    """Name exactly these users for a record that is closed to all others; the caller closes it, and found it scoped."""
    require(by, Permission.CASE_RESTRICT)
    named = Clearance.objects.filter(record=record, ended_at__isnull=True)
    named.exclude(user_id__in=users).update(ended_at=now)
    there = set(named.values_list("user_id", flat=True))
    Clearance.objects.bulk_create(
        Clearance(record=record, user_id=user, named_by_id=by.user_id, named_at=now)
        for user in sorted(set(users) - there)
    )


@transaction.atomic
def make_wall(
    *,
    person: UUID,
    reason: WallReason,
    by: Viewer,
    now: datetime,
    user_id: int | None = None,
    organisation_id: int | None = None,
) -> int:
    """Keep a user or an organisation away from all records of a person, from now on; gives the wall's id.

    Anybody may keep away herself; others only who has the permission. The caller found the person through a case.
    """
    is_own = user_id is not None and user_id == by.user_id and reason in DECLARED
    require(by, Permission.CASE_READ if is_own else Permission.WALL_MAKE)
    wall = Wall.objects.create(
        user_id=user_id,
        organisation_id=organisation_id,
        person=person,
        reason=reason,
        made_by_id=by.user_id,
        made_at=now,
    )
    record_event(
        "access.wall.make",
        by=by,
        at=now,
        record=f"wall:{wall.pk}",
        persons=[person],
        purpose=reason,
        basis=own_ground(by),
    )
    return wall.pk


@transaction.atomic
def make_match_wall(*, person: UUID, user_id: int, matched: Collection[int], now: datetime) -> bool:
    """Keep a member of staff away from a person who is known by the same as she; tells whether the wall is new.

    The installation makes it by itself. What a reviewer ended a wall about makes none again; anything else does.
    """
    walls = Wall.objects.filter(user_id=user_id, person=person, reason=WallReason.STAFF_MATCH)
    standing, judged = set(matched), set[int]()
    for wall in walls.select_for_update():
        if wall.lifted_at is None:
            walls.filter(pk=wall.pk).update(matched=sorted(standing | set(wall.matched)))
            return False
        judged |= set(wall.matched)
    if standing <= judged:
        return False
    row = Wall(
        user_id=user_id, person=person, reason=WallReason.STAFF_MATCH, made_at=now, matched=sorted(standing)
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the same was found twice at once
        return False
    by = system_viewer([])
    record_event(
        "access.wall.match",
        by=by,
        at=now,
        record=f"wall:{row.pk}",
        persons=[person],
        purpose=WallReason.STAFF_MATCH,
        basis=own_ground(by),
    )
    return True


@transaction.atomic
def lift_wall(*, wall_id: int, by: Viewer, now: datetime) -> None:
    """End a wall. Only a reviewer can, and never one that keeps away or was made by herself. Again changes nothing."""
    require(by, Permission.WALL_REVIEW)
    wall = Wall.objects.filter(pk=wall_id).first()
    if wall is None:
        raise Refused(_("This wall is not there."))
    if by.user_id is None or by.user_id in (wall.user_id, wall.made_by_id):
        raise Refused(_("Nobody ends a wall that concerns them. Ask another reviewer."))
    if wall.organisation_id is not None and wall.organisation_id == by.organisation_id:
        raise Refused(_("Nobody ends a wall that concerns their own organisation. Ask another reviewer."))
    if Wall.objects.filter(pk=wall_id, lifted_at__isnull=True).update(lifted_at=now, lifted_by_id=by.user_id):
        concerned = [wall.person] if wall.person else []
        record_event(
            "access.wall.lift",
            by=by,
            at=now,
            record=f"wall:{wall_id}",
            persons=concerned,
            basis=own_ground(by),
        )
