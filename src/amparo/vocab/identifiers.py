"""Identifiers that sort by the time they were made."""

import secrets
import time
from uuid import UUID

_RANDOM_BITS = 74


def uuid7(*, milliseconds: int | None = None, random_bits: int | None = None) -> UUID:
    """Make a version 7 UUID (RFC 9562): 48 bits of Unix time in milliseconds, then 74 random bits.

    Both parts may be passed in, so that a test or a synthetic caseload is the same on every run.
    """
    moment = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    if not 0 <= moment < 1 << 48:
        raise ValueError(f"the time of a UUID must fit in 48 bits of milliseconds, not {moment}")
    noise = secrets.randbits(_RANDOM_BITS) if random_bits is None else random_bits
    if not 0 <= noise < 1 << _RANDOM_BITS:
        raise ValueError(f"the random part of a UUID must fit in {_RANDOM_BITS} bits")
    high, low = noise >> 62, noise & ((1 << 62) - 1)
    return UUID(int=(moment << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)
