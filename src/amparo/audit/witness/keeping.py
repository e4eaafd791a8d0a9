"""Keep heads in one SQLite file, and take only those that continue the last."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from amparo.audit.chain.signing import Signer
from amparo.audit.rules.heads import Head, compact, read_head, receipt_bytes, why_refused

TABLES: Final = """
    CREATE TABLE IF NOT EXISTS installation (id TEXT PRIMARY KEY, key TEXT NOT NULL, since TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS head (
        number INTEGER PRIMARY KEY, installation TEXT NOT NULL, received_at TEXT NOT NULL, head TEXT NOT NULL,
        receipt TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS head_installation ON head (installation, number);
    CREATE TABLE IF NOT EXISTS refusal (
        number INTEGER PRIMARY KEY, installation TEXT NOT NULL, received_at TEXT NOT NULL, head TEXT NOT NULL,
        reason TEXT NOT NULL);
"""
MOST_INSTALLATIONS: Final = 100
MOST_REFUSALS: Final = 1000
SILENT_AFTER: Final = timedelta(hours=2)
REMEMBERED: Final = timedelta(days=7)  # for so long it tells of what is over
MOST_LAG: Final = 3600  # seconds that an event may wait for its seal before the witness says so


class Refused(Exception):
    """The witness does not take a head; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """One installation as the witness sees it, with what is alarming about it."""

    installation: str
    key: str
    heads: int
    head: Head
    received_at: datetime
    alarms: tuple[str, ...]


class HeadKeeper:
    """Keeps the heads of installations in one file."""

    def __init__(self, path: Path, signer: Signer, *, accepted_keys: frozenset[str] = frozenset()) -> None:
        self._path = path
        self._signer = signer
        self._accepted = accepted_keys
        with self._open() as database:
            database.executescript(TABLES)

    def take(self, head: Head, proof: list[bytes], *, now: datetime) -> dict[str, str]:
        """Take a head and give the receipt for it; raises `Refused`. A refused head is kept as evidence when it is signed."""
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")  # of two at once, the second sees the first
            pinned = self._pinned(database, head, now)
            last = _last(database, head.installation)
            reason = why_refused(head, last, proof, pinned=pinned)
            if reason:
                if head.key == pinned and head.is_signed():
                    self._remember_refusal(database, head, reason, now)
                database.commit()
                raise Refused(reason)
            receipt = self._receipt(head, now)
            database.execute(
                "INSERT INTO head (installation, received_at, head, receipt) VALUES (?, ?, ?, ?)",
                (head.installation, receipt["received_at"], compact(head.to_json()), compact(receipt)),
            )
            database.commit()
        return receipt

    def last(self, installation: str) -> Head | None:
        """Give the last head that was taken."""
        with self._open() as database:
            return _last(database, installation)

    def heads(self, installation: str | None = None) -> list[dict[str, Any]]:
        """Give the heads that were taken, oldest first: the anchors of a verification."""
        with self._open() as database:
            rows = database.execute(
                "SELECT head, receipt FROM head WHERE ? IS NULL OR installation = ? ORDER BY number",
                (installation, installation),
            ).fetchall()
        return [{"head": json.loads(head), "receipt": json.loads(receipt)} for head, receipt in rows]

    def watched(self, *, now: datetime) -> list[Watched]:
        """Tell of each installation when it was heard last, and what is alarming."""
        with self._open() as database:
            pins = database.execute("SELECT id, key FROM installation ORDER BY since, id").fetchall()
            return [seen for one, key in pins if (seen := _watch(database, one, key, now)) is not None]

    def _pinned(self, database: sqlite3.Connection, head: Head, now: datetime) -> str:
        row = database.execute("SELECT key FROM installation WHERE id = ?", (head.installation,)).fetchone()
        if row is not None:
            return str(row[0])
        if self._accepted and head.key not in self._accepted:
            raise Refused("this witness does not know the key; its keeper adds it with --accept")
        (known,) = database.execute("SELECT count(*) FROM installation").fetchone()
        if known >= MOST_INSTALLATIONS:
            raise Refused(f"this witness keeps {MOST_INSTALLATIONS} installations and no more")
        if head.is_signed():
            database.execute(
                "INSERT INTO installation VALUES (?, ?, ?)", (head.installation, head.key, _written(now))
            )
        return head.key

    def _remember_refusal(self, database: sqlite3.Connection, head: Head, reason: str, now: datetime) -> None:
        (known,) = database.execute(
            "SELECT count(*) FROM refusal WHERE installation = ?", (head.installation,)
        ).fetchone()
        if known < MOST_REFUSALS:
            database.execute(
                "INSERT INTO refusal (installation, received_at, head, reason) VALUES (?, ?, ?, ?)",
                (head.installation, _written(now), compact(head.to_json()), reason),
            )

    def _receipt(self, head: Head, now: datetime) -> dict[str, str]:
        received_at = _written(now)
        signature = self._signer.sign(receipt_bytes(head, received_at))
        return {"received_at": received_at, "key": self._signer.public.hex(), "signature": signature.hex()}

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            yield database
        finally:
            database.close()


def _last(database: sqlite3.Connection, installation: str) -> Head | None:
    row = database.execute(
        "SELECT head FROM head WHERE installation = ? ORDER BY number DESC LIMIT 1", (installation,)
    ).fetchone()
    return None if row is None else read_head(json.loads(row[0]))


def _watch(database: sqlite3.Connection, installation: str, key: str, now: datetime) -> Watched | None:
    rows = database.execute(
        "SELECT head, received_at FROM head WHERE installation = ? AND (received_at >= ? OR number = "
        "(SELECT max(number) FROM head WHERE installation = ?)) ORDER BY number",
        (installation, _written(now - REMEMBERED), installation),
    ).fetchall()
    if not rows:
        return None
    taken = [(read_head(json.loads(head)), datetime.fromisoformat(at)) for head, at in rows]
    head, received_at = taken[-1]
    (heads,) = database.execute(
        "SELECT count(*) FROM head WHERE installation = ?", (installation,)
    ).fetchone()
    refusals = database.execute(
        "SELECT received_at, reason FROM refusal WHERE installation = ? ORDER BY number", (installation,)
    ).fetchall()
    alarms = [*_alarms_now(head, received_at, now), *_alarms_since(taken)]
    alarms += [f"refused at {at}: {reason}" for at, reason in refusals]
    return Watched(
        installation=installation,
        key=key,
        heads=heads,
        head=head,
        received_at=received_at,
        alarms=tuple(alarms),
    )


def _alarms_now(head: Head, received_at: datetime, now: datetime) -> Iterator[str]:
    if now - received_at > SILENT_AFTER:
        yield f"no head since {received_at:%Y-%m-%d %H:%M} UTC"
    if head.lag > MOST_LAG:
        yield f"{head.waiting} events are not sealed, the oldest for {head.lag} seconds"


def _alarms_since(taken: list[tuple[Head, datetime]]) -> Iterator[str]:
    """Tell what happened in the days that are remembered, for a keeper who does not look each hour."""
    for (before, earlier), (after, later) in pairwise(taken):
        if later - earlier > SILENT_AFTER:
            yield f"no head between {earlier:%Y-%m-%d %H:%M} and {later:%Y-%m-%d %H:%M} UTC"
        if before.schema != after.schema:
            yield f"triggers, rights or policies of the tables changed before {later:%Y-%m-%d %H:%M} UTC"


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
