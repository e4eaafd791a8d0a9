"""The contents of documents against the transactions of their rows: none outlives its row, none is lost."""

from __future__ import annotations

import errno
import hashlib
import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from amparo.access.rules import Viewer
from amparo.cases.actions import add_document, empty_persons, seal_clear_contents, settle_arrivals
from amparo.cases.models import Document
from amparo.cases.queries import Absent, document_content, get_document
from amparo.cases.queries.stored import arriving_folder, arriving_path, stored_path
from amparo.vault.rules import NotOpened
from tests.factories.accounts import NOW, make_viewer
from tests.factories.cases import make_case, row_of

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%%EOF\n"
Place = tuple[Viewer, str]


@pytest.fixture
def place(tmp_path: Path, settings: Any) -> Place:
    settings.AMPARO_DOCUMENTS = tmp_path
    viewer = make_viewer("supervisor")
    return viewer, make_case(viewer)


def add(place: Place) -> UUID:
    viewer, reference = place
    return add_document(
        reference=reference, content=io.BytesIO(PDF), name="a.pdf", size=len(PDF), by=viewer, now=NOW
    )


def add_and_fail(place: Place) -> None:
    add(place)
    raise DatabaseError("could not extend file: No space left on device")


def read(place: Place, document: UUID) -> bytes:
    viewer, reference = place
    with document_content(get_document(viewer, reference, document, now=NOW)) as content:
        return content.read()


def files() -> list[Path]:
    return [path for path in Path(settings.AMPARO_DOCUMENTS).rglob("*") if path.is_file()]


def later(**more: float) -> Any:
    return timezone.now() + timedelta(**more)


def test_a_content_gets_its_place_when_all_is_through(
    place: Place, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        document = add(place)
        assert read(place, document) == PDF
    name = Document.objects.get(id=document).stored_name
    assert files() == [stored_path(name)]
    assert read(place, document) == PDF


def test_what_fails_around_the_action_leaves_nothing_for_longer_than_a_day(place: Place) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        add_and_fail(place)
    assert not Document.objects.exists()
    (left,) = files()
    assert left.parent == arriving_folder()
    assert settle_arrivals(now=later(hours=23)) == 0
    assert files() == [left]
    assert settle_arrivals(now=later(hours=25)) == 1
    assert files() == []


def test_p27_a_content_whose_move_was_cut_off_is_read_and_moved_later(place: Place) -> None:
    document = add(place)  # the transaction of the test stays open, so nothing is moved
    name = Document.objects.get(id=document).stored_name
    assert files() == [arriving_path(name)]
    assert read(place, document) == PDF
    assert settle_arrivals(now=later(hours=25)) == 0
    assert files() == [stored_path(name)]
    assert read(place, document) == PDF


def test_a_disk_that_is_full_at_the_move_costs_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def full(*_arguments: Any, **_options: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with django_capture_on_commit_callbacks() as callbacks:
        document = add(place)
    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(OSError, match="No space"):
        callbacks[0]()
    monkeypatch.undo()
    assert read(place, document) == PDF


def test_what_has_its_place_is_never_swept(place: Place) -> None:
    kept = stored_path(uuid4())
    kept.parent.mkdir()
    kept.write_bytes(PDF)
    arriving_folder().mkdir()
    (arriving_folder() / f"{uuid4().hex}.part").write_bytes(PDF)
    strange = arriving_folder() / "lost+found"
    strange.mkdir()
    assert settle_arrivals(now=later(days=400)) == 1
    assert files() == [kept]
    assert strange.is_dir()


def test_a_content_that_is_in_neither_place_is_absent(place: Place) -> None:
    document = add(place)
    for path in files():
        path.unlink()
    with pytest.raises(Absent):
        read(place, document)


def test_p06_no_content_is_clear_on_the_disk_nor_its_digest_in_the_database(place: Place) -> None:
    document = add(place)
    (path,) = files()
    assert PDF[:8] not in path.read_bytes()
    viewer, reference = place
    found = get_document(viewer, reference, document, now=NOW)
    assert (found.size, found.sha256) == (len(PDF), hashlib.sha256(PDF).hexdigest())
    assert found.sha256 not in str(Document.objects.values().get())


def test_p08_a_content_that_was_changed_or_changed_places_does_not_open(place: Place) -> None:
    one, other = add(place), add(place)
    paths = [arriving_path(Document.objects.get(id=each).stored_name) for each in (one, other)]
    kept = [path.read_bytes() for path in paths]
    for changed in (kept[1], kept[0][:-1], kept[0] + b"x", b"", PDF):
        paths[0].write_bytes(changed)
        with pytest.raises(NotOpened):
            read(place, one)
    paths[0].write_bytes(kept[0])
    assert read(place, one) == PDF


def test_p06_what_an_earlier_version_left_clear_is_sealed(
    place: Place, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        settled = add(place)
    arriving = add(place)
    for path in files():
        path.write_bytes(PDF)
    assert seal_clear_contents(now=NOW) == 2
    assert seal_clear_contents(now=NOW) == 0
    assert len(files()) == 2
    assert all(PDF[:8] not in path.read_bytes() for path in files())
    assert [read(place, each) for each in (settled, arriving)] == [PDF, PDF]


def test_of_one_who_is_erased_the_papers_go_and_those_of_others_stay(
    place: Place, django_capture_on_commit_callbacks: Any
) -> None:
    viewer, reference = place
    other = (viewer, make_case(viewer))
    with django_capture_on_commit_callbacks(execute=True):
        add(place)
        kept = add(other)
    with django_capture_on_commit_callbacks(execute=True):
        empty_persons([row_of(reference).person_id])
    assert files() == [stored_path(Document.objects.get(id=kept).stored_name)]
    assert read(other, kept) == PDF
