"""Bring the tables up to this version, give the application its rights on them, and raise the second wall."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pgtrigger
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from amparo.access.policies import UPKEEP
from amparo.accounts.actions import seal_second_factors
from amparo.cases.actions import seal_clear_contents
from amparo.config.embedded import KEYD
from amparo.config.protected import REACHES, protect_tables, there_are
from amparo.vault.actions import (
    KeyringThere,
    make_index_keys,
    make_keyring,
    prepare_ledger,
    seal_what_is_clear,
    write_custodian,
)
from amparo.vault.custodians import CustodianAway
from amparo.vault.queries import check_custodian, custodian
from amparo.vault.rules import KeysAway

# What the application's role may do. It makes, changes and drops no table; tables that are append-only refuse in their triggers too.
RIGHTS = """
    GRANT USAGE ON SCHEMA public TO {role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
    REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role};
    GRANT USAGE ON SCHEMA keyring TO {role};
    GRANT SELECT ON keyring.keyring, keyring.compartment_key TO {role};
    GRANT SELECT, INSERT, DELETE ON keyring.person_keys TO {role};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA keyring TO {role};
    DO $$ BEGIN  -- to write the table of keys anew after an erasure; before 17 only its owner may
        IF current_setting('server_version_num')::int >= 170000 THEN
            EXECUTE 'GRANT MAINTAIN ON keyring.person_keys TO {role}';
        END IF;
    END $$;
"""
# What keyd sees: the keys, and the list of migrations, to know its version.
RIGHTS_OF_KEYD = """
    GRANT USAGE ON SCHEMA keyring, public TO amparo_keyd;
    GRANT SELECT ON keyring.keyring, keyring.compartment_key, public.django_migrations TO amparo_keyd;
    GRANT SELECT, INSERT ON keyring.person_keys TO amparo_keyd;
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA keyring TO amparo_keyd;
"""
APPEND_ONLY = (
    "audit_event",
    "audit_epoch",
    "audit_loghead",
    "audit_anchor",
    "audit_generation",
    "audit_alert",
    "audit_release",
    "vault_erasure",
    "vault_restoration",
)


# The library lets whoever sets `pgtrigger.ignore` switch any of its triggers off: the stamp of the log and its refusals, the
# guards of what two people agreed on, the history. Here only these can be. And no exception is caught at each row, as the
# library does it, which is what made large imports slow.
MAY_BE_IGNORED = ("cases.CaseEvent:append_only",)  # a timeline goes with a case that is taken back
# By the owner of the tables alone: what keeps the reach of a person changes nothing about her.
OWNER_MAY_IGNORE = ("cases.Person:update_update",)
IGNORING = """
    CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT (trigger_name = ANY ('{{{names}}}'::name[])
                OR current_user = '{owner}' AND trigger_name = ANY ('{{{owners}}}'::name[]))
            AND trigger_name = ANY (nullif(pg_catalog.current_setting('pgtrigger.ignore', true), '')::name[])
    $$
"""


class NotSealed(Exception):
    """What an earlier version left in the clear was not sealed; the message says why and what to do."""


def migrate_database(*, app_role: str, worker_role: str = "", verbosity: int = 0) -> None:
    """Apply what is not applied yet; to be called on a connection of the role that owns the tables."""
    with connection.cursor() as cursor:
        # For the length of this connection, which no request ever takes: migrations have to reach every row.
        cursor.execute("SELECT current_user, set_config(%s, 'on', false)", [UPKEEP])
        owner = cursor.fetchone()[0]
    call_command("migrate", interactive=False, verbosity=verbosity)
    call_command("createcachetable", verbosity=verbosity)
    with connection.cursor() as cursor:
        cursor.execute(
            IGNORING.format(
                owner=owner.replace("'", "''"),
                names=_triggers(MAY_BE_IGNORED),
                owners=_triggers(OWNER_MAY_IGNORE),
            )
        )
    working = [role for role in dict.fromkeys((app_role or owner, worker_role)) if role]
    with transaction.atomic():
        for role in (*working, *REACHES):
            if role != owner:  # which has its rights by owning the tables
                _give_rights(role)
        if there_are(KEYD):
            with connection.cursor() as cursor:
                cursor.execute(RIGHTS_OF_KEYD)
        protect_tables(owner=owner, working=working)


def _triggers(named: Sequence[str]) -> str:
    return ",".join(trigger.get_pgid(model) for model, trigger in pgtrigger.registered(*named))


def _give_rights(name: str) -> None:
    if not there_are(name):
        return
    with connection.cursor() as cursor:
        role = connection.ops.quote_name(name)
        cursor.execute(RIGHTS.format(role=role))
        present = set(connection.introspection.table_names(cursor))
        for table in APPEND_ONLY:
            if table in present:
                cursor.execute(f"REVOKE UPDATE, DELETE ON {connection.ops.quote_name(table)} FROM {role}")
        cursor.execute(f"REVOKE INSERT ON audit_generation FROM {role}")


def make_keys_if_none(path: Path, *, now: datetime) -> bool:
    """Make the keys of an installation that has none, in a file, and seal what an earlier version left clear.

    Gives whether keys were made. An installation that has its keys gets no other key of keys: raises `NotSealed` where its
    own is not at hand.
    """
    try:
        make_keyring(lambda: write_custodian(path), now=now)
        were_made = True
    except KeyringThere:
        were_made = False
    prepare_ledger()
    with suppress(CustodianAway):  # in shares or with keyd: `amparo keys rotate` makes them there
        make_index_keys(custodian, now=now)
    try:
        if (
            not settings.AMPARO_KEYD
        ):  # which may be locked until somebody types the shares, and has little to do here
            check_custodian()
        seal_what_is_clear(now=now)
        seal_clear_contents(now=now)
        seal_second_factors()
    except (CustodianAway, KeysAway) as fault:
        raise NotSealed(
            f"The tables are at this version, but what an earlier version left in the clear was not sealed. {fault}"
        ) from fault
    return were_made
