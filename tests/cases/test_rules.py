"""The pure decisions of cases: tracks, stages, differences, names, faults."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

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
    track_after,
    track_before,
    transitions_from,
)
from amparo.cases.rules.episode import Leg
from amparo.cases.rules.merging import merged
from amparo.cases.rules.naming import AS_TYPED, NameSearch, display_name, search_form
from amparo.cases.rules.opening import NewCase, episode_problems, opening_problems
from amparo.vocab.codes import code_list
from amparo.vocab.dates import PartialDate, StatedAge
from amparo.vocab.described import described_fields

TODAY = date(2026, 11, 22)
DAYS = st.dates(min_value=date(1930, 1, 1), max_value=TODAY)


def track_of(*, on: date = TODAY, **age: Any) -> ChildTrack:
    return child_track(PersonDetails(**age), on=on, adult_age=18)


@given(born=DAYS)
def test_a_full_date_of_birth_decides_the_track(born: date) -> None:
    eighteenth = (
        date(born.year + 18, 3, 1) if (born.month, born.day) == (2, 29) else born.replace(year=born.year + 18)
    )
    track = track_of(birth=PartialDate.of(born))
    assert track is (ChildTrack.ADULT if eighteenth <= TODAY else ChildTrack.CHILD)


@given(born=DAYS)
def test_knowing_less_never_turns_a_child_into_an_adult(born: date) -> None:
    exact = track_of(birth=PartialDate.of(born))
    vague = track_of(birth=PartialDate(born.year))
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
    assert track_of(age_status=age_status) is expected


def test_an_age_in_assessment_stays_in_doubt_whatever_the_paper_says() -> None:
    birth = PartialDate.parse("2000-01-01")
    assert track_of(birth=birth, age_status="in_assessment") is ChildTrack.IN_DOUBT


def test_a_stated_age_of_seventeen_ages() -> None:
    stated = StatedAge(years=17, stated_on=TODAY)
    assert track_of(stated_age=stated) is ChildTrack.CHILD
    later = TODAY + timedelta(days=3 * 366)
    assert track_of(on=later, stated_age=stated) is ChildTrack.ADULT


def test_the_state_says_from_which_age_on_she_is_an_adult() -> None:
    person = PersonDetails(birth=PartialDate.parse("2007-05-01"))
    assert child_track(person, on=TODAY, adult_age=18) is ChildTrack.ADULT
    assert child_track(person, on=TODAY, adult_age=21) is ChildTrack.CHILD


def test_a_date_that_is_only_about_right_leaves_a_doubt_for_two_years_more() -> None:
    assert track_of(birth=PartialDate.parse("2007~")) is ChildTrack.IN_DOUBT
    assert track_of(birth=PartialDate.parse("2005~")) is ChildTrack.ADULT
    assert track_of(birth=PartialDate.parse("2009~")) is ChildTrack.CHILD


def test_said_to_be_a_child_and_an_adult_by_the_date_is_a_doubt() -> None:
    assert track_of(birth=PartialDate.parse("1990"), age_status="child") is ChildTrack.IN_DOUBT


PEOPLE = st.builds(
    PersonDetails,
    birth=st.none()
    | st.dates(date(2000, 1, 1), TODAY).map(PartialDate.of)
    | st.builds(PartialDate, st.integers(2000, 2026), is_approximate=st.booleans()),
    stated_age=st.none() | st.builds(StatedAge, years=st.integers(10, 25), stated_on=st.just(TODAY)),
    age_status=st.sampled_from(["not_asked", "unknown", "adult", "child", "presumed_child", "in_assessment"]),
)


@given(person=PEOPLE, days=st.integers(0, 9_000))
def test_time_makes_nobody_younger_and_resolves_no_presumption(person: PersonDetails, days: int) -> None:
    order = [ChildTrack.CHILD, ChildTrack.IN_DOUBT, ChildTrack.ADULT]
    now = child_track(person, on=TODAY, adult_age=18)
    later = track_after(person, was=now, on=TODAY + timedelta(days), adult_age=18)
    assert order.index(now) <= order.index(later)
    if person.age_status in {"presumed_child", "in_assessment"}:
        assert later is ChildTrack.IN_DOUBT
    elif person.birth is not None or person.stated_age is not None:
        is_contradiction = person.age_status == "child" and now is ChildTrack.IN_DOUBT
        long_after = track_after(person, was=now, on=TODAY + timedelta(days=30 * 366), adult_age=18)
        assert (long_after is ChildTrack.ADULT) is not is_contradiction


@given(person=PEOPLE, days=st.integers(0, 9_000))
def test_who_is_a_child_now_was_one_before(person: PersonDetails, days: int) -> None:
    now = child_track(person, on=TODAY, adult_age=18)
    then = track_before(person, was=now, on=TODAY - timedelta(days), adult_age=18)
    assert now is not ChildTrack.CHILD or then is ChildTrack.CHILD


def test_an_adult_by_now_may_have_been_a_child_then() -> None:
    then = TODAY - timedelta(days=3 * 366)
    for birth, was, expected in (
        (None, ChildTrack.CHILD, ChildTrack.CHILD),
        (None, ChildTrack.IN_DOUBT, ChildTrack.ADULT),
        (PartialDate.parse("2007"), ChildTrack.CHILD, ChildTrack.CHILD),
        (PartialDate.parse("1990"), ChildTrack.CHILD, ChildTrack.ADULT),
    ):
        person = PersonDetails(birth=birth, age_status="adult")
        assert track_before(person, was=was, on=then, adult_age=18) is expected, (birth, was)


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


def test_p29_three_states_differ_where_any_two_differ() -> None:
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


@given(name=st.text(min_size=1, max_size=40).filter(lambda text: search_form(text).strip()))
def test_a_name_finds_itself(name: str) -> None:
    assert NameSearch(name).score([name]) == AS_TYPED


def test_accents_case_and_vowel_marks_do_not_hide_a_name() -> None:
    assert NameSearch("jose").score(["José García"]) == AS_TYPED
    assert NameSearch("محمد").score(["مُحَمَّد"]) == AS_TYPED
    assert NameSearch("garcia lopez").score(["José García"]) < AS_TYPED


def test_people_met_together_are_found_as_one_by_one() -> None:
    people = [
        ["Mohammed Hussein", "محمد حسين"], ["Muhamad Husein Karimi"], ["Amina", "Amena Hadad"], ["Abd al-Rahman", "Rahman"],
        ["José García López"], ["Olha", "Ольга Шевченко"], ["王小明 Wang"], ["ﷺ"], ["Hasan Husain"], ["Hassan"], ["Abdulrahman Ali"],
    ]  # fmt: skip
    words = {word for names in people for text in names for word in text.split()}
    for asked in (
        "Mohamed Hussain",
        "jose g",
        "Amina Haddad",
        "عبد الرحمن",
        "Shevchenko Olga",
        "Wang",
        "الله",
        "Hasan",
    ):
        together = NameSearch(asked)
        telling = together.telling(words)
        scores = [NameSearch(asked).score(names) for names in people]
        assert [together.score(names) for names in people] == scores
        assert any(scores), asked
        for names, score in zip(people, scores, strict=True):
            assert not score or not telling.isdisjoint(" ".join(names).split()), (asked, names)


def test_a_sign_that_stands_for_several_words_is_looked_at() -> None:
    assert NameSearch("الله").telling({"ﷺ", "Grace"}) == {"ﷺ"}


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


@pytest.mark.parametrize(
    ("country", "area", "is_taken"),
    [
        ("XA", "XA-03", True),
        ("ET", "ET-OR", True),
        ("not_asked", "ET-OR", True),
        ("XA", "", True),
        ("ET", "XA-03", False),
        ("XA", "the farm behind the church", False),
        ("not_asked", "Oromia", False),
    ],
)
def test_an_area_is_a_code_of_the_country_beside_it(country: str, area: str, is_taken: bool) -> None:
    episode = EpisodeDetails(route=(Leg(), Leg(country=country, area=area)))
    found = [fault.attribute for fault in episode_problems(episode, birth=None, today=TODAY)]
    assert found == ([] if is_taken else ["route.2.area"])


def test_a_case_is_not_opened_in_the_future_nor_closed_before() -> None:
    new = NewCase(opened_date=date(2027, 1, 1), closed_date=date(2026, 1, 1), stage=Stage.CLOSED)
    assert {fault.attribute for fault in opening_problems(new, today=TODAY)} == {"opened_date", "closed_date"}
