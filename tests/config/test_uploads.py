"""An upload that cannot be taken in is answered in words, and nothing of it stays."""

from __future__ import annotations

import errno
import hashlib
import io
import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from amparo.access.web import public

Usage = namedtuple("Usage", "total used free")
GIGABYTE = 1024**3


@public
def take(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.FILES["file"].size))


@public
def digest(request: HttpRequest) -> HttpResponse:
    file = request.FILES["file"]
    whole = hashlib.sha256(b"".join(file.chunks())).hexdigest()
    file.seek(0)
    assert file.read(14) == b"Amina Haddad, "
    file.seek(-14, io.SEEK_END)
    assert file.read() == b"Amina Haddad, "
    return HttpResponse(whole)


urlpatterns = [path("take", take), path("digest", digest)]
handler500 = "amparo.config.errors.server_error"
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture
def sender(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    settings.AMPARO_DOCUMENTS = tmp_path
    settings.AMPARO_UPLOAD_MAX_BYTES = 3 * 1024**2
    monkeypatch.setattr(
        shutil, "disk_usage", lambda place: Usage(100 * GIGABYTE, 50 * GIGABYTE, 50 * GIGABYTE)
    )
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    return Client(raise_request_exception=False)


def send(sender: Client, size: int) -> Any:
    return sender.post("/take", {"file": SimpleUploadedFile("a.bin", b"x" * size)})


@pytest.mark.parametrize("size", [10, 2 * 1024**2])
def test_file_that_fits_comes_in(sender: Client, size: int) -> None:
    assert send(sender, size).content == str(size).encode()


def test_large_file_comes_in_whole_and_is_never_clear_on_the_disk(
    sender: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Watched(io.BytesIO):
        def close(self) -> None:
            written.append(self.getvalue())
            super().close()

    written: list[bytes] = []
    monkeypatch.setattr("amparo.config.uploads._nameless_file", Watched)
    content = b"Amina Haddad, " * 150_000
    answer = sender.post("/digest", {"file": SimpleUploadedFile("a.bin", content)})
    assert answer.content.decode() == hashlib.sha256(content).hexdigest()
    assert len(written) == 1
    assert len(written[0]) > len(content)
    assert b"Amina" not in written[0]


def test_file_too_large_is_refused_with_the_limit(sender: Client, tmp_path: Path) -> None:
    answer = send(sender, 4 * 1024**2)
    assert answer.status_code == 413
    assert "larger than 3 megabytes" in answer.content.decode()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("total", "free"), [(100, 1.9), (1000, 40)])
def test_p30_little_room_refuses_before_the_disk_is_full(
    sender: Client, monkeypatch: pytest.MonkeyPatch, total: int, free: float
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(total * GIGABYTE, 0, free * GIGABYTE))
    answer = send(sender, 10)
    assert answer.status_code == 507
    assert "too little room" in answer.content.decode()
    assert "Nothing was saved" in answer.content.decode()


def test_disk_that_fills_while_the_file_comes_in(
    sender: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        def write(self, content: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("amparo.config.uploads._nameless_file", Full)
    answer = send(sender, 2 * 1024**2)
    assert answer.status_code == 507
    assert "too little room" in answer.content.decode()
    assert list(tmp_path.iterdir()) == []


@override_settings(DEBUG=False)
def test_other_faults_of_the_disk_are_faults(sender: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any, **options: Any) -> Any:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("amparo.config.uploads._nameless_file", broken)
    assert send(sender, 2 * 1024**2).status_code == 500
