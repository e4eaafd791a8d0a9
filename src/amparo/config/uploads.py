"""Stop an upload that is too large, or for which there is no room.

What still arrives is read and thrown away, so that the browser shows our answer and not a broken connection. The answer
comes before any view runs: nothing is half-written.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, TemporaryFileUploadHandler
from django.utils.translation import gettext_lazy as _

from amparo.config.room import room_on_disk


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


class DiskUploadHandler(TemporaryFileUploadHandler):
    """Write a large file to the disk, and say so in words when the disk is full."""

    refusal: DiskIsFull | None = None

    def new_file(self, *arguments: Any, **options: Any) -> None:
        """Make the temporary file."""
        with self._minding_the_disk():
            super().new_file(*arguments, **options)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write one piece."""
        with self._minding_the_disk():
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        """Give the file once the last of it is written."""
        try:
            return super().file_complete(file_size)
        except OSError as error:
            self.refusal = _refusal(error)
            with suppress(OSError):
                self.file.close()
            return None

    def upload_complete(self) -> None:
        """Refuse, now that the whole request was read."""
        if self.refusal:
            raise self.refusal

    @contextmanager
    def _minding_the_disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.refusal = _refusal(error)
            raise SkipFile from error


def _refusal(error: OSError) -> DiskIsFull:
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        raise error
    return DiskIsFull()
