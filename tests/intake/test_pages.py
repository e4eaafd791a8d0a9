"""The pages of an import: what they show, what they refuse, and what they say of a file that is none."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from amparo.access.rules import Viewer
from amparo.accounts.models import Organisation
from amparo.audit.models import Event
from amparo.cases.actions import add_note
from amparo.cases.models import Case, CaseEvent
from amparo.cases.rules import EpisodeDetails, HistoricEvent
from amparo.intake.actions import check_batch, write_batch
from amparo.intake.htcds import read_workbook, validate
from amparo.intake.models import ImportBatch
from tests.factories.accounts import NOW, make_team, make_viewer, sign_in
from tests.factories.cases import make_case
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


@pytest.fixture
def viewer() -> Viewer:
    return make_viewer("supervisor")


@pytest.fixture
def supervisor(client: Client, viewer: Viewer) -> Client:
    sign_in(client, viewer)
    return client


def send(
    client: Client, content: bytes, *, name: str = "cases.xlsx", submission: UUID | None = None, **more: Any
) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(
        reverse("intake:import"),
        {"workbook": file, "submission": str(submission or uuid4()), "team": "", **more},
    )


def sent_batch() -> ImportBatch:
    return ImportBatch.objects.latest("id")


def shown(client: Client, batch: UUID) -> str:
    answer = client.get(reverse("intake:batch", args=[batch]))
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_from_the_form_to_the_cases(supervisor: Client, viewer: Viewer) -> None:
    answer = send(supervisor, make_workbook())
    batch = sent_batch().id
    assert answer["Location"] == reverse("intake:batch", args=[batch])
    assert "amparo-progress" in shown(supervisor, batch)
    check_batch(batch, now=NOW)
    preview = shown(supervisor, batch)
    assert "Amina Haddad" in preview
    assert "New person" in preview
    supervisor.post(reverse("intake:commit", args=[batch]))
    assert "amparo-progress" in shown(supervisor, batch)
    write_batch(batch, now=NOW)
    assert "2 cases were opened" in shown(supervisor, batch)
    assert Case.objects.count() == 2


def test_a_form_sent_twice_makes_one_batch(supervisor: Client) -> None:
    submission = uuid4()
    first, second = (send(supervisor, make_workbook(), submission=submission) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert ImportBatch.objects.count() == 1


def test_the_team_that_was_chosen_gets_the_cases(supervisor: Client, viewer: Viewer) -> None:
    assert viewer.organisation_id is not None
    team = make_team(Organisation.objects.get(id=viewer.organisation_id))
    send(supervisor, make_workbook(), team=str(team.id))
    check_batch(sent_batch().id, now=NOW)
    supervisor.post(reverse("intake:commit", args=[sent_batch().id]))
    write_batch(sent_batch().id, now=NOW)
    assert Case.objects.filter(team=team, worker=None).count() == 2


def test_a_team_of_another_organisation_is_not_offered(supervisor: Client) -> None:
    answer = send(supervisor, make_workbook(), team=str(make_team().id))
    assert answer.status_code == 200
    assert not ImportBatch.objects.exists()


def test_the_rows_to_mend_are_named_and_come_back_as_a_workbook(supervisor: Client, viewer: Viewer) -> None:
    lines = make_text_file([AMINA, SOFIA]).decode("utf-8-sig").replace("2001-01-30", "2001-02-31")
    batch = make_batch(viewer, lines.encode())
    content = shown(supervisor, batch)
    assert "1 row of 2 needs mending" in content
    assert "the month 2001-02 has 28 days" in content
    answer = supervisor.get(reverse("intake:rejected", args=[batch]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    headings, last = ([cell.value for cell in sheet[line]] for line in (sheet.max_row - 1, sheet.max_row))
    given_back = dict(zip(headings, last, strict=True))
    assert given_back["Amparo: row"] == 3
    assert "the month 2001-02 has 28 days" in str(given_back["Amparo: what to mend"])


def test_a_proposal_is_kept_apart_where_the_tick_is_taken_away(supervisor: Client, viewer: Viewer) -> None:
    make_written_batch(viewer, make_workbook([AMINA]))
    batch = make_batch(viewer, make_workbook([{**AMINA, "prs_MobilePhone": "+1"}]))
    assert Case.objects.get().reference in shown(supervisor, batch)
    number = ImportBatch.objects.get(id=batch).content.get().number
    supervisor.post(reverse("intake:decide", args=[batch]), {"shown": [number], "joined": []})
    assert "kept apart" in shown(supervisor, batch)
    supervisor.post(reverse("intake:commit", args=[batch]))
    write_batch(batch, now=NOW)
    assert Case.objects.values("person_id").distinct().count() == 2


def test_the_same_file_is_warned_of_with_day_and_name(supervisor: Client, viewer: Viewer) -> None:
    workbook = make_workbook()
    make_written_batch(viewer, workbook)
    content = shown(supervisor, make_batch(viewer, workbook))
    assert "The same file was brought in before" in content
    assert viewer.name in content


def test_undo_is_refused_with_who_and_what(supervisor: Client, viewer: Viewer) -> None:
    batch = make_written_batch(viewer)
    reference = Case.objects.order_by("id")[0].reference
    add_note(reference=reference, text="She called.", by=viewer, now=NOW)
    answer = supervisor.post(reverse("intake:undo", args=[batch]))
    assert answer.status_code == 409
    content = answer.content.decode()
    assert all(word in content for word in (reference, "Note added", viewer.name))


def test_undo(supervisor: Client, viewer: Viewer) -> None:
    batch = make_written_batch(viewer)
    answer = supervisor.post(reverse("intake:undo", args=[batch]), follow=True)
    assert "2 cases were removed" in answer.content.decode()
    assert not Case.objects.exists()


def test_p28_a_commit_sent_twice_says_so_and_does_it_once(supervisor: Client, viewer: Viewer) -> None:
    batch = make_batch(viewer)
    for _ in range(2):
        answer = supervisor.post(reverse("intake:commit", args=[batch]), follow=True)
    assert "This was done already" in answer.content.decode()


@pytest.mark.parametrize("page", ["batch", "rejected"])
def test_the_batch_of_another_organisation_is_not_found(supervisor: Client, page: str) -> None:
    batch = make_batch(make_viewer("supervisor"))
    assert supervisor.get(reverse(f"intake:{page}", args=[batch])).status_code == 404
    for act in ("commit", "undo", "throw-away", "decide"):
        assert supervisor.post(reverse(f"intake:{act}", args=[batch])).status_code == 404


@pytest.mark.parametrize("role", ["caseworker", "national_rapporteur", "installation_administrator"])
def test_other_roles_are_refused(client: Client, role: str) -> None:
    sign_in(client, make_viewer(role))
    for page in ("import", "export"):
        assert client.get(reverse(f"intake:{page}")).status_code == 403


def _archive(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(200),
    "empty sheet": _archive,
    "password": lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
    "words": lambda: b"dear colleagues, please find attached\nour list\n",
    "NUL bytes": lambda: b"con_Consent,prs_FirstName\x00\nYes,A\x00\n",
    "zip bomb": lambda: _archive(
        **{"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": bytes(200_000_000)}
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_workbook_gets_a_clear_answer(supervisor: Client, kind: str) -> None:
    send(supervisor, HOSTILE[kind]())
    check_batch(sent_batch().id, now=NOW)
    content = shown(supervisor, sent_batch().id)
    assert "This file cannot be brought in" in content
    assert "Nothing was written" in content
    assert not sent_batch().upload


def test_no_file_and_an_empty_one_are_said_so(supervisor: Client) -> None:
    answer = supervisor.post(reverse("intake:import"), {"submission": str(uuid4()), "team": ""})
    assert "No file is chosen" in answer.content.decode()
    content = send(supervisor, b"").content.decode()
    assert "The file is empty" in content


def test_what_is_taken_out_can_be_brought_in_again_unchanged(supervisor: Client, viewer: Viewer) -> None:
    row = {**AMINA, "cco_CaseComment": "=2+3", "hte_City": "Nowhere", "prs_Title": "Null"}
    make_written_batch(viewer, make_workbook([row, NOBODY_KNOWN]))
    for profile, file_format in (("ods", "xlsx"), ("ods", "csv")):
        form = {
            "profile": profile,
            "file_format": file_format,
            "include_without_consent": "on",
            "stage": "",
            "identification": "",
        }
        answer = supervisor.post(reverse("intake:export"), form)
        workbook = read_workbook(answer.content, f"cases.{file_format}")
        read = [dict(one.values) for one in validate(workbook, today=NOW.date()).rows]
        assert sorted(read, key=len) == [NOBODY_KNOWN, row]


def test_taking_out_is_logged_noted_and_leaves_out_who_did_not_agree(
    supervisor: Client, viewer: Viewer
) -> None:
    make_written_batch(viewer, make_workbook([AMINA, NOBODY_KNOWN]))
    make_written_batch(make_viewer("supervisor"), make_workbook([SOFIA]))
    answer = supervisor.post(
        reverse("intake:export"),
        {"profile": "excel", "file_format": "xlsx", "stage": "", "identification": ""},
    )
    assert answer["Content-Disposition"].startswith('attachment; filename="cases-')
    assert len(read_workbook(answer.content, "cases.xlsx").rows) == 1
    assert CaseEvent.objects.filter(kind="exported").count() == 1
    assert Event.objects.get(action="intake.workbook.export").count == 1


def test_what_the_file_does_not_hold_is_said_on_the_next_page(supervisor: Client, viewer: Viewer) -> None:
    event = HistoricEvent(kind="transit", description="By road")
    make_case(viewer, episodes=(EpisodeDetails(events=(event, event)),))
    answer = supervisor.post(
        reverse("intake:export"), {"profile": "ods", "file_format": "csv", "include_without_consent": "on"}
    )
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    following = supervisor.get(reverse("intake:export")).content.decode()
    assert "Historic Trafficking Events: Description (1)" in following
    assert "Historic Trafficking Events" not in supervisor.get(reverse("intake:export")).content.decode()


def test_a_text_that_no_cell_holds_is_named_and_nothing_is_taken_out(
    supervisor: Client, viewer: Viewer
) -> None:
    reference = make_case(viewer, episodes=(EpisodeDetails(recruitment_place="x" * 32_768),))
    answer = supervisor.post(
        reverse("intake:export"), {"profile": "ods", "file_format": "xlsx", "include_without_consent": "on"}
    ).content.decode()
    assert f"{reference}, Location of Recruitment: The text has 32768 characters" in answer
    assert not CaseEvent.objects.filter(kind="exported").exists()


def test_an_empty_choice_says_so(supervisor: Client) -> None:
    answer = supervisor.post(reverse("intake:export"), {"profile": "ods", "file_format": "csv"})
    assert "No case answers this choice" in answer.content.decode()


def test_a_preview_costs_the_same_number_of_queries_for_two_rows_and_for_sixty(
    supervisor: Client, viewer: Viewer
) -> None:
    rows = [{**AMINA, "prs_FirstName": f"Amina {number}"} for number in range(60)]
    shown(supervisor, make_batch(viewer))  # what is remembered from the first page on
    counts = []
    for content in (make_workbook(rows[:2]), make_workbook(rows)):
        batch = make_batch(viewer, content)
        with CaptureQueriesContext(connection) as queries:
            shown(supervisor, batch)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 26
