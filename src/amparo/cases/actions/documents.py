"""Take a file into a case. Its content is safe on the disk before its row says that it is there."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from amparo.access.rules import Permission, Viewer
from amparo.cases.actions.changing import refuse_unknown_kind
from amparo.cases.actions.happenings import note_happening
from amparo.cases.models import Case, Document
from amparo.cases.queries.papers import stored_path
from amparo.cases.queries.visible import visible_case
from amparo.cases.rules.documents import LONGEST_TITLE, NotTaken, kind_of
from amparo.cases.rules.timeline import Happening
from amparo.vault.rules import seal
from amparo.vocab.text import N_

CHUNK = 1024 * 1024
KEPT_FREE = 256 * CHUNK  # the database must always have room to write that something went wrong


class NoRoom(Exception):
    """The disk of the documents is full; nothing was kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stored:
    name: UUID
    size: int
    sha256: str


@transaction.atomic
def add_document(
    *,
    reference: str,
    content: BinaryIO,
    name: str,
    size: int,
    by: Viewer,
    now: datetime,
    title: str = "",
    kind: str = "other",
) -> UUID:
    """Add a document to a case; gives its id. Raises `NotTaken` with words, `NoRoom`, or `Absent`.

    `name` is the file's own name: it has to agree with the content, and is the title when none is given.
    """
    case = visible_case(by, reference, permission=Permission.DOCUMENT_ADD)
    if size > settings.AMPARO_UPLOAD_MAX_BYTES:
        limit = settings.AMPARO_UPLOAD_MAX_BYTES // CHUNK
        raise NotTaken(
            N_("The file is larger than %(limit)s megabytes. Send it in parts, or make it smaller."),
            limit=limit,
        )
    refuse_unknown_kind(kind, codes="document_kind")
    found = kind_of(content, name=name)
    stored = _store(content, size=size)
    try:
        with transaction.atomic():
            document = Document.objects.create(
                case=case, person_id=case.person_id, kind=kind, stored_name=stored.name,
                title=seal({"title": _title(title or name)}, person=case.person_id),
                content_type=found.content_type, size=stored.size, sha256=stored.sha256,
                created_at=now, created_by_id=by.user_id,
            )  # fmt: skip
            Case.objects.filter(id=case.id).update(changed_at=now)
            note_happening(
                case, Happening.DOCUMENT_ADDED, action="cases.document.add", by=by, now=now, subject=kind
            )
    except BaseException:
        stored_path(stored.name).unlink(missing_ok=True)
        raise
    return document.id


def _title(text: str) -> str:
    shown = "".join(letter for letter in text if letter.isprintable()).strip()
    return shown[:LONGEST_TITLE] or "-"


def _store(content: BinaryIO, *, size: int) -> _Stored:
    """Write to a temporary name, sync, rename, sync the folder: a crash leaves the whole file or none."""
    target = stored_path(uuid4())
    partial = target.with_suffix(".part")
    try:
        if shutil.disk_usage(settings.AMPARO_DOCUMENTS).free < size + KEPT_FREE:
            raise NoRoom
        target.parent.mkdir(mode=0o700, exist_ok=True)
        written, digest = _write(content, partial)
        partial.rename(target)
        _sync(target.parent)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom from error
        raise
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    return _Stored(name=UUID(target.name), size=written, sha256=digest)


def _write(content: BinaryIO, partial: Path) -> tuple[int, str]:
    digest, written = hashlib.sha256(), 0
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        for piece in _pieces(content):
            digest.update(piece)
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            written += len(piece)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return written, digest.hexdigest()


def _pieces(content: BinaryIO) -> Iterator[bytes]:
    content.seek(0)
    while piece := content.read(CHUNK):
        yield piece


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
