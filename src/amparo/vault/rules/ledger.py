"""The ledger of erasures: who was erased, why, on whose order; each entry holds the digest of all before it.

It is kept twice, in the database and in a file beside the keys. The file is never restored from a backup, so it knows what an
older backup does not: nobody who was erased comes back with it. It holds ids and codes, no name.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from amparo.vault.rules.places import LAYOUT, PRODUCT, bound

REASON: Final = re.compile(r"[a-z][a-z_]{0,39}")
_NUMBER: Final = struct.Struct(">Q")


class NotTwoPeople(Exception):
    """Erasing, and holding it up, take two people."""

    def __init__(self) -> None:
        super().__init__(
            "This takes two people who sign in: one who asks for it, and another who approves it."
        )


class LedgerBroken(Exception):
    """A ledger does not hold together, or two copies of it do not; the message says where and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One erasure. `asked_by` and `approved_by` are the ids of two users."""

    number: int
    person: UUID
    reason: str
    asked_by: int
    approved_by: int
    at: datetime
    digest: str


def entry_after(
    last: Entry | None,
    *,
    installation: UUID,
    person: UUID,
    reason: str,
    asked_by: int,
    approved_by: int,
    at: datetime,
) -> Entry:
    """Make the entry that follows another, or the first one of an installation."""
    if not REASON.fullmatch(reason):
        raise ValueError("The reason of an erasure is a code, never a text.")
    number = 1 if last is None else last.number + 1
    before = "" if last is None else last.digest
    digest = hashlib.sha256(
        bound(
            PRODUCT,
            LAYOUT,
            b"erasure",
            installation.bytes,
            _NUMBER.pack(number),
            person.bytes,
            reason.encode(),
            _NUMBER.pack(asked_by),
            _NUMBER.pack(approved_by),
            _moment(at).encode(),
            before.encode(),
        )
    )
    return Entry(
        number=number,
        person=person,
        reason=reason,
        asked_by=asked_by,
        approved_by=approved_by,
        at=at,
        digest=digest.hexdigest(),
    )


def lines_of(entries: Iterable[Entry]) -> str:
    """Write entries as lines of the file."""
    return "".join(
        json.dumps(
            {
                "number": one.number,
                "person": str(one.person),
                "reason": one.reason,
                "asked_by": one.asked_by,
                "approved_by": one.approved_by,
                "at": _moment(one.at),
                "digest": one.digest,
            }
        )
        + "\n"
        for one in entries
    )


def entries_of(text: str, *, installation: UUID) -> tuple[Entry, ...]:
    """Read the lines of the file and prove them; a last line that was cut off by a crash never counted."""
    whole = text[: text.rfind("\n") + 1]
    entries: list[Entry] = []
    for position, line in enumerate(whole.splitlines(), start=1):
        last = entries[-1] if entries else None
        try:
            said = json.loads(line)
            entry = entry_after(
                last,
                installation=installation,
                person=UUID(said["person"]),
                reason=str(said["reason"]),
                asked_by=int(said["asked_by"]),
                approved_by=int(said["approved_by"]),
                at=datetime.fromisoformat(said["at"]),
            )
            is_whole = (said["number"], said["digest"]) == (entry.number, entry.digest)
        except (ValueError, KeyError, TypeError, AttributeError, struct.error):
            is_whole = False
        if not is_whole:
            raise LedgerBroken(
                f"Line {position} of the ledger of erasures was changed, or it is the ledger of another installation. "
                "Bring back the newest copy that was kept."
            )
        entries.append(entry)
    return tuple(entries)


def missing_entries(longer: Sequence[Entry], shorter: Sequence[str]) -> tuple[Entry, ...]:
    """Return what a ledger has that another, given by its digests, has not; `LedgerBroken` unless it goes on from it."""
    if len(longer) < len(shorter):
        raise LedgerBroken(
            f"The file of erasures knows of {len(longer)} and the database of {len(shorter)}: the file is an older copy. "
            "Bring back the newest copy that was kept."
        )
    if any(one.digest != digest for one, digest in zip(longer, shorter, strict=False)):
        raise LedgerBroken(
            "The file of erasures and the database tell different stories. Bring back the newest copy of the file that was "
            "kept."
        )
    return tuple(longer[len(shorter) :])


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
