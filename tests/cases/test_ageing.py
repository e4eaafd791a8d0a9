"""A child's track follows her age by itself, and a doubt stays a doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from amparo.access.rules import Viewer
from amparo.audit.models import Event
from amparo.cases.actions import Stale, let_come_of_age, update_person, withdraw_cases
from amparo.cases.facts import fact_tables
from amparo.cases.models import Case, Person
from amparo.cases.queries import CaseChoices, get_case, list_cases, list_timeline
from amparo.cases.rules import ChildTrack, PersonDetails
from amparo.vocab.dates import PartialDate, StatedAge
from tests.factories.accounts import NOW, make_viewer
from tests.factories.cases import make_case, make_person_details, row_of

pytestmark = pytest.mark.django_db

TOMORROW = NOW + timedelta(days=1)
BORN = PartialDate.of(TOMORROW.date().replace(year=2008))  # comes of age tomorrow
NO_STATUS = "not_asked"


def person(**age: Any) -> PersonDetails:
    return make_person_details(**{"birth": None, "age_status": NO_STATUS, **age})


def tracks(viewer: Viewer, reference: str, *, now: datetime) -> tuple[str, set[str], str]:
    """The track on the page of the case, in which lists it stands, and in the facts."""
    lists = {
        track.value
        for track in ChildTrack
        if any(
            row.reference == reference and row.child_track is track
            for row in list_cases(viewer, now=now, choices=CaseChoices(child_track=track)).rows
        )
    }
    table = next(one for one in fact_tables() if one.name == "person_case")
    (fact,) = [row for batch in table.rows(lambda one: one.int) for row in batch]
    return get_case(viewer, reference, now=now).child_track, lists, str(fact["child_track"])


@pytest.mark.parametrize("age_status", [NO_STATUS, "unknown", "child"])
def test_who_turns_eighteen_is_an_adult_on_that_day_without_a_write_by_hand(age_status: str) -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer, person=person(birth=BORN, age_status=age_status))
    assert let_come_of_age(now=NOW) == 0
    assert tracks(viewer, reference, now=NOW) == ("child", {"child"}, "child")
    assert let_come_of_age(now=TOMORROW) == 1
    assert tracks(viewer, reference, now=TOMORROW) == ("adult", {"adult"}, "adult")
    newest = list_timeline(viewer, reference)[0]
    assert (newest.kind, newest.by, newest.at) == ("became_adult", "", TOMORROW)
    assert let_come_of_age(now=TOMORROW) == 0


def test_what_was_said_of_a_child_is_not_left_to_contradict_the_date() -> None:
    viewer = make_viewer("supervisor")
    details = person(birth=BORN, age_status="child")
    reference = make_case(viewer, person=details)
    let_come_of_age(now=TOMORROW)
    file = get_case(viewer, reference, now=TOMORROW)
    assert (file.person.details.age_status, file.person.version) == ("adult", 2)
    with pytest.raises(Stale):
        update_person(reference=reference, details=details, version=1, by=viewer, now=TOMORROW)
    update_person(
        reference=reference, details=replace(file.person.details, called="Mina"), version=2, by=viewer, now=TOMORROW
    )  # fmt: skip
    assert row_of(reference).child_track == ChildTrack.ADULT


@pytest.mark.parametrize(
    "age",
    [
        {"age_status": "presumed_child", "birth": PartialDate.parse("2001-01-01")},
        {"age_status": "in_assessment", "stated_age": StatedAge(years=18, stated_on=NOW.date())},
        {"age_status": "child", "birth": PartialDate.parse("1990-01-01")},
        {"age_status": "unknown"},
    ],
)
def test_a_doubt_stays_until_somebody_decides(age: dict[str, Any]) -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer, person=person(**age))
    assert row_of(reference).child_track == ChildTrack.IN_DOUBT
    assert let_come_of_age(now=NOW.replace(year=2056)) == 0
    decided = replace(get_case(viewer, reference, now=NOW).person.details, age_status="adult")
    update_person(reference=reference, details=decided, version=1, by=viewer, now=NOW)
    assert row_of(reference).child_track == ChildTrack.ADULT


def test_a_year_of_birth_goes_through_a_year_of_doubt() -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer, person=person(birth=PartialDate(2009)))
    seen = []
    for year in (2026, 2027, 2028):
        let_come_of_age(now=NOW.replace(year=year))
        seen.append(row_of(reference).child_track)
    assert seen == ["child", "in_doubt", "adult"]
    assert [line.kind for line in list_timeline(viewer, reference)] == [
        "became_adult",
        "age_in_doubt",
        "opened",
    ]


def test_only_those_who_may_come_of_age_are_read_and_each_reading_is_logged() -> None:
    viewer = make_viewer("supervisor")
    soon = row_of(make_case(viewer, person=person(birth=BORN))).person_id
    make_case(viewer, person=person(birth=PartialDate.parse("2015-01-01")))
    make_case(viewer, person=person(birth=PartialDate.parse("1990-01-01")))
    let_come_of_age(now=NOW)
    (event,) = Event.objects.filter(action="cases.person.compare_ages")
    assert (event.persons, event.user) == ([soon], None)


def test_figures_of_the_past_do_not_lose_their_children() -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer, person=person(birth=BORN, age_status="child"))
    table = next(one for one in fact_tables() if one.name == "person_case")

    def facts() -> list[str]:
        (row,) = [row for batch in table.rows(lambda one: one.int) for row in batch]
        return [str(row[name]) for name in ("track_at_opening", "age_at_opening", "age_at_exploitation")]

    before = facts()
    assert before[:2] == ["child", "9-17"]
    let_come_of_age(now=TOMORROW)
    details = get_case(viewer, reference, now=TOMORROW).person.details
    update_person(
        reference=reference, details=replace(details, birth=PartialDate.parse("2008-11-10")), version=2, by=viewer, now=TOMORROW
    )  # fmt: skip
    assert facts() == before


def test_a_case_that_is_entered_late_has_the_track_of_today_and_of_its_day() -> None:
    viewer = make_viewer("supervisor")
    child = person(birth=PartialDate.parse("2006-06-01"), age_status="child")
    row = row_of(make_case(viewer, person=child, opened=NOW.date().replace(year=2022)))
    assert (row.child_track, row.track_at_opening) == ("adult", "child")
    known = row_of(
        make_case(viewer, person=child, existing_person=row.person_id, opened=NOW.date().replace(year=2023))
    )
    assert (known.child_track, known.track_at_opening) == ("adult", "child")


def test_a_birthday_is_no_work_on_an_imported_case_and_touches_nobodys_editing() -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer, person=person(birth=BORN), source="workbook")
    before = row_of(reference)
    let_come_of_age(now=TOMORROW)
    after = row_of(reference)
    assert (after.version, after.changed_at) == (before.version, before.changed_at)
    assert withdraw_cases(references=[reference], by=viewer, now=TOMORROW) == 1
    assert not Case.objects.exists()
    assert not Person.objects.exists()
