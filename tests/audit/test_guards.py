"""P12: neither the application nor the owner of the tables changes or removes a row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connections

from amparo.audit.models import Event
from tests.audit.sealed import NOW, Somebody, break_log, write

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROLES = ("amparo_app", "amparo_owner")
TABLES = ("audit_event", "audit_epoch", "audit_loghead", "audit_anchor", "audit_generation")
CHANGES = (
    "UPDATE {0} SET {1} = {1}",
    "DELETE FROM {0}",
    "TRUNCATE {0}",
    "TRUNCATE {0} CASCADE",
    "MERGE INTO {0} USING (SELECT 1) one ON true WHEN MATCHED THEN DELETE",
    "MERGE INTO {0} USING (SELECT 1) one ON true WHEN MATCHED THEN UPDATE SET {1} = 0",
    "INSERT INTO {0} SELECT * FROM {0} ON CONFLICT ({1}) DO UPDATE SET {1} = 0",
    "WITH gone AS (DELETE FROM {0} RETURNING 1) SELECT * FROM gone",
    "SET session_replication_role = replica",
)
KEYS = {"audit_epoch": "number", "audit_generation": "number"}


@contextmanager
def role(name: str) -> Iterator[psycopg.Connection[Any]]:
    place = connections["default"].settings_dict
    with psycopg.connect(host=place["HOST"], dbname=place["NAME"], user=name, autocommit=True) as connection:
        yield connection


def rows() -> list[Any]:
    return list(Event.objects.order_by("id").values_list())


@pytest.mark.parametrize("name", ROLES)
def test_p12_no_statement_changes_or_removes_a_row(name: str) -> None:
    write(3)
    before = rows()
    with role(name) as connection:
        for table in TABLES:
            for change in CHANGES:
                with pytest.raises(psycopg.Error) as refusal:
                    connection.execute(change.format(table, KEYS.get(table, "id")))  # type: ignore[arg-type]  # our own words
                is_ours = isinstance(
                    refusal.value, psycopg.errors.RaiseException | psycopg.errors.InsufficientPrivilege
                )
                assert is_ours, f"{change} on {table}: {refusal.value}"
    assert rows() == before


@pytest.mark.parametrize("name", ROLES)
def test_p12_copy_from_only_appends_and_forges_no_stamp(name: str) -> None:
    write(2)
    before = rows()
    with role(name) as connection:
        with connection.cursor().copy(
            "COPY audit_event (xid, generation, recorded_at, at, action, record, persons, fields, session, via, purpose, basis, "
            "outcome) FROM STDIN"
        ) as copy:
            copy.write_row(
                (1, 0, "1999-01-01", NOW, "cases.case.read", "", "{}", "{}", "", "", "", "", "done")
            )
        (xid,) = connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone() or (0,)
    assert rows()[:2] == before
    forged = Event.objects.order_by("id").last()
    assert forged is not None
    assert 0 < xid - forged.xid < 100
    assert forged.generation == 1
    assert forged.recorded_at.year > 2000


@pytest.mark.parametrize("name", ROLES)
def test_p12_no_setting_of_a_connection_switches_the_guards_off(name: str) -> None:
    """The library behind the triggers lets whoever sets `pgtrigger.ignore` switch them off. Here it does not."""
    write(2)
    before = rows()
    with role(name) as connection:
        connection.execute(
            "SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, false) FROM pg_trigger"
        )
        for change in CHANGES:
            with pytest.raises((psycopg.errors.RaiseException, psycopg.errors.InsufficientPrivilege)):
                connection.execute(change.format("audit_event", "id"))  # type: ignore[arg-type]  # our own words
        connection.execute(
            "INSERT INTO audit_event (recorded_at, generation, at, action, record, persons, fields, session, via, purpose, basis, "
            "outcome) VALUES ('1999-01-01', 0, now(), 'cases.case.read', '', '{}', '{}', '', '', '', '', 'done')"
        )
    assert rows()[:2] == before
    forged = Event.objects.order_by("id").last()
    assert forged is not None
    assert (forged.generation, forged.recorded_at.year > 2000) == (1, True)


def test_p12_no_cascade_reaches_the_log() -> None:
    write(2)
    with role("amparo_owner") as connection:
        connection.execute("CREATE TABLE elsewhere (id bigint PRIMARY KEY)")
        connection.execute("INSERT INTO elsewhere VALUES (7)")
        connection.execute(
            'ALTER TABLE audit_event ADD FOREIGN KEY ("user") REFERENCES elsewhere ON DELETE CASCADE ON UPDATE CASCADE'
        )
        for change in ("DELETE FROM elsewhere", "UPDATE elsewhere SET id = 8", "TRUNCATE elsewhere CASCADE"):
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                connection.execute(change)
    assert Event.objects.count() == 2


def test_p12_even_who_plays_a_replica_meets_the_triggers() -> None:
    write(2)
    place = connections["default"].settings_dict
    with psycopg.connect(
        host=place["HOST"], dbname=place["NAME"], user="postgres", autocommit=True
    ) as connection:
        connection.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            connection.execute("DELETE FROM audit_event")
    assert Event.objects.count() == 2


def test_p12_the_application_begins_no_generation_and_drops_no_guard() -> None:
    with role("amparo_app") as connection:
        for change in (
            "INSERT INTO audit_generation SELECT 2, installation, 'restored', now() FROM audit_generation",
            "ALTER TABLE audit_event DISABLE TRIGGER ALL",
            "DROP TABLE audit_event",
            "DROP TRIGGER pgtrigger_stamped_6107d ON audit_event",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(change)  # type: ignore[arg-type]  # our own words


def test_p12_a_table_of_the_same_name_fools_no_stamp() -> None:
    with role("amparo_app") as connection:
        connection.execute("CREATE TEMPORARY TABLE audit_generation (number smallint)")
        connection.execute("INSERT INTO pg_temp.audit_generation VALUES (99)")
        connection.execute(
            "INSERT INTO audit_event (at, action, record, persons, fields, session, via, purpose, basis, outcome) "
            "VALUES (now(), 'cases.case.read', '', '{}', '{}', '', '', '', '', 'done')"
        )
    assert [event.generation for event in Event.objects.all()] == [1]


def test_a_refusal_that_cannot_be_logged_is_still_a_refusal() -> None:
    from amparo.audit.actions import record_refusal

    record_refusal("access.page.refuse", by=Somebody(), at=NOW)
    break_log()
    record_refusal("access.page.refuse", by=Somebody(), at=NOW)
    assert [event.outcome for event in Event.objects.all()] == ["refused"]
