"""Stream the log out of the database in the form in which it is hashed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

from psycopg import sql

from amparo.audit.chain.connecting import Connection
from amparo.audit.rules.canonical import VERSION
from amparo.audit.rules.epochs import Epoch, SealedEpoch
from amparo.audit.rules.merkle import LEAF

# The fields of `rules.canonical`, each with its type, so that another type of a column changes no hash.
COLUMNS: Final = """
    generation::int2, xid::int8, id::int8, recorded_at::timestamptz, at::timestamptz, "user"::int8, membership::int8,
    organisation::int8, session::text, via::text, action::text, record::text, persons::uuid[], fields::text[],
    count::int4, purpose::text, basis::text, outcome::text
"""
_SIGNATURE_OF_FORM: Final = b"PGCOPY\n\xff\r\n\0"
_BEFORE_FIRST_ROW: Final = len(_SIGNATURE_OF_FORM) + 8  # flags, and an extension that is empty
_END: Final = b"\xff\xff"
_BEHIND: Final = LEAF + VERSION
# Where, in the bytes of a row, its first three fields stand: each behind 4 bytes of length, after 2 of their number.
_GENERATION, _XID, _ID = slice(6, 8), slice(12, 20), slice(24, 32)


class Leaf(NamedTuple):
    """One event of the stream: where it belongs, and its leaf hash."""

    generation: int
    xid: int
    id: int
    hash: bytes


def leaves(connection: Connection, *, generation: int, lo: int, hi: int) -> Iterator[Leaf]:
    """Stream the events of one generation's transactions lo <= x < hi, in the order in which they are sealed."""
    condition = sql.SQL("generation = {} AND xid >= {} AND xid < {}").format(generation, lo, hi)
    yield from _hashed(connection, condition)


def leaves_from(connection: Connection, *, generation: int | None, xid: int) -> Iterator[Leaf]:
    """Stream all events from that transaction on, through all later generations; without a generation, every one."""
    start = sql.SQL("(generation, xid) >= ({}::int2, {}::int8)").format(generation, xid)
    yield from _hashed(connection, sql.SQL("TRUE") if generation is None else start)


def epochs(connection: Connection, *, batch: int = 2000) -> Iterator[SealedEpoch]:
    """Stream the epochs, first to last, as they stand at the first one's reading."""
    with connection.transaction(), connection.cursor(name="epochs", binary=True) as cursor:
        cursor.itersize = batch
        cursor.execute(
            "SELECT number, generation, lo, hi, events, root, previous, sealed_at, hash, key, signature "
            "FROM audit_epoch ORDER BY number"
        )
        for row in cursor:
            yield sealed_epoch(row)


def sealed_epoch(row: Any) -> SealedEpoch:
    """Take one epoch from its row."""
    number, generation, lo, hi, events, root, previous, sealed_at, written, key, signature = row
    assert isinstance(sealed_at, datetime)
    epoch = Epoch(
        number=number, generation=generation, lo=lo, hi=hi, events=events, root=bytes(root),
        previous=bytes(previous), sealed_at=sealed_at,
    )  # fmt: skip
    return SealedEpoch(epoch=epoch, hash=bytes(written), key=key, signature=bytes(signature))


def _hashed(connection: Connection, condition: sql.Composable) -> Iterator[Leaf]:
    question = sql.SQL(
        "COPY (SELECT {} FROM audit_event WHERE {} ORDER BY generation, xid, id) TO STDOUT (FORMAT BINARY)"
    ).format(sql.SQL(COLUMNS), condition)
    number = int.from_bytes
    with connection.cursor() as cursor, cursor.copy(question) as copy:
        is_first = True
        for block in copy:  # the server sends each row as one block
            row = bytes(block)
            if is_first:
                if not row.startswith(_SIGNATURE_OF_FORM):
                    raise ValueError("The database did not send the log in its binary form.")
                row, is_first = row[_BEFORE_FIRST_ROW:], False
            if row == _END or not row:
                continue
            yield Leaf(
                number(row[_GENERATION], "big", signed=True),
                number(row[_XID], "big", signed=True),
                number(row[_ID], "big", signed=True),
                sha256(_BEHIND + row).digest(),
            )
