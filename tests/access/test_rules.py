"""Who is one human, who may decide, and what a grant opens: pure rules, without a database."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from amparo.access.rules import (
    NOBODY,
    GrantedRecord,
    Human,
    Permission,
    TwoPeople,
    Viewer,
    are_one_human,
    system_viewer,
)
from amparo.access.rules.dual import Where, are_known_as_one, may_decide
from amparo.access.rules.emergencies import is_reason_enough
from amparo.access.rules.two_people import NotTwoPeople
from amparo.vault.rules import Compartment

ONE, OTHER = Human(user_id=1, staff_number="M-1"), Human(user_id=2, staff_number="M-2")
RECORD, ELSEWHERE = UUID(int=1), UUID(int=2)
SOMEBODY = Viewer(user_id=1, membership_id=11, organisation_id=111)
SECOND = Viewer(user_id=2, membership_id=12, organisation_id=111)
READ = frozenset({Permission.CASE_READ})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ONE, replace(OTHER, user_id=1)),
        (ONE, replace(OTHER, staff_number="m 1")),
        (replace(ONE, factors=frozenset({"key"})), replace(OTHER, factors=frozenset({"key", "another"}))),
        (replace(ONE, invited_lately=frozenset({2})), OTHER),
        (ONE, replace(OTHER, invited_lately=frozenset({1}))),
    ],
)
def test_p17_each_trace_shows_one_human(one: Human, other: Human) -> None:
    assert are_known_as_one(one, other)
    assert are_one_human(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ONE, OTHER),
        (replace(ONE, factors=frozenset({"key"})), replace(OTHER, factors=frozenset({"another"}))),
        (replace(ONE, invited_lately=frozenset({3})), replace(OTHER, invited_lately=frozenset({3}))),
    ],
)
def test_p17_without_a_trace_they_are_two(one: Human, other: Human) -> None:
    assert not are_known_as_one(one, other)
    assert not are_one_human(one, other)


def test_p17_two_without_a_number_are_not_known_as_one_and_may_be() -> None:
    one, other = replace(ONE, staff_number=""), replace(OTHER, staff_number="")
    assert not are_known_as_one(one, other)
    for pair in ((one, other), (one, OTHER), (ONE, other)):
        assert are_one_human(*pair)


def test_p17_two_people_are_two_humans_who_signed_in_themselves() -> None:
    assert TwoPeople(asked_by=SOMEBODY, approved_by=SECOND)
    nobody = (
        replace(SECOND, user_id=None), replace(SECOND, membership_id=None), replace(SECOND, token_id=5),
        replace(SECOND, is_system=True), system_viewer([]), NOBODY, replace(SECOND, user_id=1),
    )  # fmt: skip
    for each in nobody:
        for asked_by, approved_by in ((SOMEBODY, each), (each, SOMEBODY)):
            with pytest.raises(NotTwoPeople):
                TwoPeople(asked_by=asked_by, approved_by=approved_by)


def test_p17_who_decides_has_the_permission_and_the_organisation_for_it() -> None:
    officer = Viewer(user_id=1, organisation_id=111, permissions=frozenset({Permission.ACT_DECIDE}))

    def decides(viewer: Viewer, where: Where, organisation_id: int | None) -> bool:
        return may_decide(
            viewer, decided_with={Permission.ACT_DECIDE: where}, organisation_id=organisation_id
        )

    expected = {Where.SAME: (True, False), Where.OTHER: (False, True), Where.ANY: (True, True)}
    for where, (here, elsewhere) in expected.items():
        assert decides(officer, where, 111) is here
        assert decides(officer, where, 222) is elsewhere
        assert not decides(replace(officer, permissions=READ), where, 111)
        assert not decides(replace(officer, permissions=READ), where, 222)
    assert not decides(replace(officer, organisation_id=None), Where.SAME, None)


def test_p15_a_reason_is_long_enough_and_more_than_one_key_held_down() -> None:
    assert is_reason_enough("She called from a car.")
    for text in ("abcdefghijklmnopqrs", "ababababababababababababab", "  a   b   c  d  e  f  "):
        assert not is_reason_enough(text)


def test_a_grant_opens_what_the_role_may_do_and_what_the_grant_names() -> None:
    grant = GrantedRecord(
        id=1, record=RECORD, permissions=READ, compartments=frozenset({Compartment.LOCATION, Compartment.CHILD})
    )  # fmt: skip
    viewer = replace(
        SOMEBODY, permissions=READ, grants=(grant,), compartments=frozenset({Compartment.HEALTH})
    )
    assert viewer.granted == {RECORD}
    assert replace(viewer, permissions=frozenset()).granted == frozenset()
    assert viewer.granted_for(Permission.CASE_EDIT) == frozenset()
    assert viewer.reads_in(RECORD) == {Compartment.HEALTH, Compartment.CHILD, Compartment.LOCATION}
    for other in (ELSEWHERE, None):
        assert viewer.reads_in(other) == {Compartment.HEALTH, Compartment.CHILD}


def test_a_grant_that_does_not_open_to_read_opens_nothing() -> None:
    grant = GrantedRecord(id=1, record=RECORD, permissions=frozenset({Permission.NOTE_ADD}))
    viewer = replace(SOMEBODY, permissions=READ | {Permission.NOTE_ADD}, grants=(grant,))
    assert viewer.granted_for(Permission.NOTE_ADD) == frozenset()


def test_no_record_lies_in_the_compartment_of_places() -> None:
    everywhere = Viewer(compartments=frozenset({Compartment.LOCATION, Compartment.PROTECTION}))
    assert everywhere.homes == {Compartment.PROTECTION}


def test_nobody_has_no_number() -> None:
    with pytest.raises(LookupError):
        _ = NOBODY.known_user_id
