"""What cannot be taken gets an answer that says where and how to mend it, in one shape, and is never half-written."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import override_settings

from amparo.access.rules import Viewer
from amparo.cases.models import Case
from tests.api.program import Program
from tests.factories.cases import make_case

pytestmark = pytest.mark.django_db


def refused(answer: Any, status: int, code: str) -> list[str]:
    assert answer.status_code == status, (answer.status_code, answer.content[:400])
    said = answer.json()
    assert set(said) == {"code", "message", "problems"}
    assert said["code"] == code, said
    assert said["message"]
    assert Case.objects.count() <= 1
    return [each["where"] for each in said["problems"]]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe{}",
        b'{"person": {"called": "\\ud800"}}',
        b'{"person": {"number_of_children": NaN}}',
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b"[" * 900_000,
        b'{"person": {"number_of_children": ' + b"9" * 10_000 + b"}}",
    ],
    ids=["half", "utf-16", "surrogate", "nan", "deep", "deeper", "long number"],
)
def test_what_is_no_json(program: Program, body: bytes) -> None:
    refused(program.post("/cases", body), 400, "not_json")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1"])
def test_json_that_is_no_object(program: Program, body: bytes) -> None:
    refused(program.post("/cases", body), 422, "not_acceptable")


def test_a_body_that_is_too_large(program: Program) -> None:
    refused(program.post("/cases", b'{"a": "' + b"x" * 1_100_000 + b'"}'), 413, "too_large")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_the_wrong_type(program: Program, viewer: Viewer, kind: str) -> None:
    refused(program.post("/cases", b"opened_date=2026-11-02", content_type=kind), 415, "wrong_type")
    reference = make_case(viewer)
    answer = program.post(f"/cases/{reference}/documents", {"file": "x"})
    refused(answer, 415, "wrong_type")


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"worker_id": 1}, "/worker_id"),
        ({"source": "workbook"}, "/source"),
        ({"person": {"id": "1"}}, "/person/id"),
        ({"person": {"names": [{"text": "a", "is_alias": True}]}}, "/person/names/0/is_alias"),
        ({"person": {"names": "Amina"}}, "/person/names"),
        ({"person": {"names": [{}]}}, "/person/names/0/text"),
        ({"person": {"number_of_children": "2"}}, "/person/number_of_children"),
        ({"person": {"number_of_children": True}}, "/person/number_of_children"),
        ({"person": {"number_of_children": -1}}, "/person/number_of_children"),
        ({"person": {"called": "a\u0000b"}}, "/person/called"),
        ({"person": {"called": "x" * 100_001}}, "/person/called"),
        ({"person": {"birth": "1998-02-30"}}, "/person/birth"),
        ({"person": {"birth": 1998}}, "/person/birth"),
        ({"person": {"birth": "2027"}}, "/person/birth"),
        ({"person": {"sex": None}}, "/person/sex"),
        (
            {"person": {"stated_age": {"years": 20, "stated_on": 1_700_000_000}}},
            "/person/stated_age/stated_on",
        ),
        ({"person": {"stated_age": {"years": 200, "stated_on": "2026-01-01"}}}, "/person/stated_age"),
        ({"opened_date": 20_261_101}, "/opened_date"),
        ({"opened_date": "2026-11-01T00:00:00"}, "/opened_date"),
        ({"episodes": [{"started": "2025", "ended": "2024"}]}, "/episodes/0/ended"),
        ({"notes": [{"text": "x", "kind": "secret"}]}, "/notes/0/kind"),
        ({"episodes": [{}] * 51}, "/episodes"),
    ],
)
def test_a_value_that_is_none(program: Program, body: dict[str, Any], where: str) -> None:
    answer = program.post("/cases", body)
    assert refused(answer, 422, "not_acceptable") == [where]
    assert "nvalid" not in answer.content.decode()


def test_names_of_five_hundred_letters_marks_and_emoji_are_kept_whole(program: Program) -> None:
    text = "\u202e" + "Ю" * 500 + "👩🏽‍👧 \u200f"
    reference = program.post("/cases", {"person": {"names": [{"text": text}]}}).json()["reference"]
    assert program.get(f"/cases/{reference}").json()["person"]["details"]["names"][0]["text"] == text


@pytest.mark.parametrize("version", [0, -1, 2**31, 10**40, "1", 1.0, True, None])
def test_a_version_that_is_none(program: Program, viewer: Viewer, version: Any) -> None:
    reference = make_case(viewer)
    answer = program.patch(f"/cases/{reference}", {"version": version, "changes": {}})
    assert refused(answer, 422, "not_acceptable") == ["/version"]


@pytest.mark.parametrize("reference", ["x", "%00", "XA-0000-0000-0", "é" * 300, "..%2f..", "%ed%a0%80"])
def test_a_reference_that_is_none(program: Program, reference: str) -> None:
    refused(program.get(f"/cases/{reference}"), 404, "absent")


def test_no_such_method_has_the_same_shape(program: Program) -> None:
    answer = program.send("PUT", "/cases", {})
    refused(answer, 405, "no_such_method")
    assert "POST" in answer["Allow"]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [(RuntimeError("Amina"), 500, "server_error"), (OperationalError("Amina"), 503, "unavailable")],
)
def test_a_fault_of_ours_has_the_same_shape_and_writes_nothing(
    program: Program, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int, code: str
) -> None:
    from amparo.cases.api import files

    def break_down(**_given: Any) -> str:
        raise fault

    monkeypatch.setattr(files, "open_case", break_down)
    answer = program.post("/cases", {})
    refused(answer, status, code)
    assert "Amina" not in answer.content.decode()
    assert ("Retry-After" in answer) is (status == 503)


def test_a_disk_without_room_for_a_file(
    program: Program, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    reference = make_case(viewer)
    monkeypatch.setattr("amparo.cases.actions.storing.os.fsync", full)
    answer = program.upload(f"/cases/{reference}/documents", file=SimpleUploadedFile("a.txt", b"x"))
    refused(answer, 507, "no_room")
    assert program.get(f"/cases/{reference}/documents").json() == {"documents": []}


def test_a_file_that_is_too_large_or_missing(program: Program, viewer: Viewer) -> None:
    reference = make_case(viewer)
    with override_settings(AMPARO_UPLOAD_MAX_BYTES=1024):
        file = SimpleUploadedFile("a.txt", b"x" * 2000)
        refused(program.upload(f"/cases/{reference}/documents", file=file), 413, "too_large")
    assert refused(program.upload(f"/cases/{reference}/documents", title="x"), 422, "not_acceptable") == [
        "/file"
    ]
    file = SimpleUploadedFile("a.txt", b"x")
    answer = program.upload(f"/cases/{reference}/documents", file=file, kind="secret")
    assert refused(answer, 422, "not_acceptable") == ["/kind"]
