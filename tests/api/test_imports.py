"""The API of workbooks: from the file to the cases and back."""

from __future__ import annotations

import hashlib
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from amparo.access.actions import known_by
from amparo.access.rules import Viewer
from amparo.audit.models import Event
from amparo.cases.actions import add_note
from amparo.cases.models import Case
from amparo.intake.actions import check_batch, write_batch
from tests.api.program import Program
from tests.factories.accounts import NOW, make_team, make_viewer, organisation_of
from tests.factories.cases import make_case
from tests.factories.intake import AMINA, SOFIA, make_batch, make_workbook, make_written_batch

pytestmark = pytest.mark.django_db


def test_from_the_file_to_the_cases_and_back(program: Program, viewer: Viewer) -> None:
    team = make_team(organisation_of(viewer))
    sent = program.upload(
        "/imports", workbook=SimpleUploadedFile("cases.xlsx", make_workbook()), team_id=team.pk
    )
    assert sent.status_code == 202, sent.content
    batch = sent.json()["id"]
    assert program.get(f"/imports/{batch}").json()["state"] == "checking"
    check_batch(batch, now=NOW)
    ready = program.get(f"/imports/{batch}").json()
    assert (ready["state"], ready["accepted"], ready["team"]) == ("ready", 2, team.name)
    rows = program.get(f"/imports/{batch}/rows").json()["rows"]
    assert rows[0]["values"]["prs_Birthdate"] == "1998-04-12"
    assert program.post(f"/imports/{batch}/commit", key="").json() == {"id": batch}
    assert program.post(f"/imports/{batch}/commit").json()["code"] == "no_such_step"
    write_batch(batch, now=NOW)
    assert (program.get(f"/imports/{batch}").json()["state"], Case.objects.count()) == ("done", 2)
    assert program.post(f"/imports/{batch}/undo").json()["message"].startswith("No key for programs")
    assert Case.objects.count() == 2
    in_person = Program(viewer, is_signed_in=True)
    assert in_person.post(f"/imports/{batch}/undo", key="u").json() == {"cases": 2}
    assert in_person.post(f"/imports/{batch}/undo", key="u").json() == {"cases": 2}
    assert Case.objects.count() == 0
    assert [each["id"] for each in program.get("/imports").json()["batches"]] == [batch]


def test_rows_to_mend_are_said_and_given_back(program: Program, viewer: Viewer) -> None:
    bad = {name: value for name, value in SOFIA.items() if name != "con_Consent"}
    batch = make_batch(viewer, make_workbook([AMINA, bad]))
    report = program.get(f"/imports/{batch}/report").json()
    (error,) = report["errors"]
    assert (error["code"], bool(error["message"]), report["file_name"]) == (
        "consent_missing",
        True,
        "cases.xlsx",
    )
    rejected = program.get(f"/imports/{batch}/rejected")
    assert openpyxl.load_workbook(io.BytesIO(rejected.content)).active is not None
    assert program.delete(f"/imports/{batch}").status_code == 204
    assert program.get(f"/imports/{batch}/rejected").status_code == 404


def test_who_is_likely_the_same_is_decided(program: Program, viewer: Viewer) -> None:
    batch = make_batch(viewer, make_workbook([AMINA, AMINA, SOFIA]))
    (row,) = program.get(f"/imports/{batch}/rows", proposals_only="true").json()["rows"]
    assert row["is_joined"]
    decided = program.post(f"/imports/{batch}/decide", {"shown": [row["number"]]})
    assert decided.json()["persons_new"] == 3


def test_worked_on_is_said_case_by_case(viewer: Viewer) -> None:
    batch = make_written_batch(viewer)
    reference = Case.objects.order_by("id")[0].reference
    add_note(reference=reference, text="She called.", by=viewer, now=NOW)
    answer = Program(viewer, is_signed_in=True).post(f"/imports/{batch}/undo")
    assert (answer.status_code, answer.json()["code"]) == (409, "worked_on")
    assert [each["where"] for each in answer.json()["problems"]] == [reference]
    assert "She called" not in answer.content.decode()


def test_another_organisations_team_is_none_here(program: Program) -> None:
    foreign = make_team()
    workbook = SimpleUploadedFile("cases.xlsx", make_workbook())
    answer = program.upload("/imports", workbook=workbook, team_id=foreign.pk)
    assert (answer.status_code, answer.json()["problems"][0]["where"]) == (422, "/team_id")


def test_p35_cases_are_taken_out_and_it_is_logged(program: Program, viewer: Viewer) -> None:
    make_case(viewer)
    make_case(make_viewer("supervisor"))
    assert program.post("/exports", {}).status_code == 403
    program = Program(viewer, is_signed_in=True)
    answer = program.post("/exports", {"profile": "excel"}, key="")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.active is not None
    taken = Event.objects.get(action="intake.workbook.export", count=1)
    assert taken.purpose == viewer.purpose
    # A workbook that turns up somewhere leads to the line of the log that tells who took it out.
    number = book.properties.description.removeprefix("Amparo copy ")
    assert taken.record == f"copy:{number}"
    assert answer["Content-Disposition"] == f'attachment; filename="cases-{number}.xlsx"'
    assert f"digest:{hashlib.sha256(answer.content).hexdigest()[:48]}" in taken.fields
    again = program.post("/exports", {"profile": "excel"}, key="")
    assert again.content != answer.content, "each copy has a number of its own"
    text = program.post("/exports", {"file_format": "csv", "stage": "closed"})
    assert (text.status_code, text["Content-Type"]) == (200, "text/csv; charset=utf-8")
    plain = hashlib.sha256(text.content).hexdigest()[:48]
    taken = Event.objects.filter(action="intake.workbook.export").latest("id")
    assert taken.record.removeprefix("copy:") in text["Content-Disposition"]
    assert not any(plain in field for field in taken.fields), (
        "a plain digest of what is personal can be guessed"
    )
    assert known_by(text.content)[1] & set(taken.fields), (
        "who has the key of the installation finds it by its content"
    )
    assert text.content.startswith(b"\xef\xbb\xbf"), "no line of ours stands before the standard's headings"
    assert program.post("/exports", {"profile": "pdf"}).json()["problems"][0]["where"] == "/profile"
