"""The pure decisions of cases: tracks, stages, differences, names, faults."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.cases.rules import (
    TRANSITIONS,
    CaseDetails,
    ChildTrack,
    EpisodeDetails,
    Name,
    PersonDetails,
    Stage,
    child_track,
    differences,
    problems,
    transitions_from,
)
from amparo.cases.rules.merging import merged
from amparo.cases.rules.naming import display_name, matches
from amparo.cases.rules.opening import NewCase, episode_problems, opening_problems
from amparo.vocab.codes import code_list
from amparo.vocab.dates import PartialDate, StatedAge
from amparo.vocab.described import described_fields

TODAY = date(2026, 11, 22)
DAYS = st.dates(min_value=date(1930, 1, 1), max_value=TODAY)


@given(born=DAYS)
def test_a_full_date_of_birth_decides_the_track(born: date) -> None:
    eighteenth = (
        date(born.year + 18, 3, 1) if (born.month, born.day) == (2, 29) else born.replace(year=born.year + 18)
    )
    track = child_track(TODAY, birth=PartialDate.of(born), stated_age=None, age_status="unknown")
    assert track is (ChildTrack.ADULT if eighteenth <= TODAY else ChildTrack.CHILD)


@given(born=DAYS)
def test_knowing_less_never_turns_a_child_into_an_adult(born: date) -> None:
    exact = child_track(TODAY, birth=PartialDate.of(born), stated_age=None, age_status="unknown")
    vague = child_track(TODAY, birth=PartialDate(born.year), stated_age=None, age_status="unknown")
    assert not (exact is ChildTrack.CHILD and vague is ChildTrack.ADULT)


@pytest.mark.parametrize(
    ("age_status", "expected"),
    [
        ("unknown", ChildTrack.IN_DOUBT),
        ("adult", ChildTrack.ADULT),
        ("child", ChildTrack.CHILD),
        ("presumed_child", ChildTrack.IN_DOUBT),
        ("in_assessment", ChildTrack.IN_DOUBT),
    ],
)
def test_without_a_date_the_stated_status_decides_and_doubt_stays_doubt(
    age_status: str, expected: ChildTrack
) -> None:
    assert child_track(TODAY, birth=None, stated_age=None, age_status=age_status) is expected


def test_an_age_in_assessment_stays_in_doubt_whatever_the_paper_says() -> None:
    birth = PartialDate.parse("2000-01-01")
    assert child_track(TODAY, birth=birth, stated_age=None, age_status="in_assessment") is ChildTrack.IN_DOUBT


def test_a_stated_age_of_seventeen_ages() -> None:
    stated = StatedAge(years=17, stated_on=TODAY)
    assert child_track(TODAY, birth=None, stated_age=stated, age_status="unknown") is ChildTrack.CHILD
    later = TODAY + timedelta(days=3 * 366)
    assert child_track(later, birth=None, stated_age=stated, age_status="unknown") is ChildTrack.ADULT


def test_every_stage_can_be_reached_and_left() -> None:
    reached, frontier = {Stage.INTAKE}, [Stage.INTAKE]
    while frontier:
        for step in transitions_from(frontier.pop()):
            if step.target not in reached:
                reached.add(step.target)
                frontier.append(step.target)
    assert reached == set(Stage)
    assert all(transitions_from(stage) for stage in Stage)


def test_closing_and_opening_again_need_a_reason() -> None:
    for step in TRANSITIONS:
        assert step.needs_reason is (Stage.CLOSED in {step.source, step.target})


def test_three_states_differ_where_any_two_differ() -> None:
    base = PersonDetails(called="Mina")
    theirs, yours = replace(base, called="Amina"), replace(base, sex="female")
    found = {d.attribute: d.is_conflict for d in differences(base, theirs, yours)}
    assert found == {"called": False, "sex": False}
    assert merged(base, theirs, yours) == {"called": "Amina", "sex": "female"}


def test_a_conflict_keeps_theirs_until_somebody_decides() -> None:
    base = PersonDetails(called="a")
    theirs, yours = replace(base, called="b"), replace(base, called="c")
    (found,) = differences(base, theirs, yours)
    assert found.is_conflict
    assert merged(base, theirs, yours) == {"called": "b"}


def test_a_name_is_shown_as_she_wants_or_in_the_usual_order() -> None:
    names = (
        Name(text="Haddad", kind="family"),
        Name(text="Amina", kind="given"),
        Name(text="M.", kind="nickname"),
    )
    assert display_name("", names) == "Amina Haddad"
    assert display_name("Mina", names) == "Mina"
    assert display_name("", (Name(text="อมีนา", kind="own_script"),)) == "อมีนา"
    assert display_name("", ()) == ""


@given(name=st.text(min_size=1, max_size=40))
def test_a_name_finds_itself(name: str) -> None:
    assert matches(name, [name])


def test_accents_case_and_vowel_marks_do_not_hide_a_name() -> None:
    assert matches("jose", ["José García"])
    assert matches("محمد", ["مُحَمَّد"])
    assert not matches("garcia lopez", ["José García"])


@pytest.mark.parametrize("record", [PersonDetails, CaseDetails, EpisodeDetails])
def test_each_code_list_that_a_record_names_exists(record: type) -> None:
    for name, described, _type in described_fields(record):
        if described.codes is not None:
            assert len(code_list(described.codes)) > 0, name


@pytest.mark.parametrize(
    ("person", "attribute"),
    [
        (PersonDetails(sex="femal"), "sex"),
        (PersonDetails(citizenships=("SY", "unknown")), "citizenships"),
        (PersonDetails(birth=PartialDate.parse("2031")), "birth"),
        (PersonDetails(birth=PartialDate.parse("1850")), "birth"),
        (PersonDetails(called="a\x00b"), "called"),
        (PersonDetails(names=(Name(text="\x07", kind="given"),)), "names.1.text"),
    ],
)
def test_a_fault_names_its_place(person: PersonDetails, attribute: str) -> None:
    assert [fault.attribute for fault in problems(person, today=TODAY)] == [attribute]


def test_contradictory_dates_are_faults() -> None:
    backwards = EpisodeDetails(started=PartialDate.parse("2025"), ended=PartialDate.parse("2023"))
    endless = EpisodeDetails(ended=PartialDate.parse("2023"), is_ongoing="yes")
    unborn = EpisodeDetails(started=PartialDate.parse("1990"))
    assert [f.attribute for f in episode_problems(backwards, birth=None, today=TODAY)] == ["ended"]
    assert [f.attribute for f in episode_problems(endless, birth=None, today=TODAY)] == ["ended"]
    assert [f.attribute for f in episode_problems(unborn, birth=PartialDate.parse("2001"), today=TODAY)] == [
        "started"
    ]


def test_a_case_is_not_opened_in_the_future_nor_closed_before() -> None:
    new = NewCase(opened_date=date(2027, 1, 1), closed_date=date(2026, 1, 1), stage=Stage.CLOSED)
    assert {fault.attribute for fault in opening_problems(new, today=TODAY)} == {"opened_date", "closed_date"}
