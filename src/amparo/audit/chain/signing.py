"""The key that signs epochs and heads: a file beside the custodian's, never in the database.

Beside it lies the list of the public keys that ever signed, in the order in which they did; a verifier believes those.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from amparo.audit.rules.signatures import key_name

SIGNER_FILE: Final = "audit-signing"
PUBLIC_FILE: Final = "audit-signing.public"
_WORD: Final = "amparo-audit-signing-1:"
SEED_BYTES: Final = 32


class SignerAway(Exception):
    """The key that signs the log is not at hand; the message says where it was looked for and what to do."""


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Signs with one key, which it never shows."""

    private: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> bytes:
        """Give the public key."""
        return self.private.public_key().public_bytes_raw()

    @property
    def name(self) -> str:
        """Give the name of the key, as epochs carry it."""
        return key_name(self.public)

    def sign(self, message: bytes) -> bytes:
        """Sign."""
        return self.private.sign(message)


def read_signer(directory: Path) -> Signer:
    """Take the key from its file; `SignerAway` says what is wrong with it."""
    path = directory / SIGNER_FILE
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise SignerAway(
            f"The key that signs the log cannot be read at {path}. Bring back the copy that was kept; without one, begin "
            "with a new key: amparo audit generation --new-key"
        ) from None
    with contextlib.suppress(ValueError):
        seed = bytes.fromhex(text.removeprefix(_WORD))
        if text.startswith(_WORD) and len(seed) == SEED_BYTES:
            return Signer(private=Ed25519PrivateKey.from_private_bytes(seed))
    raise SignerAway(f"{path} holds no key that signs the log. Bring back the copy that was kept.")


def make_signer(directory: Path, *, draw: Callable[[int], bytes] = os.urandom) -> Signer:
    """Make a key and its file, readable for its owner only; an older one stays beside it, under its name."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / SIGNER_FILE
    draft = directory / f".{SIGNER_FILE}.{os.getpid()}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(_WORD + draw(SEED_BYTES).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        path.rename(directory / f"{SIGNER_FILE}.{read_signer(directory).name}")
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)  # of two makers at once, one wins and both use it
    draft.unlink()
    signer = read_signer(directory)
    _remember(directory, signer.public)
    return signer


def public_keys(directory: Path) -> dict[str, bytes]:
    """Give the public keys that ever signed here, by name; empty when the list is not here."""
    try:
        lines = (directory / PUBLIC_FILE).read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return {}
    keys = [bytes.fromhex(line) for line in lines if len(line) == 2 * SEED_BYTES]
    return {key_name(key): key for key in keys}


def _remember(directory: Path, public: bytes) -> None:
    if key_name(public) not in public_keys(directory):
        with (directory / PUBLIC_FILE).open("a", encoding="ascii") as file:
            file.write(public.hex() + "\n")
