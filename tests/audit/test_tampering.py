"""What a superuser does to the log shows: nine kinds of tampering, each as a superuser, with a witness and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from amparo.audit.rules.verdicts import State, Verdict
from amparo.audit.witness.keeping import Refused
from tests.audit.sealed import LATER, NOW, SealedLog, superuser, write

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def log(tmp_path: Path) -> SealedLog:
    log = SealedLog(tmp_path).begin()
    assert log.verdict().state is State.WHOLE
    return log


def kinds(verdict: Verdict) -> dict[str, int | None]:
    return {finding.kind: finding.epoch for finding in verdict.findings}


def test_p13_an_edited_event_is_found_in_its_epoch(log: SealedLog) -> None:
    with superuser() as connection:
        connection.execute("UPDATE audit_event SET record = 'membership:999' WHERE record = 'membership:9'")
        (event,) = (
            connection.execute("SELECT id FROM audit_event WHERE record = 'membership:999'").fetchone() or ()
        )
    verdict = log.verdict(with_witness=False)
    assert verdict.state is State.TAMPERED
    assert kinds(verdict) == {"changed": 3}
    finding = verdict.findings[0]
    assert finding.first_event is not None
    assert finding.last_event is not None
    assert finding.first_event <= event <= finding.last_event


def test_p13_every_field_of_an_event_is_sealed(tmp_path: Path) -> None:
    changes = (
        "recorded_at = recorded_at + interval '1 microsecond'", "at = at - interval '1 day'", '"user" = 1',
        "membership = NULL", "organisation = 0", "session = ''", "via = 'job'", "action = 'cases.case.list'",
        "persons = '{}'", "fields = fields || '{age}'::varchar[]", "count = 2", "purpose = ''", "basis = 'own'",
        "outcome = 'refused'",
    )  # fmt: skip
    log = SealedLog(tmp_path)
    write(2 * len(changes))
    log.seal(most_events=2)
    with superuser() as connection:
        for number, change in enumerate(changes):
            statement = f"UPDATE audit_event SET {change} WHERE record = 'membership:{2 * number}'"  # noqa: S608  # our own words
            connection.execute(statement)  # type: ignore[call-overload]
    found = log.verdict(with_witness=False).findings
    assert [(finding.kind, finding.epoch) for finding in found] == [
        ("changed", number) for number in range(1, len(changes) + 1)
    ]


def test_p13_a_deleted_event_is_found(log: SealedLog) -> None:
    with superuser() as connection:
        connection.execute("DELETE FROM audit_event WHERE record = 'membership:9'")
    assert kinds(log.verdict(with_witness=False)) == {"removed": 3}


def test_p13_an_inserted_event_is_found(log: SealedLog) -> None:
    columns = 'generation, xid, at, "user", action, record, persons, fields, outcome'
    with superuser() as connection:
        connection.execute(
            f"INSERT INTO audit_event ({columns}, session, via, purpose, basis) "  # noqa: S608  # our own words
            f"SELECT {columns}, session, via, purpose, basis FROM audit_event WHERE record = 'membership:9'"
        )
    assert kinds(log.verdict(with_witness=False)) == {"added": 3}


def test_p13_reordered_events_are_found(log: SealedLog) -> None:
    with superuser() as connection:
        ids = [
            one
            for (one,) in connection.execute(
                "SELECT id FROM audit_event WHERE record IN ('membership:8', 'membership:9') ORDER BY id"
            )
        ]
        for given, taken in ((-1, ids[0]), (ids[0], ids[1]), (ids[1], -1)):
            connection.execute("UPDATE audit_event SET id = %s WHERE id = %s", [given, taken])
    assert kinds(log.verdict(with_witness=False)) == {"changed": 3}


def test_p13_a_cut_tail_is_found_with_the_witness_only(log: SealedLog) -> None:
    with superuser() as connection:
        (lo,) = connection.execute("SELECT lo FROM audit_epoch ORDER BY number DESC LIMIT 1").fetchone() or ()
        connection.execute("DELETE FROM audit_event WHERE xid >= %s", [lo])
        connection.execute("DELETE FROM audit_epoch WHERE number = (SELECT max(number) FROM audit_epoch)")
        connection.execute("DELETE FROM audit_loghead")
    assert log.verdict(with_witness=False).state is State.WHOLE, (
        "alone it cannot know: that is what witnesses are for"
    )
    assert kinds(log.verdict()) == {"cut": None}
    with pytest.raises(Refused, match="goes back"):
        log.witnessed()


def test_p13_swapped_epochs_are_found(log: SealedLog) -> None:
    with superuser() as connection:
        for given, taken in ((-1, 2), (2, 3), (3, -1)):
            connection.execute("UPDATE audit_epoch SET number = %s WHERE number = %s", [given, taken])
    verdict = log.verdict(with_witness=False)
    assert verdict.state is State.TAMPERED
    assert {2, 3} <= {finding.epoch for finding in verdict.findings}


def test_p13_a_log_written_anew_with_the_key_is_found_with_the_witness_only(log: SealedLog) -> None:
    with superuser() as connection:
        connection.execute("UPDATE audit_event SET \"user\" = 1 WHERE record = 'membership:3'")
        connection.execute("TRUNCATE audit_epoch, audit_loghead")
    log.seal()
    assert log.verdict(with_witness=False).state is State.WHOLE
    verdict = log.verdict()
    assert verdict.state is State.TAMPERED
    assert set(kinds(verdict)) == {"anchor"}
    with pytest.raises(Refused, match="does not continue"):
        log.witnessed()


def test_p13_a_log_written_anew_without_the_key_is_found_alone(log: SealedLog, tmp_path: Path) -> None:
    from amparo.audit.chain.signing import make_signer

    with superuser() as connection:
        connection.execute("UPDATE audit_event SET \"user\" = 1 WHERE record = 'membership:3'")
        (key,) = connection.execute("SELECT key FROM audit_epoch LIMIT 1").fetchone() or ()
        connection.execute("TRUNCATE audit_epoch, audit_loghead")
    log.seal(signer=make_signer(tmp_path / "another"))
    assert log.verdict(with_witness=False).state is State.CANNOT_TELL, "signed by nobody we know"
    with superuser() as connection:
        connection.execute("UPDATE audit_epoch SET key = %s", [key])
    assert "signature" in kinds(log.verdict(with_witness=False))


def test_p13_a_database_that_was_rolled_back_is_found_with_the_witness(log: SealedLog) -> None:
    with superuser() as connection:  # what an older backup looks like
        (hi,) = connection.execute("SELECT hi FROM audit_epoch WHERE number = 2").fetchone() or ()
        connection.execute("DELETE FROM audit_event WHERE xid >= %s", [hi])
        connection.execute("DELETE FROM audit_epoch WHERE number > 2")
        connection.execute("DELETE FROM audit_loghead")
    with pytest.raises(Refused, match="goes back"):
        log.witnessed()
    write(30, start=100)  # and life goes on, past the size that the witness saw
    log.seal()
    assert log.verdict(with_witness=False).state is State.WHOLE
    with pytest.raises(Refused, match="does not continue"):
        log.witnessed()
    assert set(kinds(log.verdict())) == {"anchor"}
    assert "does not continue" in " ".join(log.witness.watched(now=NOW)[0].alarms), "the witness remembers it"


def test_p13_a_stopped_sealer_is_seen_here_and_at_the_witness(log: SealedLog) -> None:
    write(2, start=500)
    with superuser() as connection:  # two hours pass
        connection.execute(
            "UPDATE audit_event SET recorded_at = recorded_at - interval '2 hours' WHERE record = 'membership:500'"
        )
    verdict = log.verdict()
    assert verdict.state is State.CANNOT_TELL
    assert [doubt.kind for doubt in verdict.doubts] == ["not_sealed"]
    assert log.witness.watched(now=NOW)[0].alarms == ()
    assert "no head since" in log.witness.watched(now=NOW + LATER)[0].alarms[0], "nothing comes at all"
    log.witnessed(now=NOW + LATER)
    alarms = log.witness.watched(now=NOW + LATER)[0].alarms
    assert "are not sealed" in alarms[0], "heads come, but nothing new in them"
    assert "no head between" in alarms[1], "and that it was silent is remembered"


def test_p13_changed_guards_show_in_the_next_head(log: SealedLog) -> None:
    with superuser() as connection:
        connection.execute("DROP TRIGGER pgtrigger_append_only_7d947 ON audit_event")
    log.witnessed()
    log.witnessed()
    assert "triggers, rights or policies" in log.witness.watched(now=NOW)[0].alarms[0]
    assert log.witness.watched(now=NOW)[0].alarms[1:] == (), "told once, and for a week"


def test_an_event_put_between_the_epochs_is_found(log: SealedLog) -> None:
    with superuser() as connection:
        connection.execute("UPDATE audit_event SET generation = 0, xid = 5 WHERE record = 'membership:19'")
    assert {"added", "removed"} == set(kinds(log.verdict(with_witness=False)))


def test_from_an_epoch_on_the_chain_is_looked_at_whole(log: SealedLog) -> None:
    whole = log.verdict(from_epoch=3)
    assert whole.state is State.WHOLE
    assert 0 < whole.events < 20
    with superuser() as connection:
        connection.execute("UPDATE audit_event SET \"user\" = 1 WHERE record = 'membership:1'")
    assert log.verdict(from_epoch=3).state is State.WHOLE
    with superuser() as connection:
        connection.execute("UPDATE audit_epoch SET root = sha256('') WHERE number = 1")
    assert kinds(log.verdict(from_epoch=3)) == {"epoch": 1}


@pytest.mark.parametrize(
    "forged", ["generation = 9", "xid = xid + 1000000000, recorded_at = now() + interval '1 year'"]
)
def test_an_event_of_a_transaction_that_never_was_is_found_and_not_sealed(
    log: SealedLog, forged: str
) -> None:
    write(2, start=600)
    with superuser() as connection:
        connection.execute(f"UPDATE audit_event SET {forged} WHERE record = 'membership:600'")  # type: ignore[call-overload]  # noqa: S608  # our own words
    log.seal()
    write(2, start=700)
    log.seal()
    verdict = log.verdict()
    assert kinds(verdict) == {"added": None}
    assert verdict.waiting == 1
