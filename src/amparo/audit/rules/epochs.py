"""Epochs: the settled events of a stretch of transactions, sealed by one hash that continues the hash before it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from amparo.audit.rules.canonical import microseconds

EPOCH: Final = b"\x02"
FIRST_PREVIOUS: Final = bytes(32)
SIGNED_EPOCH: Final = b"amparo audit epoch 1\x00"


@dataclass(frozen=True, kw_only=True, slots=True)
class Epoch:
    """All events of one generation with `lo` <= transaction < `hi`, and nothing else."""

    number: int
    generation: int
    lo: int
    hi: int
    events: int
    root: bytes
    previous: bytes
    sealed_at: datetime

    def hash(self) -> bytes:
        """Give the hash that the next epoch continues."""
        bounds = struct.pack(
            ">qhqqqq",
            self.number,
            self.generation,
            self.lo,
            self.hi,
            self.events,
            microseconds(self.sealed_at),
        )
        return sha256(EPOCH + self.previous + self.root + bounds).digest()


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedEpoch:
    """An epoch as it is kept: with the hash that was written down, and the signature on it."""

    epoch: Epoch
    hash: bytes
    key: str
    signature: bytes


def follows(epoch: Epoch, before: Epoch | None) -> bool:
    """Tell whether an epoch begins where the one before it ended: no gap between them, and none over the other."""
    if before is None:
        return epoch.number == 1 and epoch.lo == 0
    if epoch.number != before.number + 1 or epoch.hi <= epoch.lo:
        return False
    if epoch.generation == before.generation:
        return epoch.lo == before.hi
    return epoch.generation > before.generation and epoch.lo == 0
