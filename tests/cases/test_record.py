"""A person, her case and her episodes: written, read back, and never readable by accident."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.core.exceptions import FieldError
from django.db import connection

from amparo.audit.models import Event
from amparo.cases.actions import NotAcceptable, Stale, update_episode, update_person
from amparo.cases.models import Person
from amparo.cases.queries import Absent, get_case, list_cases, person_at, search_own_caseload
from amparo.cases.rules import Name
from amparo.vault.queries import open_many
from amparo.vault.rules import NotCovered, Reading
from amparo.vocab.identifiers import uuid7
from tests.factories.accounts import NOW, make_team, make_viewer
from tests.factories.cases import DETAILS, EPISODE, PERSON, make_case, make_person_details, row_of

pytestmark = pytest.mark.django_db


def test_what_is_opened_is_what_was_entered() -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer, person=PERSON)
    file = get_case(viewer, reference, now=NOW)
    assert (file.person.details, file.details, file.episodes[0].details) == (PERSON, DETAILS, EPISODE)
    assert (file.person.display_name, file.child_track) == ("Mina", "adult")


def test_a_loaded_row_shows_dots_and_no_text() -> None:
    reference = make_case(make_viewer("supervisor"), person=PERSON)
    person = row_of(reference).person
    shown = f"{person.names} {person.names!r} {person.names:>20} {[person.identity]}"
    assert "•••" in shown
    assert "Amina" not in shown
    with pytest.raises(TypeError):
        json.dumps({"names": person.names})


def test_nothing_can_be_filtered_by_what_is_sealed() -> None:
    with pytest.raises(FieldError):
        list(Person.objects.filter(names="Amina"))
    with pytest.raises(FieldError):
        list(Person.objects.filter(names__contains="Amina"))


def test_a_reading_opens_only_the_persons_it_was_begun_for() -> None:
    reference = make_case(make_viewer("supervisor"), person=PERSON)
    other = Reading(user_id=1, membership_id=1, purpose="", persons=frozenset({uuid7()}))
    with pytest.raises(NotCovered):
        open_many(other, [row_of(reference).person.names])


def test_each_reading_is_logged_before_anything_is_opened() -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer)
    before = Event.objects.filter(action="cases.case.read").count()
    get_case(viewer, reference, now=NOW)
    event = Event.objects.filter(action="cases.case.read").latest("id")
    assert Event.objects.filter(action="cases.case.read").count() == before + 1
    assert (event.user, event.record, event.persons) == (
        viewer.user_id,
        reference,
        [row_of(reference).person_id],
    )


def test_hidden_is_absent() -> None:
    reference = make_case(make_viewer("supervisor"))
    for role in ("supervisor", "caseworker", "statistician", "installation_administrator"):
        with pytest.raises(Absent):
            get_case(make_viewer(role), reference, now=NOW)


def test_p29_a_stale_change_is_refused_and_the_base_can_be_read() -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer, person=PERSON)
    theirs = replace(PERSON, called="Amina")
    update_person(reference=reference, details=theirs, version=1, by=viewer, now=NOW)
    with pytest.raises(Stale):
        update_person(
            reference=reference, details=replace(PERSON, sex="unknown"), version=1, by=viewer, now=NOW
        )
    assert person_at(viewer, reference, 1, now=NOW) == PERSON
    assert get_case(viewer, reference, now=NOW).person.details == theirs


def test_an_episode_of_another_case_is_absent() -> None:
    viewer = make_viewer("supervisor")
    mine, other = make_case(viewer), make_case(viewer)
    foreign = get_case(viewer, other, now=NOW).episodes[0]
    with pytest.raises(Absent):
        update_episode(reference=mine, episode=foreign.id, details=EPISODE, version=1, by=viewer, now=NOW)


def test_an_unknown_code_names_its_place() -> None:
    viewer = make_viewer("supervisor")
    with pytest.raises(NotAcceptable) as refused:
        make_case(viewer, person=make_person_details(sex="femal"))
    assert [fault.attribute for fault in refused.value.problems] == ["sex"]


def test_a_list_opens_names_in_one_reading_and_a_constant_number_of_queries(
    django_assert_num_queries,
) -> None:  # type: ignore[no-untyped-def]
    team = make_team()
    viewer = make_viewer("caseworker", team=team)
    make_case(viewer)
    with django_assert_num_queries(6):  # the rows, their persons and workers, their number, the log, the keys
        list_cases(viewer, now=NOW)
    for _ in range(9):
        make_case(viewer)
    with django_assert_num_queries(6):  # the rows, their persons and workers, their number, the log, the keys
        page = list_cases(viewer, now=NOW)
    assert len(page.rows) == page.total == 10


def test_pages_meet_without_gap_or_double() -> None:
    viewer = make_viewer("supervisor")
    made = {make_case(viewer) for _ in range(7)}
    seen, after = [], ""
    while True:
        page = list_cases(viewer, now=NOW, after=after, limit=3)
        seen += [row.reference for row in page.rows]
        if not page.next:
            break
        after = page.next
    assert len(seen) == len(set(seen)) == 7
    assert set(seen) == made
    back = list_cases(viewer, now=NOW, before=page.previous, limit=3)
    assert [row.reference for row in back.rows] == seen[3:6]


def test_search_compares_own_cases_in_every_script() -> None:
    viewer = make_viewer("caseworker")
    reference = make_case(viewer, person=PERSON)
    make_case(viewer, person=make_person_details(names=(Name(text="Olena", kind="given"),)))
    for typed in ("mina", "HADDAD mi", "حداد"):
        assert [row.reference for row in search_own_caseload(viewer, typed, now=NOW)] == [reference], typed


def test_stored_rows_hold_no_clear_column_of_a_name() -> None:
    make_case(make_viewer("supervisor"), person=PERSON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'cases_person'")
        columns = {name for (name,) in cursor.fetchall()}
    assert columns.isdisjoint({"given_name", "family_name", "birth", "birth_date"})
