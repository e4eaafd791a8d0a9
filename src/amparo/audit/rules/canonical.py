"""The bytes by which one event is known for ever: a version, then every field in a fixed order, each behind its length.

    version (1 byte) | number of fields (2) | for each field: length (4; all ones when empty) | its bytes

Whole numbers are big-endian and signed: 2 bytes for the generation, 4 for the count, 8 for the rest. Moments are microseconds
since 2000-01-01 UTC. Text is UTF-8. A list is: dimensions (4; 0 or 1), a zero (4), the type of its elements (4), and with
elements their number (4) and a one (4), then each behind its length. This is how PostgreSQL itself sends a row in binary form,
so that a verifier hashes what it receives as it is; `tests/audit/vectors.json` holds the form in place.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

VERSION: Final = b"\x01"
FIELDS: Final = (
    "generation", "xid", "id", "recorded_at", "at", "user", "membership", "organisation", "session", "via", "action",
    "record", "persons", "fields", "count", "purpose", "basis", "outcome",
)  # fmt: skip
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
_EMPTY: Final = b"\xff\xff\xff\xff"
_UUID, _TEXT = 2950, 25  # PostgreSQL's numbers of the types


@dataclass(frozen=True, kw_only=True, slots=True)
class EventRow:
    """One event as it is hashed."""

    generation: int
    xid: int
    id: int
    recorded_at: datetime
    at: datetime
    user: int | None
    membership: int | None
    organisation: int | None
    session: str
    via: str
    action: str
    record: str
    persons: Sequence[UUID]
    fields: Sequence[str]
    count: int | None
    purpose: str
    basis: str
    outcome: str


def canonical_bytes(event: EventRow) -> bytes:
    """Write an event in the one form in which it is hashed."""
    parts = (
        struct.pack(">h", event.generation),
        _whole(event.xid),
        _whole(event.id),
        _moment(event.recorded_at),
        _moment(event.at),
        _whole_or_none(event.user),
        _whole_or_none(event.membership),
        _whole_or_none(event.organisation),
        event.session.encode(),
        event.via.encode(),
        event.action.encode(),
        event.record.encode(),
        _listed([person.bytes for person in event.persons], of=_UUID),
        _listed([name.encode() for name in event.fields], of=_TEXT),
        None if event.count is None else struct.pack(">i", event.count),
        event.purpose.encode(),
        event.basis.encode(),
        event.outcome.encode(),
    )
    return (
        VERSION
        + struct.pack(">h", len(parts))
        + b"".join(_EMPTY if part is None else prefixed(part) for part in parts)
    )


def prefixed(content: bytes) -> bytes:
    """Put the length in front, so that no two lists of fields give the same bytes."""
    return struct.pack(">i", len(content)) + content


def microseconds(moment: datetime) -> int:
    """Count the microseconds since 2000-01-01 UTC."""
    return (moment - BEGINNING) // timedelta(microseconds=1)


def _whole(number: int) -> bytes:
    return struct.pack(">q", number)


def _whole_or_none(number: int | None) -> bytes | None:
    return None if number is None else _whole(number)


def _moment(moment: datetime) -> bytes:
    return _whole(microseconds(moment))


def _listed(elements: Sequence[bytes], *, of: int) -> bytes:
    if not elements:
        return struct.pack(">iii", 0, 0, of)
    return struct.pack(">iiiii", 1, 0, of, len(elements), 1) + b"".join(map(prefixed, elements))
