"""A file that turns up somewhere leads to who took it out."""

from __future__ import annotations

import io
import zipfile
from uuid import uuid4

import pytest

from amparo.access.actions import known_by, mark_of, note_copy
from amparo.access.rules import Viewer
from amparo.audit.models import Event
from amparo.audit.queries import who_took
from amparo.cli.copies import _unpacked
from tests.factories.accounts import NOW, make_viewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> Viewer:
    return make_viewer("supervisor")


def take(content: bytes, *, by: Viewer, is_marked: bool = False) -> str:
    copy = uuid4()
    note_copy(
        content.replace(b"NUMBER", mark_of(copy).encode()),
        copy=copy, what="cases", about=("csv",), count=3, is_marked=is_marked, by=by, now=NOW,
    )  # fmt: skip
    return str(copy)


def test_p35_a_copy_without_a_number_inside_is_found_by_its_content_and_by_its_name(viewer: Viewer) -> None:
    number = take(b"name;Amina", by=viewer)
    take(b"name;Mina", by=make_viewer("supervisor"))
    for content, name in ((b"name;Amina", "x.csv"), (b"changed", f"cases-{number} (1).csv")):
        (found,) = who_took(*known_by(content, name=name), unit=())
        assert (found.user, found.count, found.purpose) == (viewer.user_id, 3, viewer.stated_purpose)
    assert not who_took(*known_by(b"changed", name="x.csv"), unit=())
    assert not who_took(*known_by(b"name;Amina", name="x.csv"), unit=[viewer.membership_id or 0])


def test_p35_a_number_inside_is_found_in_a_changed_workbook(viewer: Viewer) -> None:
    number = take(b"NUMBER", by=viewer, is_marked=True)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", compression=zipfile.ZIP_DEFLATED) as file:
        file.writestr("docProps/core.xml", f"<description>{mark_of(number)}</description>")  # type: ignore[arg-type]
    assert known_by(archive.getvalue())[0] == frozenset()
    assert known_by(_unpacked(archive.getvalue()))[0] == {number}
    assert _unpacked(b"PK no archive") == b""


def test_the_log_holds_no_digest_by_which_contents_can_be_guessed(viewer: Viewer, settings: object) -> None:
    take(b"name;Amina", by=viewer)
    before = Event.objects.latest("id").fields[-1]
    assert before.startswith("keyed:")
    settings.SECRET_KEY = "another" * 9  # type: ignore[attr-defined]
    take(b"name;Amina", by=viewer)
    assert Event.objects.latest("id").fields[-1] != before
