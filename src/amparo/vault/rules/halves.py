"""Cut a text in two halves of which neither says anything: a key, and what it sealed."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from amparo.vault.rules.keys import NONCE_BYTES, SECRET_BYTES, Draw
from amparo.vault.rules.sealing import padded, unpadded

_NONCE: Final = bytes(NONCE_BYTES)  # each key seals once
_BOUND: Final = b"amparo half"


def halves_of(text: str, *, draw: Draw = os.urandom) -> tuple[str, str]:
    """Give the key and the sealed text, both as letters and digits."""
    key = draw(SECRET_BYTES)
    sealed = AESGCMSIV(key).encrypt(_NONCE, padded(text.encode()), _BOUND)
    return _written(key), _written(sealed)


def text_of_halves(key: str, sealed: str) -> str:
    """Give the text back; empty when the halves do not belong together."""
    try:
        opened = AESGCMSIV(urlsafe_b64decode(key)).decrypt(_NONCE, urlsafe_b64decode(sealed), _BOUND)
        return unpadded(opened).decode()
    except (InvalidTag, ValueError):
        return ""


def _written(content: bytes) -> str:
    return urlsafe_b64encode(content).decode()
