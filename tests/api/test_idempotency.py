"""A write that is sent again makes nothing new, and gives the first answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F

from amparo.access.models import Submission
from amparo.access.rules import Viewer
from amparo.cases.models import Case, Document, Note, SavedFilter
from amparo.cases.queries import get_case
from amparo.intake.models import ImportBatch
from tests.api.program import Program
from tests.factories.accounts import NOW, make_viewer, organisation_of
from tests.factories.cases import make_case
from tests.factories.intake import make_workbook

pytestmark = pytest.mark.django_db
NEW = {"opened_date": "2026-11-02"}


def test_p28_the_same_key_with_the_same_content_gives_the_same_answer(program: Program) -> None:
    first, again = (program.post("/cases", NEW, key="a") for _ in range(2))
    assert (first.status_code, first.content) == (201, first.content)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert Case.objects.count() == 1


def test_the_same_key_with_other_content_is_refused(program: Program, viewer: Viewer) -> None:
    program.post("/cases", NEW, key="a")
    answer = program.post("/cases", {"opened_date": "2026-11-03"}, key="a")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_used")
    reference = make_case(viewer)
    answer = program.post(f"/cases/{reference}/notes", {"text": "x"}, key="a")
    assert (answer.status_code, Case.objects.count(), Note.objects.count()) == (422, 2, 0)


def test_another_user_may_use_the_same_key(program: Program, viewer: Viewer) -> None:
    colleague = Program(make_viewer("supervisor", organisation=organisation_of(viewer)))
    answers = {each.post("/cases", NEW, key="a").json()["reference"] for each in (program, colleague)}
    assert len(answers) == Case.objects.count() == 2


def test_a_key_is_forgotten_after_a_day(program: Program) -> None:
    program.post("/cases", NEW, key="a")
    Submission.objects.update(at=F("at") - timedelta(hours=23))
    program.post("/cases", NEW, key="a")
    assert Case.objects.count() == 1
    Submission.objects.update(at=F("at") - timedelta(hours=2))
    program.post("/cases", NEW, key="a")
    assert Case.objects.count() == 2


def test_what_was_refused_may_be_sent_again_under_its_key(program: Program) -> None:
    assert program.post("/cases", {"opened_date": "2027-01-01"}, key="a").status_code == 422
    assert program.post("/cases", NEW, key="a").status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 101])
def test_what_makes_something_needs_a_key(program: Program, key: str) -> None:
    answer = program.post("/cases", NEW, key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "key_missing")
    assert [each["where"] for each in answer.json()["problems"]] == ["Idempotency-Key"]
    assert Case.objects.count() == 0


def test_a_change_sent_again_under_its_key_is_not_stale(program: Program, viewer: Viewer) -> None:
    reference = make_case(viewer)
    change = {"version": 1, "changes": {"called": "Mina"}}
    answers = [program.patch(f"/cases/{reference}/person", change, key="a") for _ in range(2)]
    assert [(each.status_code, each.json()) for each in answers] == [(200, {"version": 2})] * 2
    assert get_case(viewer, reference, now=NOW).person.version == 2
    assert program.patch(f"/cases/{reference}/person", change, key="").status_code == 409


def test_nothing_personal_is_kept_with_a_key(program: Program) -> None:
    program.post("/cases", {"person": {"names": [{"text": "Amina"}]}}, key="Amina")
    kept = Submission.objects.values().get()
    assert "Amina" not in str(kept)


def test_files_are_told_apart_by_what_they_hold(program: Program, viewer: Viewer) -> None:
    reference = make_case(viewer)

    def send(content: bytes, **more: Any) -> Any:
        file = SimpleUploadedFile("a.txt", content)
        return program.upload(f"/cases/{reference}/documents", key="a", file=file, **more)

    first, again = send(b"one"), send(b"one")
    assert (first.status_code, again.json()) == (201, first.json())
    assert {send(b"two").status_code, send(b"one", title="Other").status_code} == {422}
    assert Document.objects.count() == 1


def test_each_operation_that_makes_something_makes_it_once(program: Program, viewer: Viewer) -> None:
    reference = make_case(viewer)
    for path, body in (
        (f"/cases/{reference}/notes", {"text": "x"}),
        (f"/cases/{reference}/episodes", {"details": {}}),
        ("/filters", {"name": "All", "choices": {}}),
    ):
        answers = [program.post(path, body, key=path) for _ in range(2)]
        assert answers[0].json() == answers[1].json(), path
        assert {each.status_code for each in answers} == {201}, path
    workbook = make_workbook()  # another one carries another time
    for _ in range(2):
        answer = program.upload("/imports", key="i", workbook=SimpleUploadedFile("a.xlsx", workbook))
        assert answer.status_code == 202
    assert (Note.objects.count(), len(get_case(viewer, reference, now=NOW).episodes)) == (1, 2)
    assert (SavedFilter.objects.count(), ImportBatch.objects.count()) == (1, 1)
