"""Heads: one line that stands for the whole log up to a moment, small enough for a sheet of paper, and without personal data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any, Final

from amparo.audit.rules.canonical import prefixed
from amparo.audit.rules.merkle import is_consistent
from amparo.audit.rules.signatures import is_signed

SIGNED_HEAD: Final = b"amparo audit head 1\x00"
SIGNED_RECEIPT: Final = b"amparo audit receipt 1\x00"
_HEX: Final = {"root": 64, "last": 64, "schema": 64, "key": 64, "signature": 128}
_WHOLE: Final = ("size", "events", "generation", "waiting", "lag")
LARGEST: Final = 2**53  # what JSON carries without loss


class NotAHead(ValueError):
    """What was given as a head is none; the message says which part is not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The state of one installation's log: hashes as hexadecimal digits, the moment as RFC 3339 in UTC."""

    installation: str
    size: int  # sealed epochs
    root: str  # of the tree over the hashes of all epochs
    last: str  # the hash of the last epoch
    events: int  # in all sealed epochs
    generation: int
    waiting: int  # events that are not sealed yet
    lag: int  # seconds since the oldest of them was written
    at: str
    schema: str  # hash of the tables' guards: triggers, rights, policies
    key: str  # the public key that signs
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """Give the bytes that are signed, and time-stamped."""
        named = asdict(self)
        del named["signature"]
        return SIGNED_HEAD + b"".join(prefixed(str(value).encode()) for value in named.values())

    def imprint(self) -> bytes:
        """Give the hash that a time-stamping authority puts its time on."""
        return sha256(self.signed_bytes()).digest()

    def is_signed(self) -> bool:
        """Tell whether the key that the head names signed it."""
        return is_signed(self.signed_bytes(), bytes.fromhex(self.signature), public=bytes.fromhex(self.key))

    def to_json(self) -> dict[str, Any]:
        """Give the head as plain values."""
        return asdict(self)


def read_head(given: object) -> Head:
    """Read a head from plain values, and believe nothing; raises `NotAHead`."""
    if not isinstance(given, dict) or set(given) != set(Head.__dataclass_fields__):
        raise NotAHead("A head has exactly these parts: " + ", ".join(Head.__dataclass_fields__) + ".")
    for name, value in given.items():
        if name in _WHOLE:
            if type(value) is not int or not 0 <= value <= LARGEST:
                raise NotAHead(f"{name} is not a whole number.")
        elif not isinstance(value, str) or len(value) > 128:
            raise NotAHead(f"{name} is not a short text.")
        elif name in _HEX and not re.fullmatch(f"[0-9a-f]{{{_HEX[name]}}}", value):
            raise NotAHead(f"{name} is not {_HEX[name]} hexadecimal digits.")
    if not re.fullmatch(r"[0-9a-f-]{36}", given["installation"]):
        raise NotAHead("installation is not a UUID.")
    return Head(**given)


def signed(head: Head, sign: Callable[[bytes], bytes]) -> Head:
    """Give the head with its signature."""
    return replace(head, signature=sign(head.signed_bytes()).hex())


def why_refused(head: Head, last: Head | None, proof: list[bytes], *, pinned: str) -> str:
    """Say why a witness does not take a head after the last one it holds; empty when it takes it."""
    if head.key != pinned:
        return "signed by another key than the first head of this installation"
    if not head.is_signed():
        return "the signature does not hold"
    if last is None:
        return ""
    if head.size < last.size:
        return f"it goes back: {head.size} epochs, after {last.size}"
    if last.size == 0:
        return ""
    roots = bytes.fromhex(last.root), bytes.fromhex(head.root)
    if not is_consistent(last.size, roots[0], head.size, roots[1], proof):
        return f"it does not continue the log that was seen at {last.size} epochs"
    return ""


def receipt_bytes(head: Head, received_at: str) -> bytes:
    """Give the bytes that a witness signs."""
    return (
        SIGNED_RECEIPT
        + prefixed(head.signed_bytes())
        + prefixed(head.signature.encode())
        + prefixed(received_at.encode())
    )


def compact(value: object) -> str:
    """Write JSON on one line, the same for the same value."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
