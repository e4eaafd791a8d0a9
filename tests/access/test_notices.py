"""A notice is for one user in one organisation, until it is marked as read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from amparo.access.actions.notices import mark_read, settle, tell
from amparo.access.models import DualAct, Notice
from amparo.access.panels.waiting import notice_table
from amparo.access.queries import viewer_for_membership
from amparo.access.queries.notices import NoticeRow, count_notices, list_notices
from amparo.access.rules import NOBODY, Permission
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


def test_a_notice_names_a_case_and_leads_on_only_for_whom_it_may() -> None:
    openings = NoticeRow(
        number=1, kind="emergency_opened", at=NOW, act=None, act_kind="", opening=uuid4(), who="Amal", where="Here",
        reference="AMP-2026-0001", reason="medical",
    )  # fmt: skip
    acts = replace(openings, kind="act_waits", act=uuid4(), opening=None, reference="")
    may = {
        permission: replace(NOBODY, permissions=frozenset({permission}))
        for permission in (Permission.CASE_READ, Permission.EMERGENCY_REVIEW, Permission.ACT_DECIDE)
    }
    for permission, viewer in may.items():
        about, asked = notice_table([openings, acts], viewer).rows
        assert (openings.reference in about.cells[0].note) == (permission is Permission.CASE_READ)
        assert bool(about.url) == (permission is Permission.EMERGENCY_REVIEW)
        assert bool(asked.url) == (permission is Permission.ACT_DECIDE)
