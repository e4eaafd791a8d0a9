"""A wall that the installation makes by itself is between one member of staff and one person, for what was found."""

from __future__ import annotations

from uuid import uuid4

import pytest

from amparo.access.actions import make_match_wall
from amparo.access.models import Wall
from amparo.access.rules import WallReason
from tests.factories.accounts import NOW, make_user

pytestmark = pytest.mark.django_db


def test_p19_it_stands_once_for_each_member_and_each_person() -> None:
    users, persons = (make_user().pk, make_user().pk), (uuid4(), uuid4())
    Wall.objects.create(user_id=users[0], person=persons[0], reason=WallReason.RELATIVE, made_at=NOW)
    for user in users:
        for person in persons:
            assert make_match_wall(person=person, user_id=user, matched=[1], now=NOW)
            assert not make_match_wall(person=person, user_id=user, matched=[1, 2], now=NOW)
    found = Wall.objects.filter(reason=WallReason.STAFF_MATCH)
    assert sorted(found.values_list("user_id", "person")) == sorted((u, p) for u in users for p in persons)
    assert {tuple(wall.matched) for wall in found} == {(1, 2)}


def test_p19_what_was_judged_makes_none_again_and_is_not_rewritten() -> None:
    user, person = make_user().pk, uuid4()
    make_match_wall(person=person, user_id=user, matched=[1], now=NOW)
    Wall.objects.update(lifted_at=NOW)
    assert not make_match_wall(person=person, user_id=user, matched=[1], now=NOW)
    assert make_match_wall(person=person, user_id=user, matched=[2], now=NOW)
    make_match_wall(person=person, user_id=user, matched=[3], now=NOW)
    assert sorted(Wall.objects.values_list("matched", flat=True)) == [[1], [2, 3]]
