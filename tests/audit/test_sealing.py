"""The sealer takes what has settled, all of it and once; the verifier finds it whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from amparo.audit.actions import begin_generation, record
from amparo.audit.chain.connecting import SEALER_LOCK, own_connection, take_lock
from amparo.audit.chain.heads import make_head, proof_since
from amparo.audit.chain.sealing import TransactionsWentBack, seal_in_background, signer_for
from amparo.audit.chain.signing import SIGNER_FILE, SignerAway, make_signer, public_keys, read_signer
from amparo.audit.chain.streaming import leaves_from
from amparo.audit.models import Epoch, Event
from amparo.audit.queries import sealing_state, who_saw
from amparo.audit.rules.canonical import EventRow, canonical_bytes
from amparo.audit.rules.merkle import leaf_hash
from amparo.audit.rules.verdicts import State
from tests.audit.sealed import NOW, SealedLog, Somebody, connected_as, superuser, until, write

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def log(tmp_path: Path) -> SealedLog:
    return SealedLog(tmp_path)


def as_owner(statement: str) -> None:
    with superuser() as connection_:
        connection_.execute(statement)


def test_epochs_cut_after_a_transaction_and_take_everything_once(log: SealedLog) -> None:
    write(7)
    with transaction.atomic():
        for _ in range(9):
            record("cases.case.list", by=Somebody(), at=NOW)
    assert log.seal(most_events=3) == 3
    assert [(epoch.number, epoch.events) for epoch in Epoch.objects.order_by("number")] == [
        (1, 4),
        (2, 3),
        (3, 9),
    ]
    assert log.seal() == 0, "nothing new, no epoch"
    assert log.verdict().state is State.WHOLE
    assert sealing_state().waiting == 0


def test_what_is_hashed_is_the_canonical_form_of_the_row(log: SealedLog) -> None:
    write(3)
    record("portal.search.run", by=Somebody(user_id=None, via="", session=""), at=NOW, basis="grant:12")
    rows = [
        EventRow(**{name: getattr(event, name) for name in EventRow.__dataclass_fields__})
        for event in Event.objects.order_by("generation", "xid", "id")
    ]
    with own_connection() as session:
        streamed = list(leaves_from(session, generation=None, xid=0))
    assert [leaf.hash for leaf in streamed] == [leaf_hash(canonical_bytes(row)) for row in rows]
    assert [(leaf.generation, leaf.xid, leaf.id) for leaf in streamed] == [
        (row.generation, row.xid, row.id) for row in rows
    ]


def test_a_running_transaction_is_waited_for_and_a_late_one_comes_later(log: SealedLog) -> None:
    with own_connection() as slow:
        slow.execute("BEGIN")
        slow.execute("SELECT pg_current_xact_id()")
        write(2)
        assert log.seal() == 0, "an older transaction may still write"
        slow.execute("COMMIT")
    assert log.seal() == 1
    assert log.verdict().events == 2


def test_what_is_rolled_back_leaves_nothing(log: SealedLog) -> None:
    with transaction.atomic():
        record("cases.case.read", by=Somebody(), at=NOW)
        transaction.set_rollback(True)
    write(2)
    log.seal()
    assert log.verdict().events == 2


def test_one_seals_at_a_time_and_the_thread_seals_by_itself(log: SealedLog, tmp_path: Path) -> None:
    write(4)
    keys = tmp_path / "keys"
    with own_connection() as other:
        assert take_lock(other, SEALER_LOCK)
        with own_connection() as third:
            assert not take_lock(third, SEALER_LOCK)
    done = seal_in_background(keys, clock=lambda: NOW, seconds_between=0.05)
    try:
        until(lambda: sealing_state().waiting == 0)
    finally:
        done.set()
    assert log.verdict().state is State.WHOLE


def test_a_restored_database_is_not_sealed_before_its_generation_begins(log: SealedLog) -> None:
    write(6)
    log.seal()
    write(2, start=10)  # an unsealed end, as a dump has it
    as_owner("UPDATE audit_epoch SET hi = hi + 1000000")  # transactions of the old server were far ahead
    as_owner("UPDATE audit_event SET xid = xid + 1000000 WHERE record IN ('membership:10', 'membership:11')")
    assert sealing_state().went_back
    with pytest.raises(TransactionsWentBack):
        log.seal()
    assert "went_back" in {doubt.kind for doubt in log.verdict().doubts}
    with connected_as("amparo_owner"):
        assert begin_generation(reason="restored", now=NOW) == 2
    write(2, start=20)
    assert log.seal() == 2, "the end of the old generation, then the new one"
    assert [epoch.generation for epoch in Epoch.objects.order_by("number")] == [1, 1, 1, 2]
    assert not sealing_state().went_back


def test_a_lost_key_is_never_replaced_in_silence(log: SealedLog, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    write(2)
    log.seal()
    (keys / SIGNER_FILE).unlink()
    with own_connection() as session, pytest.raises(SignerAway, match="Bring back the copy"):
        signer_for(session, keys)
    make_signer(keys)
    write(2, start=10)
    log.seal(signer=read_signer(keys))
    assert len(public_keys(keys)) == 2
    assert log.verdict().state is State.WHOLE, "both keys are ours"
    assert "7" not in repr(read_signer(keys)), "a signer shows nothing of its key"


def test_a_log_signed_by_a_key_that_is_not_here_cannot_be_told(log: SealedLog, tmp_path: Path) -> None:
    write(2)
    log.seal()
    (tmp_path / "keys" / "audit-signing.public").unlink()
    assert log.verdict().state is State.CANNOT_TELL


def test_nothing_is_whole(log: SealedLog) -> None:
    verdict = log.verdict()
    assert (verdict.state, verdict.epochs, verdict.events) == (State.WHOLE, 0, 0)


def test_heads_prove_that_they_continue_and_cost_what_is_new(log: SealedLog) -> None:
    from amparo.audit.rules.merkle import is_consistent

    heads = []
    with own_connection() as session:
        for start in (0, 6, 20):
            write(6 + start, start=start)
            log.seal(most_events=2)
            heads.append(make_head(session, log.signer, now=NOW))
        session.execute("SELECT 1")
        assert [head.events for head in heads] == [6, 18, 44]
        for earlier, later in ((0, 1), (0, 2), (1, 2)):
            one, other = heads[earlier], heads[later]
            proof = proof_since(session, earlier=one.size, later=other.size)
            assert is_consistent(
                one.size, bytes.fromhex(one.root), other.size, bytes.fromhex(other.root), proof
            )
        assert is_consistent(
            2,
            _root_at(session, 2),
            heads[2].size,
            bytes.fromhex(heads[2].root),
            proof_since(session, earlier=2, later=heads[2].size),
        ), "also from a size at which no head was made"


def _root_at(session: Any, size: int) -> bytes:
    from amparo.audit.rules.merkle import root_of

    rows = session.execute(
        "SELECT hash FROM audit_epoch WHERE number <= %s ORDER BY number", [size]
    ).fetchall()
    return root_of([leaf_hash(bytes(content)) for (content,) in rows])


def test_the_log_can_be_asked(log: SealedLog) -> None:
    from uuid import UUID

    write(6)
    assert [line.record for line in who_saw(UUID(int=3), unit=())] == ["membership:2"]
    (membership,) = {line.membership for line in who_saw(UUID(int=3), unit=())}
    assert membership is not None
    assert who_saw(UUID(int=3), unit=[membership]) == []


def test_p30_a_full_disk_seals_later_and_loses_nothing(
    log: SealedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    from amparo.audit.chain import sealing

    def full(*_: object) -> None:
        raise psycopg.errors.DiskFull

    write(4)
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "write_epoch", full)
        with pytest.raises(psycopg.errors.DiskFull):
            log.seal()
    log.seal()
    assert log.verdict().events == 4


def test_p30_the_clock_of_the_application_moves_nothing(log: SealedLog) -> None:
    for years in (-1, 40):
        record("cases.case.read", by=Somebody(), at=NOW.replace(year=NOW.year + years))
    log.seal(at=NOW.replace(year=2066))
    write(2)
    log.seal(at=NOW.replace(year=1999))
    assert log.verdict().state is State.WHOLE
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(abs(extract(epoch FROM clock_timestamp() - recorded_at)) < 600) FROM audit_event"
        )
        assert cursor.fetchone() == (True,), "the database stamps its own time"


def test_a_verdict_is_plain_json(log: SealedLog) -> None:
    write(2)
    log.seal()
    plain = json.loads(json.dumps(log.verdict().to_json()))
    assert plain["state"] == "whole"
    assert plain["findings"] == []
