"""Seal a value for its place, and open it there.

A sealed value is: version (1 byte), suite (1), number of the person's key (2), nonce (12), ciphertext and tag. The text is
padded first, so that its length tells little: a shelter's address must not be recognised by how long it is.
"""

from __future__ import annotations

import os
import struct
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag

from amparo.vault.rules.keys import NONCE_BYTES, Draw, NotOpened, PersonKey
from amparo.vault.rules.places import Place, associated_data

VERSION: Final = 1
AES_256_GCM_SIV: Final = 1
TAG_BYTES: Final = 16
_HEADER: Final = struct.Struct(">BBH")
_LENGTH: Final = struct.Struct(">I")
_STEPS: Final = (16, 32, 64, 128, 256)
LEAST_BYTES: Final = _HEADER.size + NONCE_BYTES + _STEPS[0] + TAG_BYTES


def seal_bytes(
    plain: bytes, *, key: PersonKey, place: Place, installation: UUID, draw: Draw = os.urandom
) -> bytes:
    """Seal bytes for one place under the person's key."""
    header = _HEADER.pack(VERSION, AES_256_GCM_SIV, key.number)
    nonce = draw(NONCE_BYTES)
    bound = associated_data(place, compartment=key.compartment, installation=installation, header=header)
    return header + nonce + key.cipher.encrypt(nonce, padded(plain), bound)


def unseal_bytes(content: bytes, *, key: PersonKey, place: Place, installation: UUID) -> bytes:
    """Open what was sealed for that place; `NotOpened` in every other case, never a plausible value."""
    if key_number(content) != key.number:
        raise NotOpened
    header, rest = content[: _HEADER.size], content[_HEADER.size :]
    bound = associated_data(place, compartment=key.compartment, installation=installation, header=header)
    try:
        return unpadded(key.cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], bound))
    except InvalidTag:
        raise NotOpened from None


def key_number(content: bytes) -> int:
    """Tell the number of the person's key that sealed a value; `NotOpened` for what no version of ours wrote."""
    if len(content) < LEAST_BYTES:
        raise NotOpened
    version, suite, number = _HEADER.unpack_from(content)
    if (version, suite) != (VERSION, AES_256_GCM_SIV):
        raise NotOpened
    return int(number)


def padded(plain: bytes) -> bytes:
    """Put the length in front and fill up to 16, 32, 64, 128 or 256 bytes, then to a multiple of 256."""
    needed = _LENGTH.size + len(plain)
    size = next((step for step in _STEPS if needed <= step), -(-needed // _STEPS[-1]) * _STEPS[-1])
    return (_LENGTH.pack(len(plain)) + plain).ljust(size, b"\0")


def unpadded(text: bytes) -> bytes:
    """Take the length and the filling away again; `NotOpened` when they do not fit together."""
    length = _LENGTH.unpack_from(text)[0]
    end = _LENGTH.size + length
    if end > len(text) or text.count(0, end) != len(text) - end:
        raise NotOpened
    return text[_LENGTH.size : end]
