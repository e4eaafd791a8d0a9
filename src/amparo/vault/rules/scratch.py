"""Put bytes aside on a disk so that only this process can read them again, and only as long as it holds the file.

The key is drawn for the one file and is never written anywhere: what a killed process leaves is noise.
"""

from __future__ import annotations

import io
import os
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from amparo.vault.rules.keys import NONCE_BYTES, SECRET_BYTES, Draw, NotOpened
from amparo.vault.rules.sealing import TAG_BYTES

PIECE: Final = 64 * 1024
_SEALED_PIECE: Final = PIECE + TAG_BYTES


class SealedScratch(io.RawIOBase):
    """Take bytes from the beginning to the end once; then give them from anywhere."""

    def __init__(self, file: BinaryIO, *, draw: Draw = os.urandom) -> None:
        self._file = file
        self._cipher = AESGCMSIV(draw(SECRET_BYTES))
        self._waiting = bytearray()
        self._size = 0
        self._is_whole = False
        self._position = 0
        self._number, self._piece = -1, b""

    @property
    def size(self) -> int:
        """Give the number of bytes that were taken."""
        return self._size

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def writable(self) -> bool:
        """Tell that it takes bytes until it is read for the first time."""
        return not self._is_whole

    def seekable(self) -> bool:
        """Tell that it can be read from anywhere."""
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]  # the stub's buffer is wider
        """Seal what fills a piece and write it; the rest waits in memory."""
        if self._is_whole:
            raise io.UnsupportedOperation("It was read already; nothing can be added.")
        self._waiting += content
        self._size += len(content)
        while len(self._waiting) >= PIECE:
            self._seal(bytes(self._waiting[:PIECE]))
            del self._waiting[:PIECE]
        return len(content)

    def finish(self) -> None:
        """Write the last piece; nothing can be added from then on."""
        if not self._is_whole:
            self._seal(bytes(self._waiting))
            self._file.flush()
            self._waiting.clear()
            self._is_whole, self._number = True, -1

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, counted from the beginning, from here, or from the end."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("There is nothing before the beginning.")
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        """Tell the place at which the next byte is read."""
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the stub's buffer is wider
        """Fill the buffer from the piece at the present place; 0 at the end."""
        self.finish()
        if self._position >= self._size:
            return 0
        number, offset = divmod(self._position, PIECE)
        taken = self._opened(number)[offset : offset + len(buffer)]
        buffer[: len(taken)] = taken
        self._position += len(taken)
        return len(taken)

    def close(self) -> None:
        """Let go of the file on the disk as well."""
        self._file.close()
        super().close()

    def _seal(self, piece: bytes) -> None:
        self._number += 1
        self._file.write(self._cipher.encrypt(self._number.to_bytes(NONCE_BYTES), piece, None))

    def _opened(self, number: int) -> bytes:
        if number != self._number:
            self._file.seek(number * _SEALED_PIECE)
            try:
                piece = self._cipher.decrypt(
                    number.to_bytes(NONCE_BYTES), self._file.read(_SEALED_PIECE), None
                )
            except InvalidTag:
                raise NotOpened from None
            self._number, self._piece = number, piece
        return self._piece
