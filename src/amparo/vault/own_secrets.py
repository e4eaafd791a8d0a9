"""Seal what belongs to the installation and to no person: the secrets with which people prove who they are.

The key is derived from a compartment's key, so that it comes and goes with the custodian, survives a change of custodian
and a rotation, and tells nothing about the key that it was derived from.
"""

from __future__ import annotations

import base64
import binascii
import os
import struct
from typing import Final

from cryptography.exceptions import InvalidTag

from amparo.vault.custodians import CustodianAway
from amparo.vault.keeping import KeyringMissing
from amparo.vault.queries import keeper
from amparo.vault.rules.keys import NONCE_BYTES, Draw, Key, NotOpened
from amparo.vault.rules.places import LAYOUT, PRODUCT, bound

MARK: Final = "sealed1."
_NUMBER: Final = struct.Struct(">H")


def is_sealed_secret(text: str) -> bool:
    """Tell whether a text is one that `seal_secret` gave."""
    return text.startswith(MARK)


def seal_secret(text: str, *, label: str, draw: Draw = os.urandom) -> str:
    """Seal a text for one use, named by the label; gives a text again."""
    key = _key(label)
    number, nonce = _NUMBER.pack(key.number), draw(NONCE_BYTES)
    content = number + nonce + key.cipher.encrypt(nonce, text.encode(), _bound(label, number))
    return MARK + base64.urlsafe_b64encode(content).decode()


def open_secret(sealed: str, *, label: str) -> str:
    """Open what was sealed for that use; `NotOpened` for everything else, also for a text that was never sealed."""
    if not is_sealed_secret(sealed):
        raise NotOpened
    try:
        content = base64.b64decode(sealed.removeprefix(MARK), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotOpened from None
    if len(content) < _NUMBER.size + NONCE_BYTES:
        raise NotOpened
    number, nonce = content[: _NUMBER.size], content[_NUMBER.size : _NUMBER.size + NONCE_BYTES]
    key = _key(label, int(_NUMBER.unpack(number)[0]))
    try:
        return key.cipher.decrypt(
            nonce, content[_NUMBER.size + NONCE_BYTES :], _bound(label, number)
        ).decode()
    except InvalidTag:
        raise NotOpened from None


def _key(label: str, number: int | None = None) -> Key:
    """Fetch the key; where the custodian is away it cannot be opened, and nothing more need be said at the door."""
    try:
        return keeper().own_key(label, number)
    except (CustodianAway, KeyringMissing) as error:
        raise NotOpened from error


def _bound(label: str, number: bytes) -> bytes:
    return bound(PRODUCT, LAYOUT, b"own secret", label.encode(), keeper().installation.bytes, number)
