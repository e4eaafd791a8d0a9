"""Seal a value for its place, and open it there.

A sealed value is: version (1 byte), suite (1), number of the person's key (2), nonce (12), ciphertext and tag. The text is
padded first, so that its length tells little: a shelter's address must not be recognised by how long it is.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from amparo.vault.rules.compartments import Compartment
from amparo.vault.rules.keys import NONCE_BYTES, Draw, NotOpened, PersonKey
from amparo.vault.rules.places import UUID_LENGTH, Place, around, associated_data

VERSION: Final = 1
AES_256_GCM_SIV: Final = 1
TAG_BYTES: Final = 16
_HEADER: Final = struct.Struct(">BBH")
_LENGTH: Final = struct.Struct(">I")
_STEPS: Final = (16, 32, 64, 128, 256)
_HEAD: Final = _HEADER.size + NONCE_BYTES
LEAST_BYTES: Final = _HEAD + _STEPS[0] + TAG_BYTES


def seal_bytes(
    plain: bytes, *, key: PersonKey, place: Place, installation: UUID, draw: Draw = os.urandom
) -> bytes:
    """Seal bytes for one place under the person's key."""
    header = _HEADER.pack(VERSION, AES_256_GCM_SIV, key.number)
    nonce = draw(NONCE_BYTES)
    bound = associated_data(place, compartment=key.compartment, installation=installation, header=header)
    return header + nonce + key.cipher.encrypt(nonce, padded(plain), bound)


class Unsealing:
    """Opens values of one installation, one after the other.

    It holds one cipher, that of the last key: a page opens several values of one person after another.
    """

    def __init__(self, installation: UUID) -> None:
        self._installation = installation
        self._keys: tuple[PersonKey, ...] = ()
        self._header = b""

    def open(self, content: bytes, *, keys: tuple[PersonKey, ...], place: Place) -> bytes:
        """Open what was sealed for that place under one of the person's keys.

        `NotOpened` in every other case, never a plausible value.
        """
        if len(content) < LEAST_BYTES:
            raise NotOpened
        header = content[: _HEADER.size]
        if keys is not self._keys or header != self._header:
            self._turn_to(keys, header)
        bound = associated_data(
            place, compartment=self._compartment, installation=self._installation, header=header
        )
        try:
            return unpadded(self._decrypt(content[_HEADER.size : _HEAD], content[_HEAD:], bound))
        except InvalidTag:
            raise NotOpened from None

    def _turn_to(self, keys: tuple[PersonKey, ...], header: bytes) -> None:
        """Take up the key that a header names."""
        key = _key_for(header, keys)
        self._decrypt = AESGCMSIV(key.secret).decrypt
        self._compartment = key.compartment
        self._keys, self._header = keys, header


def unseal_column(
    held: Iterable[tuple[UUID, bytes | None]],
    *,
    keys: Mapping[UUID, tuple[PersonKey, ...]],
    place: Place,
    installation: UUID,
) -> list[bytes | None]:
    """Open one column of the rows of many persons, of whom each is her own row; `place` is that of any of them.

    As `Unsealing` does, with what thousands have in common made once: this is the one loop in which each of them is touched.
    None for what was never written and for who is known to have no keys; `NotOpened` for whoever has none there.
    """
    opened: list[bytes | None] = []
    head, start, number = b"", _HEADER.size, 0
    compartment: Compartment | None = None
    before = after = b""
    for person, content in held:
        hers = keys.get(person)
        if content is None or hers == ():
            opened.append(None)
            continue
        if hers is None or len(content) < LEAST_BYTES:
            raise NotOpened
        key = hers[0]
        if content[:start] != head or key.number != number or key.compartment is not compartment:
            key = _key_for(content, hers)
            head, number, compartment = content[:start], key.number, key.compartment
            before, after = around(place, compartment=compartment, installation=installation, header=head)
        about = person.bytes
        bound = before + about + UUID_LENGTH + about + after
        try:
            text = AESGCMSIV(key.secret).decrypt(content[start:_HEAD], content[_HEAD:], bound)
        except InvalidTag:
            raise NotOpened from None
        opened.append(unpadded(text))
    return opened


def _key_for(content: bytes, keys: tuple[PersonKey, ...]) -> PersonKey:
    """Give the key that the header of a value names; `NotOpened` for what no version of ours wrote."""
    version, suite, number = _HEADER.unpack_from(content)
    if (version, suite) != (VERSION, AES_256_GCM_SIV):
        raise NotOpened
    for key in keys:
        if key.number == number:
            return key
    raise NotOpened


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
