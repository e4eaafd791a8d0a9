"""Keys, and keys wrapped by keys: a person's by the compartment's, the compartment's by a custodian's."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, NoReturn
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from amparo.vault.rules.compartments import Compartment, KeyKind
from amparo.vault.rules.places import LAYOUT, PRODUCT, UUID_LENGTH, bound

SECRET_BYTES: Final = 32
NONCE_BYTES: Final = 12
_NUMBER: Final = struct.Struct(">H")
_HEAD: Final = _NUMBER.size + NONCE_BYTES

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
        self.number = number
        self.secret = secret
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
        """Refuse what is no key; it does by itself what every key does, for a search makes thousands."""
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"A key has {SECRET_BYTES} bytes.")
        self.number = number
        self.secret = secret
        self.compartment = compartment
        self._cipher = None


class KeyLine(NamedTuple):
    """What a person's wrapped key is bound to beside the person: many persons have keys of one line."""

    installation: UUID
    kind: KeyKind
    compartment: Compartment
    number: int

    def around(self) -> tuple[bytes, bytes]:
        """Give the bytes that are authenticated with a wrapped key, before and after the id of the person."""
        before = bound(PRODUCT, LAYOUT, b"person key", self.installation.bytes) + UUID_LENGTH
        return before, bound(self.kind.encode(), self.compartment.encode(), _NUMBER.pack(self.number))


def new_key(number: int = 1, *, draw: Draw = os.urandom) -> Key:
    """Draw a fresh key."""
    return Key(number, draw(SECRET_BYTES))


def wrap(key: Key, *, by: Key, line: KeyLine, person: UUID, draw: Draw = os.urandom) -> bytes:
    """Wrap a person's key by the key of its compartment: number of that key, nonce, sealed secret."""
    number, nonce, (before, after) = _NUMBER.pack(by.number), draw(NONCE_BYTES), line.around()
    return number + nonce + by.cipher.encrypt(nonce, key.secret, before + person.bytes + after + number)


def wrapped_by(wrapped: bytes) -> int:
    """Tell the number of the compartment's key that a wrapped key needs."""
    if len(wrapped) < _HEAD:
        raise NotOpened
    return int(_NUMBER.unpack_from(wrapped)[0])


class Unwrapping:
    """Unwraps the keys of one line, of as many persons as there are: what they have in common is made once."""

    def __init__(self, line: KeyLine, *, by: Key) -> None:
        self._line = line
        self._by = _NUMBER.pack(by.number)
        self._before, after = line.around()
        self._after = after + self._by
        self._decrypt = by.cipher.decrypt

    def key_of(self, person: UUID, wrapped: bytes) -> PersonKey:
        """Unwrap a person's key; `NotOpened` for the wrong key, person, kind, compartment or number."""
        return self.keys_of([(person, wrapped)])[0]

    def keys_of(self, held: Iterable[tuple[UUID, bytes]]) -> list[PersonKey]:
        """Unwrap the keys of many persons, in order, as `key_of` does: this is the one loop in which each is touched."""
        number, compartment = self._line.number, self._line.compartment
        by, before, after, decrypt, start = self._by, self._before, self._after, self._decrypt, _NUMBER.size
        found = []
        for person, wrapped in held:
            if wrapped[:start] != by:
                raise NotOpened
            try:
                secret = decrypt(wrapped[start:_HEAD], wrapped[_HEAD:], before + person.bytes + after)
            except (InvalidTag, ValueError):
                raise NotOpened from None
            found.append(PersonKey(number, secret, compartment))
        return found
