"""Notes, documents, steps, and the summary on paper."""

from __future__ import annotations

import errno
import hashlib
import io
import shutil
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from amparo.access.actions import known_by
from amparo.access.rules import Viewer
from amparo.audit.models import Event
from amparo.cases.actions import assign_case, move_case, update_case
from amparo.cases.models import CaseEvent, Document, Note
from amparo.cases.queries import get_case, list_notes
from amparo.cases.rules import CaseDetails, Stage
from amparo.cases.rules.documents import NotTaken, kind_of
from tests.cases.pages import browser_of, case_url, filled, organisation_of, text_of
from tests.factories.accounts import NOW, make_viewer
from tests.factories.cases import PERSON, make_case, make_person_details, row_of

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def _opened(role: str = "supervisor") -> tuple[Viewer, Client, str]:
    viewer = make_viewer(role)
    return viewer, browser_of(viewer), make_case(viewer, person=PERSON)


def _send(client: Client, reference: str, content: bytes, name: str, **typed: str) -> Any:
    address = case_url("document-new", reference)
    sent = filled(client.get(address).context["form"]) | typed
    return client.post(address, sent | {"file": SimpleUploadedFile(name, content)})


def _stored() -> list[Path]:
    return [path for path in Path(settings.AMPARO_DOCUMENTS).rglob("*") if path.is_file()]


def _packed(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return packed.getvalue()


DOCX = _packed(word__document_dot_xml=b"<w/>")


def test_a_note_is_added_once_though_sent_twice() -> None:
    viewer, client, reference = _opened()
    address = case_url("note", reference)
    sent = filled(client.get(address).context["form"]) | {"text": "She called.\r\nAll well."}
    for _ in range(2):
        assert client.post(address, sent).status_code == 302
    assert [note.text for note in list_notes(viewer, reference, now=NOW)] == ["She called.\nAll well."]


@pytest.mark.parametrize("text", ["", "   ", "a\x00b", "x" * 20_001])
def test_a_note_that_says_nothing_or_too_much_is_refused(text: str) -> None:
    _viewer, client, reference = _opened()
    address = case_url("note", reference)
    assert (
        client.post(address, filled(client.get(address).context["form"]) | {"text": text}).status_code == 200
    )
    assert not Note.objects.exists()


def test_p26_a_document_comes_back_as_it_went_in_under_a_name_that_tells_nothing() -> None:
    viewer, client, reference = _opened()
    before = len(_stored())
    assert _send(client, reference, PDF, "Amina Haddad passport.pdf").status_code == 302
    document = Document.objects.get()
    assert len(_stored()) == before + 1
    assert "Amina" not in " ".join(str(path) for path in _stored())
    answer = client.get(case_url("document", reference, document.id))
    assert b"".join(answer) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="document.pdf"'
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "application/pdf")
    assert "no-store" in answer["Cache-Control"]
    assert Event.objects.filter(action="cases.document.read", user=viewer.user_id).exists()
    assert "Amina Haddad passport.pdf" in text_of(client.get(case_url("documents", reference)))


def test_a_document_belongs_to_its_case_and_to_who_may_see_it() -> None:
    viewer, client, reference = _opened()
    other = make_case(viewer, person=make_person_details())
    _send(client, reference, PDF, "a.pdf")
    document = Document.objects.get()
    assert client.get(case_url("document", other, document.id)).status_code == 404
    assert (
        browser_of(make_viewer("supervisor")).get(case_url("document", reference, document.id)).status_code
        == 404
    )


def test_a_document_that_the_disk_has_lost_is_absent() -> None:
    _viewer, client, reference = _opened()
    before = set(_stored())
    _send(client, reference, PDF, "a.pdf")
    for path in set(_stored()) - before:
        path.unlink()
    assert client.get(case_url("document", reference, Document.objects.get().id)).status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (PNG, "scan.pdf", "its content is of the kind “png”"),
        (PDF, "scan", "its content is of the kind “pdf”"),
        (b"", "empty.pdf", "The file is empty"),
        (b"MZ\x90\x00" + b"\x00" * 60, "tool.pdf", "A file of this kind is not kept here"),
        (b"<html><script>", "page.txt", "A file of this kind is not kept here"),
        (b"\xff\xfeh\x00", "text.txt", "A file of this kind is not kept here"),
        (b"PK\x03\x04 cut off", "letter.docx", "The file is damaged"),
        (_packed(word__document_dot_xml=b"<w/>", word__vbaProject_dot_bin=b"x"), "letter.docx", "macros"),
        (_packed(anything=b"x"), "letter.docx", "A file of this kind is not kept here"),
        (DOCX, "letter.xlsx", "its content is of the kind “docx”"),
    ],
)
def test_p26_a_file_that_is_not_kept_is_refused_with_words(content: bytes, name: str, said: str) -> None:
    _viewer, client, reference = _opened()
    before = _stored()
    answer = _send(client, reference, content, name, title="Typed title")
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert "Typed title" in text_of(answer)
    assert (Document.objects.count(), _stored()) == (0, before)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (PNG, "a.PNG"), (b"\xff\xd8\xff\xe0" + b"0" * 9, "a.jpeg"), (DOCX, "a.docx"), ("Привет".encode(), "a.txt"),
        (_packed(xl__workbook_dot_xml=b"<w/>"), "a.xlsx"), (b"RIFF0000WEBPVP8 ", "a.webp"), (b"ID3" + b"\x00" * 9, "a.mp3"),
        (_packed(mimetype=b"application/vnd.oasis.opendocument.text", content_dot_xml=b"<w/>"), "a.odt"),
        (("д" * 5000).encode(), "long.txt"),
    ],
)  # fmt: skip
def test_p26_files_of_the_kinds_that_are_kept_are_known_by_their_content(content: bytes, name: str) -> None:
    assert name.casefold().endswith(kind_of(io.BytesIO(content), name=name).endings)


def test_p26_a_zip_of_a_document_under_another_name_is_not_taken() -> None:
    with pytest.raises(NotTaken):
        kind_of(io.BytesIO(DOCX), name="letter.zip")


def test_a_file_that_is_too_large_is_refused_with_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    _viewer, client, reference = _opened()
    monkeypatch.setattr(settings, "AMPARO_UPLOAD_MAX_BYTES", 10)
    client.raise_request_exception = False
    answer = _send(client, reference, PDF * 100, "a.pdf")
    assert answer.status_code == 413
    assert "megabytes" in text_of(answer)
    assert not Document.objects.exists()


@pytest.mark.parametrize("failing", ["write", "fsync", "rename", "usage"])
def test_p30_a_full_disk_leaves_nothing_half_written(failing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _viewer, client, reference = _opened()
    before = _stored()

    def full(*_arguments: Any, **_options: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if failing == "usage":
        free = shutil.disk_usage("/")._replace(free=0)
        disk = SimpleNamespace(disk_usage=lambda _place: free)  # seen by the action only
        monkeypatch.setattr("amparo.cases.actions.storing.shutil", disk)
    elif failing == "rename":
        monkeypatch.setattr(Path, "rename", full)
    else:
        monkeypatch.setattr(f"amparo.cases.actions.storing.os.{failing}", full)
    answer = _send(client, reference, PDF, "a.pdf", title="Typed title")
    monkeypatch.undo()
    assert answer.status_code == 507
    assert "There is too little room left" in text_of(answer)
    assert "Typed title" in text_of(answer)
    assert (Document.objects.count(), _stored()) == (0, before)
    assert not CaseEvent.objects.filter(kind="document_added").exists()


def test_a_row_that_fails_takes_its_file_along(monkeypatch: pytest.MonkeyPatch) -> None:
    _viewer, client, reference = _opened()
    before = _stored()

    def broken(*_arguments: Any, **_options: Any) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr("amparo.cases.actions.documents.note_happening", broken)
    with pytest.raises(RuntimeError):
        _send(client, reference, PDF, "a.pdf")
    assert (Document.objects.count(), _stored()) == (0, before)


def test_a_document_is_taken_in_once_though_sent_twice() -> None:
    _viewer, client, reference = _opened()
    address = case_url("document-new", reference)
    sent = filled(client.get(address).context["form"])
    for _ in range(2):
        assert client.post(address, sent | {"file": SimpleUploadedFile("a.pdf", PDF)}).status_code == 302
    assert Document.objects.count() == 1


def test_a_case_takes_a_step_and_is_closed_with_a_reason_only() -> None:
    viewer, client, reference = _opened()
    address = case_url("move", reference)
    sent = {"version": "1", "explanation": "", "reason": ""}
    assert client.post(address, sent | {"target": "assessment"}).status_code == 302
    assert "without a reason" in text_of(client.post(address, sent | {"version": "2", "target": "closed"}))
    answer = client.post(
        address,
        sent | {"version": "2", "target": "closed", "reason": "goals_met", "explanation": "She is well."},
    )
    assert answer.status_code == 302, text_of(answer)
    file = get_case(viewer, reference, now=NOW)
    assert (file.stage, file.closure_reason) == (Stage.CLOSED, "goals_met")
    assert "Write why" in text_of(
        client.post(address, {"version": "3", "target": "assessment", "explanation": ""})
    )
    assert (
        client.post(
            address, {"version": "3", "target": "assessment", "explanation": "She came back."}
        ).status_code
        == 302
    )


def test_a_caseworker_cannot_open_a_closed_case_again() -> None:
    viewer, client, reference = _opened("caseworker")
    move_case(reference=reference, target=Stage.CLOSED, version=1, reason="goals_met", by=viewer, now=NOW)
    assert "Your role takes no step from here" in text_of(client.get(case_url("move", reference)))
    assert (
        client.post(
            case_url("move", reference), {"version": "2", "target": "assessment", "explanation": "x"}
        ).status_code
        == 200
    )
    assert row_of(reference).stage == Stage.CLOSED


@pytest.mark.parametrize("page", ["move", "assign"])
def test_a_stale_step_is_shown_again_from_the_newest_version(page: str) -> None:
    viewer, client, reference = _opened()
    update_case(reference=reference, details=CaseDetails(consent="no"), version=1, by=viewer, now=NOW)
    typed = (
        {"target": "assessment", "explanation": "Kept", "reason": ""}
        if page == "move"
        else {"worker": str(viewer.user_id)}
    )
    answer = client.post(case_url(page, reference), typed | {"version": "1"})
    assert answer.status_code == 409
    assert "Somebody else changed the case" in text_of(answer)
    again = filled(answer.context["form"]) | typed
    assert again["version"] == "2"
    assert client.post(case_url(page, reference), again).status_code == 302


def test_a_supervisor_gives_a_case_to_a_worker_of_her_organisation_only() -> None:
    viewer, client, reference = _opened()
    worker = make_viewer("caseworker", organisation=organisation_of(viewer))
    stranger = make_viewer("caseworker")
    assert "not in the list" in text_of(
        client.post(case_url("assign", reference), {"worker": str(stranger.user_id), "version": "1"})
    )
    assert (
        client.post(
            case_url("assign", reference), {"worker": str(worker.user_id), "version": "1"}
        ).status_code
        == 302
    )
    assert row_of(reference).worker_id == worker.user_id
    home = text_of(browser_of(worker).get("/"))
    assert "Mina" in home


def test_p35_the_summary_is_written_down_and_tells_no_address() -> None:
    viewer, client, reference = _opened()
    address = case_url("summary-pdf", reference)
    asked = client.get(address)
    assert "The paper holds" in text_of(asked)
    assert not CaseEvent.objects.filter(kind="summary_printed").exists()
    answer = client.post(address)
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"] == 'attachment; filename="summary.pdf"'
    assert b"pdfuaid" in answer.content
    taken = Event.objects.get(action="access.copy.take")
    assert known_by(answer.content)[0] == {taken.record.removeprefix("copy:")}, (
        "printed, and readable by a machine"
    )
    assert f"digest:{hashlib.sha256(answer.content).hexdigest()[:48]}" in taken.fields
    assert (
        CaseEvent.objects.filter(
            case__reference=reference, kind="summary_printed", by_id=viewer.user_id
        ).count()
        == 1
    )
    assert Event.objects.filter(action="cases.summary.print", record=reference).count() == 1


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
@pytest.mark.parametrize(
    "name",
    [
        "*bold* #let x = 1 $y$ \\ `z`",
        "#sys.inputs",
        "王小明 أمينة สมหญิง ሰላም Олена",
        "Emoji 😀 मीना",
        "A" * 500,
        "\u202e<b>",
    ],
)
def test_any_name_can_be_printed_in_any_language(name: str, language: str) -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer, person=make_person_details(called=name))
    answer = browser_of(viewer, language=language).post(case_url("summary-pdf", reference))
    assert answer.content.startswith(b"%PDF-")


def test_a_case_that_left_the_team_is_absent_for_its_old_worker() -> None:
    supervisor, _client, _reference = _opened()
    worker = make_viewer("caseworker", organisation=organisation_of(supervisor))
    reference = make_case(worker)
    assert supervisor.user_id
    assign_case(reference=reference, worker_id=supervisor.user_id, version=1, by=supervisor, now=NOW)
    assert browser_of(worker).get(case_url("detail", reference)).status_code == 404
