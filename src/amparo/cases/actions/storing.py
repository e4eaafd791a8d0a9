"""Write the contents of documents so that none outlives a row that was taken back, and none is lost whose row stands.

A content is sealed while it is written: nothing of it lies on the disk in the clear.

The disk knows nothing of transactions. So a content arrives in a folder of its own and is moved to its place when its row is
through. Where a process dies in between, or a transaction fails around the action, the sweeper finds the content in that
folder a day later: with a row it is moved, without one it is removed. What has its place is never swept: a database that
was restored half must not cost a document.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from amparo.access.beyond import ask_beyond
from amparo.cases.models import Document
from amparo.cases.queries.stored import arriving_folder, arriving_path, stored_path
from amparo.vault.actions import begin_sealing
from amparo.vault.rules import KeyKind
from amparo.vault.storing import content_place

CHUNK = 1024 * 1024
KEPT_FREE = 256 * CHUNK  # the database must always have room to write that something went wrong
ARRIVING_FOR = timedelta(days=1)
ARRIVING_NAME = re.compile(r"[0-9a-f]{32}(\.part)?")
Seal = Callable[[Iterable[bytes]], Iterator[bytes]]


class NoRoom(Exception):
    """The disk of the documents is full; nothing was kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A content that is safe on the disk, under a random name."""

    name: UUID
    size: int
    sha256: str


@contextlib.contextmanager
def stored(content: BinaryIO, *, size: int, seal: Seal) -> Iterator[Stored]:
    """Have a content on the disk while its row is written; it gets its place when the outermost transaction is through.

    Raises `NoRoom`. When the block fails, the content is removed at once.
    """
    written = _store(content, size=size, seal=seal)
    try:
        yield written
    except BaseException:
        arriving_path(written.name).unlink(missing_ok=True)
        raise
    # Robust, as the answer is right whatever becomes of the move: a content is found in either place.
    transaction.on_commit(partial(_settle, written.name), robust=True)


def settle_arrivals(*, now: datetime) -> int:
    """Remove what arrived more than a day ago without a row, and move what has one; gives how many were removed."""
    left = {path.stem: path for path in _arrived_before(now - ARRIVING_FOR)}
    names = [UUID(stem) for stem, path in left.items() if not path.suffix]
    # A document that nobody here may see is no less kept.
    known = [name for (name,) in ask_beyond("amparo_documents_kept", names)]
    for name in known:
        _settle(name)
        del left[name.hex]
    for path in left.values():
        path.unlink(missing_ok=True)
    return len(left)


def seal_clear_contents(*, now: datetime) -> int:
    """Seal the contents that an earlier version left in the clear; gives how many. May be cut short and run again."""
    return sum(_seal_if_clear(row, now=now) for row in Document.objects.order_by("id").iterator())


def _seal_if_clear(row: Document, *, now: datetime) -> bool:
    """Tell the two apart by size: a sealed content is longer than what it holds."""
    path = next(
        (each for each in (stored_path(row.stored_name), arriving_path(row.stored_name)) if each.exists()),
        None,
    )
    if path is None or path.stat().st_size != row.size:
        return False
    sealing = begin_sealing([row.person_id], now=now)
    if row.person_id not in sealing.keys[KeyKind.RECORD]:  # she was erased: it came back with an old backup
        path.unlink()
        return True
    place = content_place(Document, row=row.id, person=row.person_id)
    with path.open("rb") as clear:
        sealed = _store(clear, size=row.size, seal=partial(sealing.seal_pieces, place=place))
    _move(arriving_path(sealed.name), path)
    return True


def _arrived_before(edge: datetime) -> Iterator[Path]:
    folder = arriving_folder()
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):  # it was moved meanwhile
            if ARRIVING_NAME.fullmatch(path.name) and path.stat().st_mtime < edge.timestamp():
                yield path


def _store(content: BinaryIO, *, size: int, seal: Seal) -> Stored:
    """Write to a temporary name, sync, rename, sync the folder: a crash leaves the whole file or none."""
    target = arriving_path(uuid4())
    unfinished = target.with_suffix(".part")
    try:
        if shutil.disk_usage(settings.AMPARO_DOCUMENTS).free < size + KEPT_FREE:
            raise NoRoom
        written, digest = _write(content, _in_its_folder(unfinished), seal)
        _move(unfinished, target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom from error
        raise
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return Stored(name=UUID(target.name), size=written, sha256=digest)


def _settle(name: UUID) -> None:
    _move(arriving_path(name), _in_its_folder(stored_path(name)))


def _in_its_folder(path: Path) -> Path:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    return path


def _move(source: Path, target: Path) -> None:
    source.rename(target)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(content: BinaryIO, target: Path, seal: Seal) -> tuple[int, str]:
    measured = _Measured(content)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        for piece in seal(measured):
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return measured.size, measured.digest.hexdigest()


class _Measured:
    """Give the pieces of a content once, and count and digest what went by."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content
        self.size = 0
        self.digest = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        self._content.seek(0)
        while piece := self._content.read(CHUNK):
            self.digest.update(piece)
            self.size += len(piece)
            yield piece
