"""Ed25519 signatures, and how a key is named."""

from __future__ import annotations

from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def key_name(public: bytes) -> str:
    """Name a public key by the first 16 digits of its hash."""
    return sha256(b"amparo audit key" + public).hexdigest()[:16]


def is_signed(message: bytes, signature: bytes, *, public: bytes) -> bool:
    """Tell whether that key made that signature on that message; anything malformed was not."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
