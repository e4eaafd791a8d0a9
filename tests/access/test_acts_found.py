"""An act that takes two people is found by its kind, its content and who asked, while it waits or can be collected."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.http import Http404

from amparo.access.actions import Refused, collect_act, get_act, refuse_act, visible_acts
from amparo.access.actions.kinds import ROLE_CHANGE, ROLE_INVITE
from amparo.access.models import DualAct
from amparo.access.queries import agreed_act, asked_and_done
from amparo.access.queries.acts import asking_membership, waiting_act
from amparo.access.rules import Permission
from tests.access.test_four_eyes import DAY, House, approve, make_house
from tests.clock import database_clock
from tests.factories.accounts import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return make_house()


def test_who_decides_about_no_acts_sees_not_even_the_own(house: House) -> None:
    act = house.ask()
    bare = replace(house.asker, permissions=house.asker.permissions - {Permission.ACT_DECIDE})
    assert visible_acts(bare) == []
    with pytest.raises(Http404):
        get_act(bare, act)
    with pytest.raises(Http404):
        get_act(house.asker, uuid4())
    with pytest.raises(Refused):
        replace(house, asker=bare).ask(role="competent_authority")


def test_the_same_waits_only_where_kind_content_and_asker_are_the_same(house: House) -> None:
    act = house.ask()
    digest, asker = DualAct.objects.get().payload_hash, house.asker.known_user_id
    assert waiting_act(ROLE_CHANGE, digest, asked_by=asker) == act
    assert waiting_act(ROLE_INVITE, digest, asked_by=asker) is None
    assert waiting_act(ROLE_CHANGE, "0" * 64, asked_by=asker) is None
    assert waiting_act(ROLE_CHANGE, digest, asked_by=house.decider.known_user_id) is None
    with database_clock(DAY + timedelta(seconds=1)):
        assert get_act(house.decider, act).state == "over"
        assert waiting_act(ROLE_CHANGE, digest, asked_by=asker) is None
    refuse_act(act, by=house.decider, now=NOW)
    assert waiting_act(ROLE_CHANGE, digest, asked_by=asker) is None


def test_what_was_agreed_is_collected_from_its_kind_within_a_day_and_once(house: House) -> None:
    refuse_act(house.ask(), by=house.decider, now=NOW)
    act = house.ask()
    assert agreed_act(ROLE_CHANGE) is None
    approve(act, house.decider)
    assert agreed_act(ROLE_CHANGE) == (act, house.asker.membership_id)
    assert agreed_act(ROLE_INVITE) is None
    with database_clock(DAY - timedelta(minutes=1)):
        assert get_act(house.decider, act).state == "done"
        assert agreed_act(ROLE_CHANGE) is not None
    with database_clock(DAY + timedelta(minutes=1)):
        assert get_act(house.decider, act).state == "done"
        assert agreed_act(ROLE_CHANGE) is None
    collect_act(act, kind=ROLE_CHANGE, by=house.asker, now=NOW)
    assert agreed_act(ROLE_CHANGE) is None


def test_the_command_learns_who_asked_for_its_own_act(house: House) -> None:
    other = make_house()
    acts = {one.ask(): one.asker.membership_id for one in (house, other)}
    assert {act: asking_membership(act) for act in acts} == acts
    assert asking_membership(uuid4()) is None


def test_it_is_told_for_what_an_act_was_asked_and_done(house: House) -> None:
    other = make_house()
    act = house.ask()
    other.ask()
    mine, theirs = house.worker.pk, other.worker.pk
    nobody: frozenset[int] = frozenset()
    assert asked_and_done([ROLE_CHANGE], name="membership", values=[mine]) == ({mine}, nobody)
    assert asked_and_done([ROLE_INVITE], name="membership", values=[mine]) == (nobody, nobody)
    assert asked_and_done([ROLE_CHANGE], name="membership", values=[]) == (nobody, nobody)
    approve(act, house.decider)
    assert asked_and_done([ROLE_CHANGE], name="membership", values=[mine, theirs]) == ({mine, theirs}, {mine})
