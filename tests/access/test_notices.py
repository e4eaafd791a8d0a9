"""A notice is for one user in one organisation, until it is marked as read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from amparo.access.actions.notices import mark_read, settle, tell
from amparo.access.models import DualAct, Notice
from amparo.access.queries import viewer_for_membership
from amparo.access.queries.notices import count_notices, list_notices
from amparo.access.rules import NOBODY
from tests.factories.accounts import NOW, make_membership, make_viewer, organisation_of, user_of

pytestmark = pytest.mark.django_db
EVERY = 10**9


def test_it_is_seen_and_marked_by_its_user_in_its_organisation_only() -> None:
    here, stranger = make_viewer(), make_viewer()
    there = viewer_for_membership(make_membership(user=user_of(here)).pk, NOW)
    assert there is not None
    assert here.organisation_id is not None
    colleague = make_viewer(organisation=organisation_of(here))
    tell([(here.known_user_id, here.organisation_id)], "access.test", now=NOW)
    others = (
        there,
        stranger,
        colleague,
        NOBODY,
        replace(here, user_id=None),
        replace(here, organisation_id=None),
    )
    for other in others:
        assert count_notices(other) == 0
        assert list_notices(other) == []
        assert mark_read(until=EVERY, by=other, now=NOW) == 0
    assert count_notices(here) == len(list_notices(here)) == 1
    assert mark_read(until=EVERY, by=here, now=NOW) == 1
    assert count_notices(here) == 0
    assert list_notices(here) == []
    assert mark_read(until=EVERY, by=here, now=NOW + timedelta(days=1)) == 0
    assert Notice.objects.get().seen_at == NOW


def test_only_what_was_shown_is_marked_and_only_what_is_settled_is_taken_away() -> None:
    reader = make_viewer()
    receiver = (reader.known_user_id, reader.organisation_id or 0)
    for kind in ("access.test", "access.other"):
        tell([receiver], kind, now=NOW)
    newer, older = list_notices(reader)
    assert mark_read(until=older.number, by=reader, now=NOW) == 1
    assert [one.number for one in list_notices(reader)] == [newer.number]


def test_what_one_act_asked_for_is_settled_and_nothing_else() -> None:
    reader = make_viewer()
    receiver = (reader.known_user_id, reader.organisation_id or 0)
    done, waiting = (
        DualAct.objects.create(
            kind="access.test", payload={}, payload_hash=word, asked_by_id=reader.known_user_id,
            asked_membership=reader.membership_id or 0, organisation_id=reader.organisation_id, unit="",
        ).pk
        for word in ("one", "other")
    )  # fmt: skip
    for kind, act in (("access.test", done), ("access.test", waiting), ("access.other", done)):
        tell([receiver], kind, act=act, now=NOW)
    settle("access.test", act=done, now=NOW)
    settle("access.test", act=done, now=NOW + timedelta(days=1))
    assert {(one.kind, one.act) for one in list_notices(reader)} == {
        ("access.test", waiting),
        ("access.other", done),
    }
    assert Notice.objects.get(kind="access.test", act=done).seen_at == NOW
