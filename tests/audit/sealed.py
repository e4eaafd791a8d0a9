"""A log that is written, sealed and witnessed, and a superuser who tampers with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections, transaction

from amparo.audit.actions import record
from amparo.audit.chain.connecting import own_connection
from amparo.audit.chain.heads import make_head, proof_since
from amparo.audit.chain.sealing import Sealer
from amparo.audit.chain.signing import Signer, make_signer, public_keys
from amparo.audit.chain.verifying import verify
from amparo.audit.rules.heads import Head
from amparo.audit.rules.verdicts import KnownHead, Verdict, known_heads
from amparo.audit.witness.keeping import HeadKeeper

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TABLES = ("audit_event", "audit_epoch", "audit_loghead", "audit_anchor")


@dataclass(frozen=True)
class Somebody:
    user_id: int | None = 7
    membership_id: int | None = 8
    organisation_id: int | None = 9
    via: str = "page"
    session: str = "0123456789abcdef"


@contextmanager
def superuser() -> Iterator[psycopg.Connection[Any]]:
    """Connect as who may do everything, with every trigger silenced for the time."""
    place = connections["default"].settings_dict
    with psycopg.connect(
        host=place["HOST"], dbname=place["NAME"], user="postgres", autocommit=True
    ) as connection:
        for table in TABLES:
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield connection
        left = connection.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger "
            "WHERE tgrelid::regclass::text = ANY(%s) AND NOT tgisinternal",
            [list(TABLES)],
        ).fetchall()
        for table, trigger in left:
            connection.execute(f'ALTER TABLE {table} ENABLE ALWAYS TRIGGER "{trigger}"')


def write(events: int, *, start: int = 0) -> None:
    """Write events, two a transaction."""
    for at in range(start, start + events, 2):
        with transaction.atomic():
            for number in (at, at + 1)[: events - (at - start)]:
                record(
                    "cases.case.read", by=Somebody(), at=NOW, record=f"membership:{number}",
                    persons=[UUID(int=number + 1)], fields=["names", "birth"], count=1, purpose="case_work",
                )  # fmt: skip


@dataclass
class SealedLog:
    """One log with its key and its witness, both outside of the database."""

    directory: Path
    signer: Signer = field(init=False)
    witness: HeadKeeper = field(init=False)

    def __post_init__(self) -> None:
        self.signer = make_signer(self.directory / "keys")
        keeper = self.directory / "witness"
        self.witness = HeadKeeper(self._prepared(keeper) / "heads.sqlite3", make_signer(keeper))

    def seal(self, *, most_events: int = 4, signer: Signer | None = None, at: datetime = NOW) -> int:
        alone_in_the_cluster()
        with own_connection() as connection:
            return Sealer(connection, signer or self.signer, most_events=most_events).seal(now=at)

    def witnessed(self, *, now: datetime = NOW) -> Head:
        """Send the head to the witness; raises `Refused`."""
        with own_connection() as connection:
            head = make_head(connection, self.signer, now=now)
            last = self.witness.last(head.installation)
            proof = proof_since(connection, earlier=last.size if last else 0, later=head.size)
        self.witness.take(head, proof, now=now)
        return head

    def verdict(self, *, with_witness: bool = True, from_epoch: int = 1) -> Verdict:
        anchors: list[KnownHead] = []
        if with_witness:
            anchors = known_heads(self.witness.heads(), source="the witness")
        with own_connection() as one, own_connection() as other:
            return verify(
                epoch_connection=one, event_connection=other, keys=public_keys(self.directory / "keys"),
                anchors=anchors, from_epoch=from_epoch,
            )  # fmt: skip

    def begin(self, *, events: int = 20) -> SealedLog:
        """Write, seal in several epochs, witness."""
        write(events)
        assert self.seal() >= 4
        self.witnessed()
        return self

    @staticmethod
    def _prepared(directory: Path) -> Path:
        directory.mkdir(parents=True, exist_ok=True)
        return directory


LATER = timedelta(hours=3)
BUSY_ELSEWHERE = """
    SELECT EXISTS (
        SELECT FROM pg_stat_activity WHERE datname <> current_database() AND backend_xid IS NOT NULL
        AND age(backend_xid) > (SELECT min(age((xid % 4294967296)::text::xid)) FROM audit_event))
"""


def alone_in_the_cluster() -> None:
    """Wait for older transactions of other databases: the tests of another worker hold up the sealing, as a second installation would."""
    place = connections["default"].settings_dict
    with psycopg.connect(host=place["HOST"], dbname=place["NAME"], user="postgres") as connection:
        connection.autocommit = True
        until(lambda: connection.execute(BUSY_ELSEWHERE).fetchone() == (False,))


def until(holds: Callable[[], bool], *, seconds: float = 20) -> None:
    """Look again and again until it holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


@contextmanager
def connected_as(role: str) -> Iterator[None]:
    """Let Django work under another role of the database for the time."""
    settings = connections["default"].settings_dict
    usual = settings["USER"]
    connections["default"].close()
    settings["USER"] = role
    try:
        yield
    finally:
        connections["default"].close()
        settings["USER"] = usual


def break_log(*, at_commit: bool = False) -> None:
    """Let no event be written any more: at once, or only when its transaction is to be committed."""
    with superuser() as connection:
        connection.execute(
            "CREATE FUNCTION no_log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$"
        )
        if at_commit:
            connection.execute(
                "CREATE CONSTRAINT TRIGGER broken AFTER INSERT ON audit_event DEFERRABLE INITIALLY DEFERRED "
                "FOR EACH ROW EXECUTE FUNCTION no_log()"
            )
        else:
            connection.execute(
                "CREATE TRIGGER broken BEFORE INSERT ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION no_log()"
            )
