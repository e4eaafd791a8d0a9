"""Seal what has settled: each second, the events of ended transactions become an epoch that continues the one before.

Nobody who writes to the log waits for this. Below the oldest running transaction every one has ended, so the events there are
all there and stay as they are; what commits later falls into a later epoch, and what was rolled back has left nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import psycopg

from amparo.audit.chain.connecting import SEALER_LOCK, Connection, own_connection, take_lock
from amparo.audit.chain.signing import Signer, SignerAway, make_signer, read_signer
from amparo.audit.chain.streaming import leaves, sealed_epoch
from amparo.audit.rules.epochs import FIRST_PREVIOUS, SIGNED_EPOCH, Epoch, SealedEpoch
from amparo.audit.rules.merkle import root_of

logger = logging.getLogger("amparo.audit")

SECONDS_BETWEEN: Final = 1.0
SECONDS_BEFORE_ANOTHER_TRY: Final = 5.0
MOST_EVENTS: Final = 5000  # an epoch ends with the transaction of this event


class TransactionsWentBack(Exception):
    """The database counts its transactions from further back than what is sealed: it was restored."""

    def __init__(self) -> None:
        super().__init__(
            "The database was restored or moved: its transactions begin again. Nothing is sealed until the next "
            "generation begins: amparo audit generation --reason restored"
        )


@dataclass(frozen=True, slots=True)
class _Stretch:
    generation: int
    lo: int
    hi: int


class Sealer:
    """Seals over one connection, with one key."""

    def __init__(self, connection: Connection, signer: Signer, *, most_events: int = MOST_EVENTS) -> None:
        self._connection = connection
        self._signer = signer
        self._most = most_events

    def seal(self, *, now: datetime) -> int:
        """Seal all that has settled; gives the number of epochs that were made."""
        last = last_epoch(self._connection)
        made = 0
        while (stretch := self._next_stretch(last)) is not None:
            last = self._seal(stretch, last, now=now)
            made += 1
        return made

    def _next_stretch(self, last: SealedEpoch | None) -> _Stretch | None:
        begun = (last.epoch.generation, last.epoch.hi) if last else (0, 0)
        row = self._connection.execute(
            "SELECT e.generation, g.current, pg_snapshot_xmin(pg_current_snapshot())::text::bigint "
            "FROM audit_event e, (SELECT max(number) AS current FROM audit_generation) g "
            "WHERE (e.generation, e.xid) >= (%s::int2, %s::int8) AND e.generation <= g.current "
            "ORDER BY e.generation, e.xid LIMIT 1",
            begun,
        ).fetchone()
        if row is None:
            return None
        generation, current, oldest_running = row
        lo = begun[1] if generation == begun[0] else 0
        if generation == current and oldest_running < lo:
            raise TransactionsWentBack
        return self._settled(generation, lo, None if generation < current else oldest_running)

    def _settled(self, generation: int, lo: int, hi: int | None) -> _Stretch | None:
        """Cut after the transaction of the last event that an epoch takes; a generation that is over has settled whole."""
        bound = 2**62 if hi is None else hi
        row = self._connection.execute(
            "SELECT count(*), max(xid) FROM (SELECT xid FROM audit_event WHERE generation = %s AND xid >= %s AND xid < %s "
            "ORDER BY xid LIMIT %s) AS waiting",
            [generation, lo, bound, self._most],
        ).fetchone()
        assert row is not None
        events, last_xid = row
        if not events:
            return None
        is_all = hi is not None and events < self._most
        return _Stretch(generation, lo, bound if is_all else last_xid + 1)

    def _seal(self, stretch: _Stretch, last: SealedEpoch | None, *, now: datetime) -> SealedEpoch:
        hashes = [
            leaf.hash
            for leaf in leaves(self._connection, generation=stretch.generation, lo=stretch.lo, hi=stretch.hi)
        ]
        epoch = Epoch(
            number=last.epoch.number + 1 if last else 1,
            generation=stretch.generation,
            lo=stretch.lo,
            hi=stretch.hi,
            events=len(hashes),
            root=root_of(hashes),
            previous=last.hash if last else FIRST_PREVIOUS,
            sealed_at=now,
        )
        signature = self._signer.sign(SIGNED_EPOCH + epoch.hash())
        sealed = SealedEpoch(epoch=epoch, hash=epoch.hash(), key=self._signer.name, signature=signature)
        write_epoch(self._connection, sealed)
        return sealed


def last_epoch(connection: Connection) -> SealedEpoch | None:
    """Give the last epoch, or None when nothing is sealed yet."""
    with connection.cursor(binary=True) as cursor:
        row = cursor.execute(
            "SELECT number, generation, lo, hi, events, root, previous, sealed_at, hash, key, signature "
            "FROM audit_epoch ORDER BY number DESC LIMIT 1"
        ).fetchone()
    return None if row is None else sealed_epoch(row)


def write_epoch(connection: Connection, sealed: SealedEpoch) -> None:
    """Append an epoch."""
    epoch = sealed.epoch
    connection.execute(
        "INSERT INTO audit_epoch (number, generation, lo, hi, events, root, previous, sealed_at, hash, key, signature) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            epoch.number, epoch.generation, epoch.lo, epoch.hi, epoch.events, epoch.root, epoch.previous,
            epoch.sealed_at, sealed.hash, sealed.key, sealed.signature,
        ],
    )  # fmt: skip


def signer_for(connection: Connection, directory: Path) -> Signer:
    """Give the signer, made when nothing was ever sealed; a key that is lost later is never replaced in silence."""
    try:
        return read_signer(directory)
    except SignerAway:
        if last_epoch(connection) is not None:
            raise
        return make_signer(directory)


def seal_in_background(
    directory: Path, *, clock: Callable[[], datetime], seconds_between: float = SECONDS_BETWEEN
) -> threading.Event:
    """Seal in a thread of this process until the event that is returned is set; of several processes, one seals."""
    done = threading.Event()
    threading.Thread(
        target=_keep_sealing, args=(done, directory, clock, seconds_between), name="audit sealer", daemon=True
    ).start()
    return done


def _keep_sealing(
    done: threading.Event, directory: Path, clock: Callable[[], datetime], seconds_between: float
) -> None:
    while not done.is_set():
        try:
            with own_connection() as connection:
                while not take_lock(connection, SEALER_LOCK):  # another process seals, until it ends
                    if done.wait(SECONDS_BEFORE_ANOTHER_TRY):
                        return
                sealer = Sealer(connection, signer_for(connection, directory))
                while not done.wait(seconds_between):
                    sealer.seal(now=clock())
        except (
            psycopg.Error,
            OSError,
        ) as error:  # the database is away, or a disk is full: it is sealed later
            logger.warning("the log is not sealed just now: %s", type(error).__name__)
        except (SignerAway, TransactionsWentBack) as refusal:
            logger.error("%s", refusal)
        except Exception as error:  # noqa: BLE001  # a sealer that ends in silence would be worse than one that fails again
            logger.error("the log is not sealed: %s", type(error).__name__)
        done.wait(SECONDS_BEFORE_ANOTHER_TRY)
