"""Stop an upload that is too large, or for which there is no room.

What still arrives is read and thrown away, so that the browser shows our answer and not a broken connection. The answer
comes before any view runs: nothing is half-written.
"""

from __future__ import annotations

import errno
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.utils.translation import gettext_lazy as _

from amparo.config.room import room_on_disk
from amparo.vault.rules.scratch import SealedScratch


class UploadRefused(Exception):
    """A file could not be taken in; the text is for the person who sent it."""

    status = 413


class FileTooLarge(UploadRefused):
    """The file is larger than this installation takes."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The file is larger than %(limit)s megabytes, which is the most that can be sent here. Nothing was saved. Send it in parts."
            )
            % {"limit": settings.AMPARO_UPLOAD_MAX_BYTES // 1024**2}
        )


class DiskIsFull(UploadRefused):
    """There is too little room left to take a file in."""

    status = 507

    def __init__(self) -> None:
        super().__init__(
            _(
                "There is too little room left on the disk of this installation to take in a file. Nothing was saved, and "
                "your file was not changed. Tell the people who run this installation, and send the file again later."
            )
        )


class MeasuringUploadHandler(FileUploadHandler):
    """Look at every file first: is it too large, is there room?"""

    refusal: UploadRefused | None = None
    received = 0

    def handle_raw_input(self, *arguments: Any, **options: Any) -> None:
        """Look at the disk once, before the first byte."""
        if not room_on_disk(settings.AMPARO_DOCUMENTS).is_enough:
            self.refusal = DiskIsFull()

    def new_file(self, *arguments: Any, **options: Any) -> None:
        """Count each file by itself."""
        super().new_file(*arguments, **options)
        self.received = 0
        if self.refusal:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand a piece on, unless it makes the file too large."""
        self.received += len(raw_data)
        if self.received > settings.AMPARO_UPLOAD_MAX_BYTES:
            self.refusal = FileTooLarge()
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers that follow."""

    def upload_complete(self) -> None:
        """Refuse, now that the whole request was read."""
        if self.refusal:
            raise self.refusal


class SealedUploadHandler(FileUploadHandler):
    """Put a large file aside on the disk, sealed for this process alone, and say so in words when the disk is full.

    The file on the disk has no name and a key that is nowhere written: what arrives lies in the clear in memory only.
    """

    refusal: DiskIsFull | None = None
    scratch: SealedScratch | None = None

    def new_file(self, *arguments: Any, **options: Any) -> None:
        """Make the nameless file."""
        super().new_file(*arguments, **options)
        with self._minding_the_disk():
            self.scratch = SealedScratch(_nameless_file())

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Seal and write one piece."""
        assert self.scratch is not None
        with self._minding_the_disk():
            self.scratch.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        """Give the file once the last of it is written."""
        scratch, self.scratch = self.scratch, None
        assert scratch is not None
        try:
            scratch.finish()
        except OSError as error:
            self.refusal = _refusal(error)
            with suppress(OSError):
                scratch.close()
            return None
        return UploadedFile(
            file=io.BufferedReader(scratch),
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

    def upload_complete(self) -> None:
        """Refuse, now that the whole request was read."""
        if self.refusal:
            raise self.refusal

    def upload_interrupted(self) -> None:
        """Let go of what had arrived."""
        if self.scratch is not None:
            with suppress(OSError):
                self.scratch.close()

    @contextmanager
    def _minding_the_disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.refusal = _refusal(error)
            raise SkipFile from error


def _nameless_file() -> BinaryIO:
    """Open a file on the disk of the documents that is gone when nobody holds it, however we end."""
    return cast("BinaryIO", tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR))


def _refusal(error: OSError) -> DiskIsFull:
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        raise error
    return DiskIsFull()
