"""A workbook from being sent in to being cases, and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from procrastinate.jobs import Job
from procrastinate.tasks import Task

from amparo.access.actions import Refused
from amparo.audit.models import Event
from amparo.cases.actions import WorkedOn, add_note, assign_case
from amparo.cases.models import Case, CaseEvent, Episode, Note, Person
from amparo.cases.queries import Absent, get_case, list_notes
from amparo.intake import tasks
from amparo.intake.actions import (
    NoSuchStep,
    commit_batch,
    decide_proposals,
    receive_workbook,
    throw_batch_away,
    throw_forgotten_away,
    undo_batch,
    write_batch,
)
from amparo.intake.models import ImportBatch, ImportRow
from amparo.intake.queries import (
    count_proposals,
    earlier_of,
    get_batch,
    get_rejected_file,
    get_report,
    list_batches,
    list_rows,
)
from amparo.intake.rules import BatchState
from amparo.vault.keeping import LocalKeeper
from amparo.vault.rules import KeysAway
from tests.factories.accounts import NOW, make_organisation, make_viewer, organisation_of
from tests.factories.cases import make_case, make_person_details
from tests.factories.intake import (
    AMINA,
    NOBODY_KNOWN,
    SOFIA,
    make_batch,
    make_text_file,
    make_workbook,
    make_written_batch,
)

pytestmark = pytest.mark.django_db


def test_a_workbook_becomes_cases() -> None:
    viewer = make_viewer("supervisor")
    batch = make_written_batch(viewer)
    file = get_batch(viewer, batch)
    assert (file.state, file.cases, file.persons_new, file.episodes) == (BatchState.DONE, 2, 2, 2)
    cases = [get_case(viewer, case.reference, now=NOW) for case in Case.objects.all()]
    assert {case.person.display_name for case in cases} == {"Amina Haddad", "Sofia Marin"}
    assert {(case.source, case.worker_id) for case in cases} == {("workbook", None)}


def test_what_was_sent_in_is_gone_once_it_is_in_the_cases() -> None:
    viewer = make_viewer("supervisor")
    batch = ImportBatch.objects.get(id=make_written_batch(viewer))
    assert not batch.upload
    assert not any(row.content for row in ImportRow.objects.filter(batch=batch))


def test_forty_rows_are_checked_and_written_by_as_many_statements_as_two() -> None:
    viewer = make_viewer("supervisor")
    statements = []
    for count in (
        1,
        2,
        40,
    ):  # fewer than have their tokens written at once; the first also fills what is remembered
        rows = [{**SOFIA, "prs_FirstName": f"Sofia {count} {number}"} for number in range(count)]
        with CaptureQueriesContext(connection) as asked:
            batch = make_written_batch(viewer, make_workbook(rows))
        assert (
            ImportRow.objects.filter(batch=batch, content__isnull=True).exclude(reference="").count() == count
        )
        statements.append(len(asked))
    assert statements[1] == statements[2] <= 80


def test_run_again_the_job_does_nothing() -> None:
    viewer = make_viewer("supervisor")
    batch = make_written_batch(viewer)
    write_batch(batch, now=NOW)
    assert Case.objects.count() == 2


def test_a_rejected_row_keeps_all_out_and_comes_back_with_its_reason() -> None:
    viewer = make_viewer("supervisor")
    bad = {name: value for name, value in SOFIA.items() if name != "con_Consent"}
    batch = make_batch(viewer, make_workbook([AMINA, bad]))
    file = get_batch(viewer, batch)
    assert (file.state, file.accepted, file.rejected) == (BatchState.FAULTY, 1, 1)
    (error,) = get_report(viewer, batch, now=NOW).errors
    assert error.code == "consent_missing"
    content, file_format = get_rejected_file(viewer, batch, now=NOW)
    assert (content[:2], file_format) == (b"PK", "xlsx")
    with pytest.raises(NoSuchStep):
        commit_batch(batch=batch, by=viewer, now=NOW)
    assert Case.objects.count() == 0


def test_what_is_no_workbook_is_refused_in_words() -> None:
    viewer = make_viewer("supervisor")
    batch = make_batch(viewer, b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert get_batch(viewer, batch).state is BatchState.REFUSED
    (error,) = get_report(viewer, batch, now=NOW).errors
    assert error.template


def test_equal_names_and_birth_are_proposed_and_a_person_decides() -> None:
    viewer = make_viewer("supervisor")
    batch = make_batch(viewer, make_workbook([AMINA, {**AMINA, "prs_FirstName": " AMINA"}, SOFIA]))
    assert count_proposals(viewer, batch) == (1, 1)
    (proposal,) = list_rows(viewer, batch, now=NOW, proposals_only=True)
    decide_proposals(batch=batch, shown=[proposal.number], joined=[], by=viewer, now=NOW)
    assert get_batch(viewer, batch).persons_new == 3
    decide_proposals(batch=batch, shown=[proposal.number], joined=[proposal.number], by=viewer, now=NOW)
    commit_batch(batch=batch, by=viewer, now=NOW)
    write_batch(batch, now=NOW)
    assert (Person.objects.count(), Case.objects.count()) == (2, 3)


@pytest.mark.parametrize("missing", ["prs_Birthdate", "names"])
def test_nobody_is_proposed_when_a_name_or_the_birth_is_missing(missing: str) -> None:
    gone = {"names": {"prs_FirstName", "prs_SecondName"}}.get(missing, {missing})
    row = {name: value for name, value in AMINA.items() if name not in gone}
    viewer = make_viewer("supervisor")
    assert count_proposals(viewer, make_batch(viewer, make_workbook([row, row]))) == (0, 0)


def test_a_person_of_the_organisation_is_proposed_and_what_differs_is_kept_in_a_note() -> None:
    viewer = make_viewer("supervisor")
    make_written_batch(viewer, make_workbook([AMINA]))
    make_written_batch(viewer, make_workbook([{**AMINA, "prs_MobilePhone": "+99999"}]))
    assert (Person.objects.count(), Case.objects.count()) == (1, 2)
    newest = Case.objects.order_by("-id").first()
    assert newest is not None
    (note,) = list_notes(viewer, newest.reference, now=NOW)
    assert (note.kind, "Mobile Phone: +99999" in note.text, "Gender" in note.text) == (
        "imported",
        True,
        False,
    )


def test_a_person_of_another_organisation_is_nobody_here() -> None:
    make_written_batch(make_viewer("supervisor"), make_workbook([AMINA]))
    viewer = make_viewer("supervisor")
    assert count_proposals(viewer, make_batch(viewer, make_workbook([AMINA]))) == (0, 0)


def test_when_another_import_changed_who_is_likely_the_same_the_batch_asks_again() -> None:
    viewer = make_viewer("supervisor")
    first, second = make_batch(viewer), make_batch(viewer, make_text_file())
    for batch in (first, second):
        commit_batch(batch=batch, by=viewer, now=NOW)
        write_batch(batch, now=NOW)
    assert [get_batch(viewer, batch).state for batch in (first, second)] == [
        BatchState.DONE,
        BatchState.READY,
    ]
    assert get_batch(viewer, second).trouble == "proposals_changed"
    assert count_proposals(viewer, second) == (2, 2)
    assert Case.objects.count() == 2


def test_the_same_file_is_said_to_have_come_before() -> None:
    viewer = make_viewer("supervisor")
    content = make_workbook()
    make_written_batch(viewer, content)
    earlier = earlier_of(viewer, make_batch(viewer, content))
    assert earlier is not None
    assert (earlier.by, earlier.at) == (viewer.name, NOW)
    assert earlier_of(viewer, make_batch(viewer, make_workbook([SOFIA]))) is None
    elsewhere = make_viewer("supervisor")
    assert earlier_of(elsewhere, make_batch(elsewhere, content)) is None  # what others bring in is theirs


def test_consent_no_comes_in_and_is_counted() -> None:
    viewer = make_viewer("supervisor")
    batch = make_written_batch(viewer, make_workbook([AMINA, NOBODY_KNOWN]))
    assert get_batch(viewer, batch).consent_no == 1
    assert sorted(Case.objects.values_list("consent", flat=True)) == ["no", "yes"]


def test_undone_nothing_is_left_but_the_log_and_the_history() -> None:
    viewer = make_viewer("supervisor")
    before = make_case(viewer, person=make_person_details())
    batch = make_written_batch(viewer)
    assert undo_batch(batch=batch, by=viewer, now=NOW) == 2
    assert list(Case.objects.values_list("reference", flat=True)) == [before]
    assert [model.objects.count() for model in (Person, Episode, CaseEvent)] == [1, 1, 1]
    assert Event.objects.filter(action="intake.batch.undo", count=2).exists()
    assert get_batch(viewer, batch).state is BatchState.UNDONE


def test_undoing_leaves_a_person_who_was_known_before() -> None:
    viewer = make_viewer("supervisor")
    make_written_batch(viewer, make_workbook([AMINA]))
    batch = make_written_batch(viewer, make_workbook([{**AMINA, "prs_MobilePhone": "+1"}]))
    undo_batch(batch=batch, by=viewer, now=NOW)
    assert (Person.objects.count(), Case.objects.count(), Note.objects.count()) == (1, 1, 0)


def test_undo_is_refused_once_somebody_worked_on_a_case() -> None:
    viewer = make_viewer("supervisor")
    batch = make_written_batch(viewer)
    reference = Case.objects.order_by("id")[0].reference
    add_note(reference=reference, text="She called.", by=viewer, now=NOW + timedelta(days=1))
    with pytest.raises(WorkedOn) as refused:
        undo_batch(batch=batch, by=viewer, now=NOW)
    (work,) = refused.value.work
    assert (work.reference, work.what, work.by) == (reference, "Note added", viewer.name)
    assert Case.objects.count() == 2


def test_giving_a_case_to_a_worker_is_work_too() -> None:
    viewer = make_viewer("supervisor")
    batch = make_written_batch(viewer)
    case = Case.objects.order_by("id")[0]
    assert viewer.user_id is not None
    assign_case(reference=case.reference, worker_id=viewer.user_id, version=1, by=viewer, now=NOW)
    with pytest.raises(WorkedOn):
        undo_batch(batch=batch, by=viewer, now=NOW)


def test_thrown_away_nothing_of_the_workbook_is_left() -> None:
    viewer = make_viewer("supervisor")
    batch = make_batch(viewer)
    throw_batch_away(batch=batch, by=viewer, now=NOW)
    row = ImportBatch.objects.get(id=batch)
    assert not any([row.upload, row.report, row.rejected_file])
    assert not ImportRow.objects.exists()


def test_what_nobody_decides_on_is_thrown_away_after_two_weeks() -> None:
    viewer = make_viewer("supervisor")
    old, done = make_batch(viewer), make_written_batch(viewer, make_workbook([AMINA]))
    assert throw_forgotten_away(now=NOW + timedelta(days=13)) == 0
    assert throw_forgotten_away(now=NOW + timedelta(days=15)) == 1
    assert [get_batch(viewer, one).state for one in (old, done)] == [BatchState.THROWN_AWAY, BatchState.DONE]


@pytest.mark.parametrize("is_checked", [False, True])
def test_a_batch_whose_job_was_put_aside_has_stopped_at_once_and_can_be_begun_again(is_checked: bool) -> None:
    viewer = make_viewer("supervisor")
    if is_checked:
        batch = make_batch(viewer)
        commit_batch(batch=batch, by=viewer, now=NOW)
    else:
        batch = receive_workbook(
            content=make_workbook(), file_name="cases.xlsx", team_id=None, by=viewer, now=NOW
        )
    assert get_batch(viewer, batch).state.is_working
    put_aside()
    for file in (get_batch(viewer, batch), *list_batches(viewer)):
        assert (file.state, file.trouble) == (BatchState.FAILED, "stopped")
    if is_checked:
        commit_batch(batch=batch, by=viewer, now=NOW)
        write_batch(batch, now=NOW)
        assert get_batch(viewer, batch).state is BatchState.DONE
    else:
        throw_batch_away(batch=batch, by=viewer, now=NOW)
        assert get_batch(viewer, batch).state is BatchState.THROWN_AWAY


def test_what_stopped_and_is_forgotten_goes_two_weeks_later_with_all_that_was_kept_of_the_file() -> None:
    viewer = make_viewer("supervisor")
    batch = receive_workbook(
        content=make_workbook(), file_name="cases.xlsx", team_id=None, by=viewer, now=NOW
    )
    assert throw_forgotten_away(now=NOW + timedelta(days=60)) == 0, "a job that waits is not forgotten"
    put_aside()
    assert throw_forgotten_away(now=NOW) == 0
    row = ImportBatch.objects.get(id=batch)
    assert row.state == BatchState.FAILED
    assert not row.upload
    assert throw_forgotten_away(now=NOW + timedelta(days=15)) == 1


def put_aside() -> None:
    """Do what is done with a job that lost its worker too often."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")


def test_the_batch_of_another_organisation_is_absent() -> None:
    batch = make_batch(make_viewer("supervisor"))
    stranger = make_viewer("supervisor")
    assert list_batches(stranger) == ()
    for look in (get_batch, count_proposals):
        with pytest.raises(Absent):
            look(stranger, batch)
    with pytest.raises(Absent):
        get_report(stranger, batch, now=NOW)
    for act in (commit_batch, undo_batch, throw_batch_away):
        with pytest.raises(Absent):
            act(batch=batch, by=stranger, now=NOW)


@pytest.mark.parametrize(
    "role", ["caseworker", "first_responder", "statistician", "organisation_administrator"]
)
def test_other_roles_bring_nothing_in(role: str) -> None:
    with pytest.raises(Refused):
        receive_workbook(
            content=make_workbook(), file_name="x.xlsx", team_id=None, by=make_viewer(role), now=NOW
        )


def test_of_two_batches_the_one_that_is_named_is_opened() -> None:
    viewer = make_viewer("supervisor")
    good, bad = (
        make_batch(viewer),
        make_batch(
            viewer, make_workbook([{name: value for name, value in SOFIA.items() if name != "con_Consent"}])
        ),
    )
    assert {batch: get_batch(viewer, batch).id for batch in (good, bad)} == {good: good, bad: bad}
    assert get_rejected_file(viewer, bad, now=NOW)[0]
    with pytest.raises(Absent):
        get_rejected_file(viewer, good, now=NOW)


def test_a_role_that_brings_nothing_in_sees_no_batch_of_the_own_organisation() -> None:
    viewer = make_viewer("supervisor")
    batch = make_batch(viewer)
    assert get_batch(viewer, batch).id == batch
    colleague = make_viewer("caseworker", organisation=organisation_of(viewer))
    assert list_batches(colleague) == ()
    with pytest.raises(Absent):
        get_batch(colleague, batch)


def test_whose_rights_ended_has_nothing_written() -> None:
    organisation = make_organisation()
    viewer = make_viewer("supervisor", organisation=organisation)
    batch = make_batch(viewer)
    commit_batch(batch=batch, by=viewer, now=NOW)
    ImportBatch.objects.filter(id=batch).update(membership=0)
    write_batch(batch, now=NOW)
    assert (get_batch(viewer, batch).state, get_batch(viewer, batch).trouble) == (
        BatchState.FAILED,
        "rights_ended",
    )
    assert Case.objects.count() == 0


def keys_away(*_arguments: object, **_options: object) -> None:
    raise KeysAway


def database_away(*_arguments: object, **_options: object) -> None:
    raise OperationalError


@pytest.mark.parametrize("away", [keys_away, database_away])
def test_a_job_waits_for_the_keys_and_for_the_database_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, away: Callable[..., None]
) -> None:
    """keyd was killed under it: a workbook that was taken in is checked once keyd is back."""
    viewer = make_viewer("supervisor")
    batch = receive_workbook(
        content=make_workbook(), file_name="cases.xlsx", team_id=None, by=viewer, now=NOW
    )
    for task, state in ((tasks.check_batch, BatchState.READY), (tasks.write_batch, BatchState.DONE)):
        before = get_batch(viewer, batch).state
        with monkeypatch.context() as gone:
            gone.setattr(LocalKeeper, "open_keys", away)
            with pytest.raises((KeysAway, OperationalError)) as fault:
                task(batch=str(batch))
        assert get_batch(viewer, batch).state is before
        assert is_run_again(task, fault.value)
        task(batch=str(batch))
        assert get_batch(viewer, batch).state is state
        if state is BatchState.READY:
            commit_batch(batch=batch, by=viewer, now=NOW)
    assert Case.objects.count() == 2


def test_a_job_with_a_fault_of_its_own_stops_and_is_not_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise ValueError

    viewer = make_viewer("supervisor")
    batch = receive_workbook(
        content=make_workbook(), file_name="cases.xlsx", team_id=None, by=viewer, now=NOW
    )
    monkeypatch.setattr(LocalKeeper, "open_keys", fail)
    with pytest.raises(ValueError) as fault:
        tasks.check_batch(batch=str(batch))
    assert get_batch(viewer, batch).state is BatchState.FAILED
    assert not is_run_again(tasks.check_batch, fault.value)


def is_run_again(task: Task[Any, Any], fault: BaseException) -> bool:
    assert task.retry_strategy is not None
    job = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name=task.name)
    return task.retry_strategy.get_retry_decision(exception=fault, job=job) is not None
