"""Who keeps the key of keys: a file, persons with shares of it, or a device. The database never holds it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag

from amparo.vault.rules.asking import KeysAway
from amparo.vault.rules.keys import NONCE_BYTES, Draw, Key, NotOpened

FILE, SHARES, DEVICE = "file", "shares", "pkcs11"


class CustodianAway(KeysAway):
    """The key of keys is not at hand; the message says where it was looked for and what to do."""


class Custodian(Protocol):
    """What wraps and unwraps the keys of the compartments."""

    @property
    def kind(self) -> str:
        """Give the kind: file, shares or pkcs11."""

    @property
    def public_id(self) -> str:
        """Give what tells this custodian from another, and nothing of its key."""

    def wrap(self, secret: bytes, *, bound: bytes, draw: Draw) -> bytes:
        """Wrap the secret of a compartment's key."""

    def unwrap(self, wrapped: bytes, *, bound: bytes) -> bytes:
        """Unwrap it again; `NotOpened` when it was wrapped by another custodian or for something else."""


@dataclass(frozen=True, kw_only=True)
class RootKeyCustodian:
    """A custodian whose key is in the memory of this process, wherever it came from."""

    kind: str
    root: Key

    @property
    def public_id(self) -> str:
        """Give the first 16 digits of a hash of the key."""
        return hashlib.sha256(b"amparo custodian" + self.root.secret).hexdigest()[:16]

    def wrap(self, secret: bytes, *, bound: bytes, draw: Draw) -> bytes:
        """Wrap the secret of a compartment's key."""
        nonce = draw(NONCE_BYTES)
        return nonce + self.root.cipher.encrypt(nonce, secret, bound)

    def unwrap(self, wrapped: bytes, *, bound: bytes) -> bytes:
        """Unwrap it again."""
        try:
            return self.root.cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound)
        except (InvalidTag, ValueError):
            raise NotOpened from None
