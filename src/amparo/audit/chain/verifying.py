"""Verify the log: hash every event again, and hold what comes out against the epochs, the signatures and the anchors."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from amparo.audit.chain.connecting import Connection
from amparo.audit.chain.streaming import Leaf, epochs, leaves_from
from amparo.audit.rules.epochs import FIRST_PREVIOUS, SIGNED_EPOCH, SealedEpoch, follows
from amparo.audit.rules.merkle import Frontier, leaf_hash, root_of
from amparo.audit.rules.signatures import is_signed
from amparo.audit.rules.verdicts import Finding, KnownHead, Verdict

MOST_FINDINGS: Final = 50
MOST_LAG: Final = 30  # seconds that an event may wait for its seal
WAITING: Final = """
    WITH now AS (
        SELECT max(number) AS generation, pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next FROM audit_generation),
    waiting AS (
        SELECT id, recorded_at, e.generation > now.generation OR (e.generation = now.generation AND xid >= now.next) AS never
        FROM audit_event e, now WHERE (e.generation, xid) >= (%(generation)s::int2, %(hi)s::int8))
    SELECT coalesce(extract(epoch FROM clock_timestamp() - (SELECT min(recorded_at) FROM waiting)), 0)::float8,
        now.generation, now.next, (SELECT count(*) FROM waiting WHERE never), (SELECT min(id) FROM waiting WHERE never),
        (SELECT max(id) FROM waiting WHERE never)
    FROM now
"""
_PAST_ALL: Final = Leaf(2**31, 0, 0, b"")


def verify(
    *,
    epoch_connection: Connection,
    event_connection: Connection,
    keys: Mapping[str, bytes],
    anchors: Iterable[KnownHead] = (),
    from_epoch: int = 1,
) -> Verdict:
    """Verify the chain from its beginning, and the events from `from_epoch` on.

    Two connections: the epochs are read as they stand first, the events as they stand after, so that sealing may go on.
    """
    started = time.monotonic()
    verifier = _Verifier(keys, tuple(anchors), from_epoch)
    stretch = epochs(epoch_connection)
    verifier.run(stretch, event_connection)
    if verifier.verdict.waiting:
        verifier.weigh_waiting(event_connection)
    verifier.verdict.seconds = round(time.monotonic() - started, 3)
    return verifier.verdict


class _Verifier:
    def __init__(self, keys: Mapping[str, bytes], anchors: tuple[KnownHead, ...], from_epoch: int) -> None:
        self.verdict = Verdict(anchors=len(anchors))
        self._keys = keys
        self._anchors: dict[int, list[KnownHead]] = {}
        for anchor in anchors:
            self._anchors.setdefault(anchor.size, []).append(anchor)
        self._from = from_epoch
        self._before: SealedEpoch | None = None
        self._tree = Frontier()
        self._events: Iterator[Leaf] = iter(())
        self._next = _PAST_ALL

    def run(self, sealed_epochs: Iterator[SealedEpoch], connection: Connection) -> None:
        """Go through all epochs, each with its events, and then through what is left over."""
        is_reading = False
        for sealed in sealed_epochs:
            if not is_reading and sealed.epoch.number >= self._from:
                start = self._before.epoch if self._before and self._from > 1 else None
                self._begin(connection, start.generation if start else None, start.hi if start else 0)
                is_reading = True
            self._check_link(sealed)
            if is_reading:
                self._check_events(sealed)
            self._before = sealed
            self._tree.append(leaf_hash(sealed.hash))
            self._check_anchors(self._tree.size)
        if not is_reading:
            last = self._before.epoch if self._before else None
            self._begin(connection, last.generation if last else None, last.hi if last else 0)
        self._check_rest()
        self.verdict.epochs = self._tree.size
        self.verdict.root = self._tree.root().hex()
        for size in sorted(size for size in self._anchors if size > self._tree.size):
            for anchor in self._anchors[size]:
                self._find("cut", f"{anchor.source} saw {size} epochs; here are {self._tree.size}", None)

    def weigh_waiting(self, connection: Connection) -> None:
        """Doubt a log whose newest events wait too long for their seal; find events of transactions that never were."""
        generation, hi = (self._before.epoch.generation, self._before.epoch.hi) if self._before else (0, 0)
        row = connection.execute(WAITING, {"generation": generation, "hi": hi}).fetchone()
        assert row is not None
        lag, current, next_transaction, impossible, first, last = row
        if generation == current and next_transaction < hi:
            text = "the database was restored or moved, and its next generation has not begun"
            self.verdict.doubts.append(Finding(kind="went_back", text=text))
        elif impossible:
            self._find("added", "events of transactions that have not been yet", None, first, last)
        if lag > MOST_LAG:
            text = f"{self.verdict.waiting} events are not sealed, the oldest for {lag:.0f} seconds: the sealer does not run"
            self.verdict.doubts.append(Finding(kind="not_sealed", text=text))

    def _begin(self, connection: Connection, generation: int | None, xid: int) -> None:
        self._events = leaves_from(connection, generation=generation, xid=xid)
        self._advance()

    def _advance(self) -> None:
        self._next = next(self._events, _PAST_ALL)

    def _check_link(self, sealed: SealedEpoch) -> None:
        epoch, before = sealed.epoch, self._before
        if not follows(epoch, before.epoch if before else None):
            self._find("order", "does not follow the epoch before it", epoch.number)
        if epoch.previous != (before.hash if before else FIRST_PREVIOUS):
            self._find("chain", "does not continue the hash of the epoch before it", epoch.number)
        if epoch.hash() != sealed.hash:
            self._find("epoch", "was changed: it has not the hash that is written on it", epoch.number)
        public = self._keys.get(sealed.key)
        if public is None:
            text = f"is signed by the key {sealed.key}, whose public half is not here"
            self._doubt("unknown_key", text, epoch.number)
        elif not is_signed(SIGNED_EPOCH + sealed.hash, sealed.signature, public=public):
            self._find("signature", "is not signed by our key", epoch.number)

    def _check_events(self, sealed: SealedEpoch) -> None:
        epoch = sealed.epoch
        generation, lo, hi = epoch.generation, epoch.lo, epoch.hi
        self._stray(generation, lo)
        hashes: list[bytes] = []
        take = hashes.append
        event, first, last = self._next, None, None
        while event.generation == generation and event.xid < hi:
            take(event.hash)
            first = first or event.id
            last = event.id
            event = next(self._events, _PAST_ALL)
        self._next = event
        self.verdict.events += len(hashes)
        if len(hashes) != epoch.events:
            text = f"holds {len(hashes)} events; {epoch.events} were sealed"
            self._find("removed" if len(hashes) < epoch.events else "added", text, epoch.number, first, last)
        elif root_of(hashes) != epoch.root:
            self._find("changed", "an event in it is not as it was sealed", epoch.number, first, last)

    def _stray(self, generation: int, lo: int) -> None:
        """Find events that stand before an epoch and in none: put there later."""
        event = self._next
        while (event.generation, event.xid) < (generation, lo):
            self._find("added", "an event stands between the epochs", None, event.id, event.id)
            self._advance()
            event = self._next

    def _check_rest(self) -> None:
        if self._before:
            self._stray(self._before.epoch.generation, self._before.epoch.hi)
        while self._next is not _PAST_ALL:
            self.verdict.waiting += 1
            self._advance()

    def _check_anchors(self, size: int) -> None:
        for anchor in self._anchors.get(size, ()):
            if self._tree.root().hex() != anchor.root:
                text = f"is not the one that {anchor.source} saw: the log was written anew up to here"
                self._find("anchor", text, size)

    def _find(
        self, kind: str, text: str, epoch: int | None, first: int | None = None, last: int | None = None
    ) -> None:
        if len(self.verdict.findings) < MOST_FINDINGS:
            self.verdict.findings.append(
                Finding(kind=kind, text=text, epoch=epoch, first_event=first, last_event=last)
            )

    def _doubt(self, kind: str, text: str, epoch: int) -> None:
        if not any(doubt.kind == kind for doubt in self.verdict.doubts):
            self.verdict.doubts.append(Finding(kind=kind, text=text, epoch=epoch))
