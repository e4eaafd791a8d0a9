"""Digests that show whether two contents are equal to those who hold the key, and to nobody else.

A plain digest of what is personal tells whoever holds it and guesses the content that the guess is right.
"""

from __future__ import annotations

import hashlib
import hmac


def keyed_digest(digest: bytes, *, about: str, key: str) -> str:
    """Key the SHA-256 of a content; `about` keeps the digests of one purpose apart from those of another."""
    own = hashlib.sha256(b"amparo digest\0" + about.encode() + b"\0" + key.encode()).digest()
    return hmac.new(own, digest, hashlib.sha256).hexdigest()
