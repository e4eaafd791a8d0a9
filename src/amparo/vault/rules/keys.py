"""Keys, and keys wrapped by keys: a person's by the compartment's, the compartment's by a custodian's."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple, NoReturn
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from amparo.vault.rules.compartments import Compartment, KeyKind
from amparo.vault.rules.places import LAYOUT, MOST_PARTS, PRODUCT, UUID_LENGTH, bound

SECRET_BYTES: Final = 32
NONCE_BYTES: Final = 12
_NUMBER: Final = struct.Struct(">H")

Draw = Callable[[int], bytes]


class NotOpened(Exception):
    """A key does not open what it was tried on: another key, another place, or changed bytes. It never says which."""

    def __init__(self) -> None:
        super().__init__(
            "This cannot be opened with the key at hand. Ask whoever looks after the installation to run: amparo keys status"
        )


class Key:
    """A secret of 32 bytes and its number in the line of its successors. Nothing prints the secret."""

    __slots__ = ("_cipher", "number", "secret")

    def __init__(self, number: int, secret: bytes) -> None:
        """Refuse what is no key."""
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"A key has {SECRET_BYTES} bytes.")
        self.number: Final = number
        self.secret: Final = secret
        self._cipher: AESGCMSIV | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(number={self.number})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A key is not pickled.")

    @property
    def cipher(self) -> AESGCMSIV:
        """Give the cipher of this key, made once: a repeated nonce would show only that two values are equal."""
        if self._cipher is None:
            self._cipher = AESGCMSIV(self.secret)
        return self._cipher


class PersonKey(Key):
    """A person's key, with the compartment whose key locks it away."""

    __slots__ = ("compartment",)

    def __init__(self, number: int, secret: bytes, compartment: Compartment) -> None:
        super().__init__(number, secret)
        self.compartment: Final = compartment


class KeyName(NamedTuple):
    """What a person's wrapped key is bound to."""

    installation: UUID
    person: UUID
    kind: KeyKind
    compartment: Compartment
    number: int

    def bound(self) -> bytes:
        """Give the bytes that are authenticated with the wrapped key."""
        person = self.person.bytes
        return _of_installation(self.installation) + UUID_LENGTH + person + _of_line(*self[2:])


@lru_cache(MOST_PARTS)
def _of_installation(installation: UUID) -> bytes:
    return bound(PRODUCT, LAYOUT, b"person key", installation.bytes)


@lru_cache(MOST_PARTS)
def _of_line(kind: KeyKind, compartment: Compartment, number: int) -> bytes:
    return bound(kind.encode(), compartment.encode(), _NUMBER.pack(number))


def new_key(number: int = 1, *, draw: Draw = os.urandom) -> Key:
    """Draw a fresh key."""
    return Key(number, draw(SECRET_BYTES))


def wrap(key: Key, *, by: Key, name: KeyName, draw: Draw = os.urandom) -> bytes:
    """Wrap a person's key by the key of its compartment: number of that key, nonce, sealed secret."""
    number, nonce = _NUMBER.pack(by.number), draw(NONCE_BYTES)
    return number + nonce + by.cipher.encrypt(nonce, key.secret, name.bound() + number)


def wrapped_by(wrapped: bytes) -> int:
    """Tell the number of the compartment's key that a wrapped key needs."""
    if len(wrapped) < _NUMBER.size + NONCE_BYTES:
        raise NotOpened
    return int(_NUMBER.unpack_from(wrapped)[0])


def unwrap(wrapped: bytes, *, by: Key, name: KeyName) -> PersonKey:
    """Unwrap a person's key; `NotOpened` for the wrong key, person, kind, compartment or number."""
    number, nonce = wrapped[: _NUMBER.size], wrapped[_NUMBER.size : _NUMBER.size + NONCE_BYTES]
    if wrapped_by(wrapped) != by.number:
        raise NotOpened
    try:
        secret = by.cipher.decrypt(nonce, wrapped[_NUMBER.size + NONCE_BYTES :], name.bound() + number)
    except InvalidTag:
        raise NotOpened from None
    return PersonKey(name.number, secret, name.compartment)
