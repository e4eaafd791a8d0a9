"""Who names readers, keeps away and ends a wall, asked of the actions themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from amparo.access.actions import Refused, lift_wall, make_wall, name_readers
from amparo.access.models import Wall
from amparo.access.queries import list_walls, named_readers
from amparo.access.rules import DECLARED, Permission, Viewer, WallReason
from tests.factories.accounts import NOW, make_user, make_viewer

pytestmark = pytest.mark.django_db
DECLARED_REASON, OTHER_REASON = (
    next(one for one in WallReason if (one in DECLARED) is is_declared) for is_declared in (True, False)
)


def keep_away(by: Viewer, user_id: int, reason: WallReason = OTHER_REASON) -> int:
    return make_wall(person=uuid4(), reason=reason, by=by, now=NOW, user_id=user_id)


def names(record: UUID) -> set[int]:
    return {user for user, _name in named_readers(record)}


def test_readers_are_named_for_one_record_and_are_exactly_those() -> None:
    supervisor, record, other = make_viewer("supervisor"), uuid4(), uuid4()
    first, second, third = (make_user().pk for _ in range(3))
    name_readers(record=other, users=[first], by=supervisor, now=NOW)
    name_readers(record=record, users=[first, second], by=supervisor, now=NOW)
    name_readers(record=record, users=[second, third], by=supervisor, now=NOW)
    assert names(record) == {second, third}
    name_readers(record=record, users=[first], by=supervisor, now=NOW)
    assert names(record) == {first}
    assert names(other) == {first}
    with pytest.raises(Refused):
        name_readers(record=record, users=[third], by=replace(supervisor, permissions=frozenset()), now=NOW)
    assert names(record) == {first}


def test_anybody_keeps_away_herself_and_only_who_may_another() -> None:
    worker, supervisor, other = make_viewer("caseworker"), make_viewer("supervisor"), make_user().pk
    keep_away(worker, worker.known_user_id, DECLARED_REASON)
    keep_away(supervisor, other)
    for user_id, reason in (
        (other, DECLARED_REASON), (other, OTHER_REASON), (worker.known_user_id, OTHER_REASON),
    ):  # fmt: skip
        with pytest.raises(Refused):
            keep_away(worker, user_id, reason)
    with pytest.raises(Refused):
        keep_away(replace(worker, permissions=frozenset()), worker.known_user_id, DECLARED_REASON)
    with pytest.raises(Refused):  # nobody's own, by nobody
        make_wall(
            person=uuid4(), reason=DECLARED_REASON, by=replace(worker, user_id=None), now=NOW,
            organisation_id=worker.organisation_id,
        )  # fmt: skip
    assert Wall.objects.count() == 2


def test_one_wall_is_ended_once_by_a_reviewer_who_did_not_make_it() -> None:
    reviewer, supervisor = make_viewer("access_reviewer"), make_viewer("supervisor")
    kept, ended = (keep_away(supervisor, make_user().pk) for _ in range(2))
    made = keep_away(
        replace(reviewer, permissions=reviewer.permissions | {Permission.WALL_MAKE}), make_user().pk
    )
    of_the_unit = make_wall(
        person=uuid4(), reason=OTHER_REASON, by=supervisor, now=NOW, organisation_id=reviewer.organisation_id
    )
    for wall, by in (
        (ended, make_viewer("supervisor")), (of_the_unit, reviewer), (ended, replace(reviewer, user_id=None)), (made, reviewer), (999_999, reviewer),
    ):  # fmt: skip
        with pytest.raises(Refused):
            lift_wall(wall_id=wall, by=by, now=NOW)
    lift_wall(wall_id=ended, by=reviewer, now=NOW)
    lift_wall(wall_id=ended, by=reviewer, now=NOW + timedelta(days=1))
    assert Wall.objects.get(pk=ended).lifted_at == NOW
    assert {row.id for row in list_walls(reviewer)} == {kept, made, of_the_unit}
    assert list_walls(supervisor) == ()
