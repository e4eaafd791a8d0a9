"""Seal a file piece by piece, so that a recording of an hour never lies in memory whole.

A sealed file is: version (1 byte), suite (1), number of the person's key (2), the file's own wrapped key, then pieces of
64 KiB, each with its nonce and tag. The number of a piece, and whether it is the last, are authenticated with it: pieces
cannot be moved, left out or cut off (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015).
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag

from amparo.vault.rules.keys import NONCE_BYTES, SECRET_BYTES, Draw, Key, NotOpened, PersonKey
from amparo.vault.rules.places import Place, associated_data, bound
from amparo.vault.rules.sealing import AES_256_GCM_SIV, TAG_BYTES, VERSION

PIECE: Final = 64 * 1024
_HEADER: Final = struct.Struct(">BBH")
_PIECE: Final = struct.Struct(">Q?")
_WRAPPED: Final = NONCE_BYTES + SECRET_BYTES + TAG_BYTES
_SEALED_PIECE: Final = NONCE_BYTES + PIECE + TAG_BYTES


def seal_file(
    pieces: Iterable[bytes], *, key: PersonKey, place: Place, installation: UUID, draw: Draw = os.urandom
) -> Iterator[bytes]:
    """Yield the bytes of the sealed file; the pieces that come in may have any length."""
    header = _HEADER.pack(VERSION, AES_256_GCM_SIV, key.number)
    file_key = Key(1, draw(SECRET_BYTES))
    data = _bound(place, key, installation, header)
    nonce = draw(NONCE_BYTES)
    yield header + nonce + key.cipher.encrypt(nonce, file_key.secret, data)
    for number, piece, is_last in _cut(pieces):
        nonce = draw(NONCE_BYTES)
        yield nonce + file_key.cipher.encrypt(nonce, piece, bound(data, _PIECE.pack(number, is_last)))


def unseal_file(
    content: BinaryIO, *, keys: Iterable[PersonKey], place: Place, installation: UUID
) -> Iterator[bytes]:
    """Yield the pieces of a file that was sealed for that place, each after it proved whole; `NotOpened` otherwise."""
    header = content.read(_HEADER.size)
    if len(header) != _HEADER.size or header[:2] != bytes((VERSION, AES_256_GCM_SIV)):
        raise NotOpened
    number = _HEADER.unpack(header)[2]
    key = next((each for each in keys if each.number == number), None)
    if key is None:
        raise NotOpened
    data = _bound(place, key, installation, header)
    file_key = Key(1, _opened(key, content.read(_WRAPPED), data))
    piece, position = content.read(_SEALED_PIECE), 0
    while True:
        following = content.read(_SEALED_PIECE)
        yield _opened(file_key, piece, bound(data, _PIECE.pack(position, not following)))
        if not following:
            return
        piece, position = following, position + 1


def clear_size(sealed_size: int) -> int:
    """Tell how many bytes a sealed file of that size holds."""
    body = sealed_size - _HEADER.size - _WRAPPED
    pieces = max(1, -(-body // _SEALED_PIECE))
    return body - pieces * (NONCE_BYTES + TAG_BYTES)


class UnsealedFile(io.RawIOBase):
    """Read a sealed file as if it were clear, from the beginning to its end."""

    def __init__(self, pieces: Iterator[bytes], *, close: BinaryIO) -> None:
        self._pieces = pieces
        self._close = close
        self._rest = b""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the stub's buffer is wider
        """Fill the buffer with what comes next; 0 at the end."""
        while not self._rest:
            following = next(self._pieces, None)
            if following is None:
                return 0
            self._rest = following
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)

    def close(self) -> None:
        """Close the sealed file as well."""
        self._close.close()
        super().close()


def _bound(place: Place, key: PersonKey, installation: UUID, header: bytes) -> bytes:
    return associated_data(place, compartment=key.compartment, installation=installation, header=header)


def _opened(key: Key, sealed: bytes, data: bytes) -> bytes:
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise NotOpened
    try:
        return key.cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], data)
    except InvalidTag:
        raise NotOpened from None


def _cut(pieces: Iterable[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    """Cut into pieces of one size and look one ahead, for the last one has to be known as such."""
    waiting, number = bytearray(), 0
    for piece in pieces:
        waiting += piece
        while len(waiting) > PIECE:
            yield number, bytes(waiting[:PIECE]), False
            del waiting[:PIECE]
            number += 1
    yield number, bytes(waiting), True
