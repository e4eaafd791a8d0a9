"""Writing: permissions, life cycle, double submission, history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from amparo.access.actions import Refused
from amparo.access.rules import Permission, Viewer
from amparo.audit.models import Event
from amparo.cases.actions import (
    EmptyNote,
    NoSuchStep,
    NoSuchWorker,
    NotAcceptable,
    ReasonMissing,
    Stale,
    add_episode,
    add_note,
    assign_case,
    link_operation,
    move_case,
    remove_filter,
    save_filter,
    update_episode,
    update_person,
)
from amparo.cases.models import Case, CaseEvent, Person
from amparo.cases.queries import (
    Absent,
    CaseChoices,
    get_case,
    list_cases,
    list_filters,
    list_notes,
    list_timeline,
)
from amparo.cases.rules import ChildTrack, Stage
from amparo.vocab.dates import PartialDate
from tests.factories.accounts import NOW, make_organisation, make_team, make_user, make_viewer
from tests.factories.cases import EPISODE, PERSON, make_case, row_of

pytestmark = pytest.mark.django_db

# Triggers of the library that fire after each row (PostgreSQL's bits: 1 for a row, 2 for before).
EACH_ROW_AFTERWARDS = """
    SELECT tgname FROM pg_trigger
    WHERE tgrelid = ANY (%s::regclass[]) AND tgname LIKE 'pgtrigger%%' AND tgtype & 3 = 1
"""


@pytest.mark.parametrize("role", ["statistician", "national_rapporteur", "organisation_administrator",
                                  "installation_administrator", "competent_authority"])  # fmt: skip
def test_a_role_without_casework_opens_no_case(role: str) -> None:
    with pytest.raises(Refused):
        make_case(make_viewer(role))
    assert not Case.objects.exists()


def test_a_case_goes_one_step_at_a_time() -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer)
    with pytest.raises(NoSuchStep):
        move_case(reference=reference, target=Stage.FOLLOW_UP, version=1, by=viewer, now=NOW)
    move_case(reference=reference, target=Stage.ASSESSMENT, version=1, by=viewer, now=NOW)
    with pytest.raises(ReasonMissing):
        move_case(reference=reference, target=Stage.CLOSED, version=2, by=viewer, now=NOW)
    move_case(reference=reference, target=Stage.CLOSED, version=2, reason="goals_met", by=viewer, now=NOW)
    row = row_of(reference)
    assert (row.stage, row.closed_date, row.closure_reason) == ("closed", NOW.date(), "goals_met")


def test_a_caseworker_closes_but_does_not_open_again() -> None:
    organisation = make_organisation()
    caseworker = make_viewer("caseworker", organisation=organisation)
    supervisor = make_viewer("supervisor", organisation=organisation)
    reference = make_case(caseworker)
    move_case(reference=reference, target=Stage.CLOSED, version=1, reason="moved", by=caseworker, now=NOW)
    with pytest.raises(Refused):
        move_case(
            reference=reference, target=Stage.ASSESSMENT, version=2, explanation="x", by=caseworker, now=NOW
        )
    move_case(
        reference=reference, target=Stage.ASSESSMENT, version=2, explanation="back", by=supervisor, now=NOW
    )
    assert next(line.kind for line in list_timeline(supervisor, reference)) == "reopened"


def test_two_moves_from_one_page_do_not_both_happen() -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer)
    move_case(reference=reference, target=Stage.ASSESSMENT, version=1, by=viewer, now=NOW)
    with pytest.raises(Stale):
        move_case(reference=reference, target=Stage.SUPPORT, version=1, by=viewer, now=NOW)


def test_a_case_is_given_only_to_a_worker_of_its_organisation() -> None:
    team = make_team()
    supervisor = make_viewer("supervisor", organisation=team.organisation)
    worker = make_viewer("caseworker", team=team)
    reference = make_case(supervisor)
    for stranger in (make_user().pk, make_viewer("caseworker").user_id or 0):
        with pytest.raises(NoSuchWorker):
            assign_case(reference=reference, worker_id=stranger, version=1, by=supervisor, now=NOW)
    assign_case(reference=reference, worker_id=worker.user_id or 0, version=1, by=supervisor, now=NOW)
    assert [row.reference for row in list_cases(worker, now=NOW).rows] == [reference]


def test_a_sensitive_note_says_that_it_is_there_and_no_more() -> None:
    responder = make_viewer("first_responder")
    reference = make_case(responder)
    add_note(reference=reference, text="The number of the shelter", is_sensitive=True, by=responder, now=NOW)
    (note,) = list_notes(responder, reference, now=NOW)
    assert (note.is_withheld, note.text) == (True, "")
    add_note(reference=reference, text="She called.", by=responder, now=NOW - timedelta(days=1))
    told = [(each.is_withheld, each.text) for each in list_notes(responder, reference, now=NOW)]
    assert told == [(True, ""), (False, "She called.")]
    with pytest.raises(EmptyNote):
        add_note(reference=reference, text=" \n", by=responder, now=NOW)


def test_becoming_a_child_by_a_corrected_date_changes_the_track_of_her_cases() -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer, person=PERSON)
    young = replace(PERSON, birth=PartialDate.parse("2012"), age_status="unknown")
    update_person(reference=reference, details=young, version=1, by=viewer, now=NOW)
    file = get_case(viewer, reference, now=NOW)
    assert (file.child_track, row_of(reference).person.birth_year) == (ChildTrack.CHILD, 2012)


def test_the_second_case_of_a_child_is_a_childs_case_too() -> None:
    viewer = make_viewer("supervisor")
    first = make_case(viewer, person=replace(PERSON, birth=PartialDate.parse("2012"), age_status="child"))
    second = make_case(viewer, existing_person=row_of(first).person_id)
    assert row_of(second).child_track == ChildTrack.CHILD
    assert Person.objects.count() == 1
    with pytest.raises(Absent):
        make_case(make_viewer("supervisor"), existing_person=row_of(first).person_id)


def test_the_log_names_the_changed_attributes_and_never_their_values() -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer, person=PERSON)
    update_person(reference=reference, details=replace(PERSON, called="Rima"), version=1, by=viewer, now=NOW)
    event = Event.objects.get(action="cases.person.change")
    assert event.fields == ["called"]
    assert "Rima" not in str(vars(event))


def test_the_log_names_an_episode_only_where_there_is_one() -> None:
    viewer = make_viewer("supervisor")
    fields = []
    for episodes in ((), (EPISODE,)):
        reference = make_case(viewer, episodes=episodes)
        get_case(viewer, reference, now=NOW)
        fields.append(set(Event.objects.filter(action="cases.case.read").latest("id").fields))
    assert fields[0] < fields[1]


def test_linked_episodes_count_each_other_and_open_nothing() -> None:
    mine, theirs = make_viewer("supervisor"), make_viewer("supervisor")
    first, second = make_case(mine), make_case(theirs)
    rng = Random(7)
    operation = link_operation(
        reference=first,
        episode=get_case(mine, first, now=NOW).episodes[0].id,
        operation="",
        by=mine,
        now=NOW,
        rng=rng,
    )
    link_operation(
        reference=second, episode=get_case(theirs, second, now=NOW).episodes[0].id, operation=operation,
        by=theirs, now=NOW,
    )  # fmt: skip
    assert get_case(mine, first, now=NOW).episodes[0].linked == 1
    with pytest.raises(Absent):
        get_case(mine, second, now=NOW)


def test_episodes_are_numbered_without_gap() -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer)
    for _ in range(2):
        add_episode(reference=reference, details=EPISODE, by=viewer, now=NOW)
    assert [episode.number for episode in get_case(viewer, reference, now=NOW).episodes] == [1, 2, 3]


def test_a_shared_list_is_seen_by_the_team_and_by_nobody_else() -> None:
    team = make_team()
    one, two = make_viewer("caseworker", team=team), make_viewer("caseworker", team=team)
    outside = make_viewer("caseworker", organisation=team.organisation)
    save_filter(name="Children", choices=CaseChoices(child_track="child"), is_shared=True, by=one, now=NOW)
    save_filter(name="Mine", choices=CaseChoices(stage="intake"), is_shared=False, by=one, now=NOW)
    assert [kept.name for kept in list_filters(two)] == ["Children"]
    assert list_filters(outside) == ()


def test_a_list_without_a_team_stays_in_the_organisation_and_ones_own_too() -> None:
    leader, elsewhere = make_viewer("supervisor"), make_viewer("supervisor")
    for name, is_shared in (("Children", True), ("Mine", False)):
        save_filter(name=name, choices=CaseChoices(), is_shared=is_shared, by=leader, now=NOW)
    assert [kept.name for kept in list_filters(leader)] == ["Children", "Mine"]
    moved = replace(leader, organisation_id=elsewhere.organisation_id)
    nobody = replace(leader, user_id=None)
    assert [list_filters(viewer) for viewer in (elsewhere, moved, nobody)] == [(), (), ()]


def test_who_keeps_no_lists_sees_none() -> None:
    viewer = make_viewer("supervisor")
    save_filter(name="Ours", choices=CaseChoices(), is_shared=True, by=viewer, now=NOW)
    assert [each.name for each in list_filters(viewer)] == ["Ours"]
    without = viewer.permissions - {Permission.FILTER_SAVE}
    assert list_filters(replace(viewer, permissions=without)) == ()
    assert list_filters(replace(viewer, user_id=None)) == ()


def test_a_list_is_kept_and_removed_only_by_whose_it_is() -> None:
    leader, other = make_viewer("supervisor"), make_viewer("supervisor")
    first, second = (
        save_filter(name=name, choices=CaseChoices(), is_shared=True, by=leader, now=NOW) for name in "AB"
    )
    refused: tuple[tuple[Viewer, type[Exception]], ...] = (
        (other, Absent), (replace(leader, user_id=None), Absent), (replace(leader, permissions=frozenset()), Refused),
    )  # fmt: skip
    for by, refusal in refused:
        with pytest.raises(refusal):
            remove_filter(filter_id=first, by=by, now=NOW)
    for change in ({"user_id": None}, {"organisation_id": None}, {"permissions": frozenset()}):
        with pytest.raises(Refused):
            save_filter(
                name="C", choices=CaseChoices(), is_shared=True, by=replace(leader, **change), now=NOW
            )
    remove_filter(filter_id=first, by=leader, now=NOW)
    assert [kept.id for kept in list_filters(leader)] == [second]


def test_a_raw_update_is_in_the_history_too() -> None:
    reference = make_case(make_viewer("supervisor"))
    Person.objects.filter(cases__reference=reference).update(sex="male")
    history = Person.pgh_event_model  # type: ignore[attr-defined]
    assert list(history.objects.order_by("pgh_id").values_list("sex", flat=True)) == ["female", "male"]


def test_one_statement_puts_each_row_that_it_changes_in_the_history_and_no_other() -> None:
    first, second = (make_case(make_viewer("supervisor")) for _ in range(2))
    third = make_case(make_viewer("supervisor"), person=replace(PERSON, sex="male"))
    Person.objects.update(sex="male")
    history = Person.pgh_event_model  # type: ignore[attr-defined]
    versions = [
        list(history.objects.filter(pgh_obj__cases__reference=each)) for each in (first, second, third)
    ]
    assert [len(each) for each in versions] == [2, 2, 1]


def test_the_history_is_written_once_a_statement_and_not_once_a_row() -> None:
    """Once a row, the time of an import grows with the square of its rows: see `cases.models.history`."""
    tables = [model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_event_model")]
    with connection.cursor() as cursor:
        cursor.execute(EACH_ROW_AFTERWARDS, [tables])
        assert (len(tables), cursor.fetchall()) == (3, [])


def test_a_line_of_the_timeline_cannot_be_removed() -> None:
    make_case(make_viewer("supervisor"))
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseEvent.objects.all().delete()


def test_an_episode_that_began_before_she_was_born_is_refused_later_too() -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer, person=PERSON)
    (episode,) = get_case(viewer, reference, now=NOW).episodes
    unborn = replace(EPISODE, started=PartialDate.parse("1990"))
    with pytest.raises(NotAcceptable) as added:
        add_episode(reference=reference, details=unborn, by=viewer, now=NOW)
    with pytest.raises(NotAcceptable) as changed:
        update_episode(reference=reference, episode=episode.id, details=unborn, version=1, by=viewer, now=NOW)
    for refused in (added, changed):
        assert [fault.attribute for fault in refused.value.problems] == ["started"]


def test_closing_needs_a_reason_of_the_list_and_opening_again_an_explanation() -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer)
    close = partial(move_case, reference=reference, target=Stage.CLOSED, version=1, by=viewer, now=NOW)
    with pytest.raises(ReasonMissing):
        close(explanation="She is well.")
    with pytest.raises(NotAcceptable):
        close(reason="goals_mett")
    close(reason="goals_met")
    with pytest.raises(ReasonMissing):
        move_case(reference=reference, target=Stage.ASSESSMENT, version=2, reason="moved", by=viewer, now=NOW)
