"""Find everything that is wrong with an installation, each with what mends it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from amparo.config.auditing import look_at_log
from amparo.config.data_directory import DataDirectory
from amparo.config.embedded import EVERYBODY, TAKEN_ON
from amparo.config.environment import Environment, Misconfigured, read_environment
from amparo.config.room import GIGABYTE, LOWEST_BYTES, LOWEST_SHARE, nearest, room_on_disk

OLDEST_POSTGRESQL, NEWEST_POSTGRESQL = 15, 18
MOST_SECONDS_APART = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was looked at: good when `remedy` is empty."""

    subject: str
    state: str
    remedy: str = ""
    is_warning: bool = False

    @property
    def is_fault(self) -> bool:
        """Tell whether the installation should not run like this."""
        return bool(self.remedy) and not self.is_warning


def diagnose(variables: Mapping[str, str], *, refusal: str = "") -> list[Finding]:
    """Look at everything, and go on after a fault: all are told at once.

    The caller has started the database and made Django ready; where that failed, `refusal` says why.
    """
    findings = [_python()]
    try:
        environment = read_environment(variables)
    except Misconfigured as error:
        findings += [Finding(subject="Settings", state="at fault", remedy=fault) for fault in error.faults]
        return [*findings, *_without_settings(variables)]
    data = DataDirectory(environment.data)
    findings.append(Finding(subject="Settings", state=_kind_of_installation(environment)))
    for look in (_secrets, _state, _disk):
        findings.extend(look(environment, data))
    if refusal:
        findings.append(Finding(subject="Database", state="cannot be looked at", remedy=refusal))
    else:
        findings.extend(_database(environment))
    return findings


def _without_settings(variables: Mapping[str, str]) -> Iterator[Finding]:
    """Look at what can be looked at while other settings are at fault: the files."""
    only_place = {name: value for name, value in variables.items() if name == "AMPARO_DATA"}
    environment = read_environment(only_place)
    data = DataDirectory(environment.data)
    for look in (_secrets, _disk):
        yield from look(environment, data)


def waiting_migrations() -> list[str]:
    """Name the migrations that this version has and the database has not."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def say_waiting(migrations: list[str]) -> str:
    """Say how many migrations wait."""
    return "1 migration waits" if len(migrations) == 1 else f"{len(migrations)} migrations wait"


def _python() -> Finding:
    return Finding(subject="Python", state=".".join(map(str, sys.version_info[:3])))


def _kind_of_installation(environment: Environment) -> str:
    kind = "embedded database" if environment.is_embedded else "production"
    return f"{kind}, data in {environment.data}" + (", training data" if environment.training else "")


def _secrets(environment: Environment, data: DataDirectory) -> Iterator[Finding]:
    if not environment.is_embedded:
        yield Finding(subject="Signing secret", state="from AMPARO_SECRET_KEY")
    place = _place(data.path)
    yield place
    if place.is_fault or not data.path.exists():
        return
    if environment.is_embedded:
        yield _private(data.secret, "Signing secret")
    for directory in data.closed:
        yield _private(directory, f"Directory {directory.name}")


def _place(path: Path) -> Finding:
    there = nearest(path)
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        is_made = there == path
        return Finding(
            subject="Data directory",
            state="can be written to" if is_made else "not made yet; the first start makes it",
        )
    return Finding(
        subject="Data directory",
        state="cannot be written to",
        remedy=f"Let the user of Amparo write to {path}, or choose another with --data or AMPARO_DATA.",
    )


def _private(path: Path, subject: str) -> Finding:
    try:
        status = path.stat()
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            return Finding(subject=subject, state="not made yet; the first start makes it")
        return Finding(
            subject=subject,
            state="cannot be read",
            remedy=f"Let the user of Amparo read {path} ({error.strerror}).",
        )
    if status.st_uid != os.geteuid():
        return Finding(
            subject=subject,
            state="belongs to another user",
            remedy=f"Run Amparo as the user that {path} belongs to, or hand it over: chown -R USER {path}",
        )
    if status.st_mode & 0o077:
        mode = "700" if path.is_dir() else "600"
        return Finding(subject=subject, state="open to other users", remedy=f"Close it: chmod {mode} {path}")
    return Finding(subject=subject, state="closed to other users")


def _state(environment: Environment, data: DataDirectory) -> Iterator[Finding]:
    from amparo.vocab.state import load_state

    try:
        state = load_state(environment.state)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with the file is told, and the rest still looked at
        yield Finding(subject="State", state="cannot be read", remedy=f"Mend {environment.state}: {error}")
    else:
        yield Finding(subject="State", state=str(state.name))


def _disk(environment: Environment, data: DataDirectory) -> Iterator[Finding]:
    room = room_on_disk(data.path)
    state = f"{room.free / GIGABYTE:.1f} GB free ({room.share:.0%})"
    remedy = ""
    if not room.is_enough:
        remedy = (
            f"Make room on the disk of {data.path}: below {LOWEST_BYTES // GIGABYTE} GB or {LOWEST_SHARE:.0%} no file is "
            "taken in any more."
        )
    elif not room.is_plenty:
        remedy = f"Make room soon on the disk of {data.path}."
    yield Finding(subject="Disk", state=state, remedy=remedy, is_warning=bool(remedy) and room.is_enough)


def _database(environment: Environment) -> Iterator[Finding]:
    """Look at the database through Django, which the caller has made ready."""
    from django.db import DatabaseError, connection

    try:
        connection.ensure_connection()
    except DatabaseError as error:
        where = (
            "its log stands in the data directory, database/log"
            if environment.is_embedded
            else "AMPARO_DATABASE_URL"
        )
        said = " ".join(str(error).split())
        yield Finding(subject="Database", state="does not answer", remedy=f"Look at {where}. It said: {said}")
        return
    looks: tuple[Callable[[Environment], Iterator[Finding]], ...] = (
        _version,
        _role,
        _encoding,
        _migrations,
        _keys,
        _clock,
        look_at_log,
    )
    for look in looks:
        yield from look(environment)


def _ask(question: str, parameters: list[Any] | None = None) -> tuple[object, ...]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(question, parameters)
        row: tuple[object, ...] = cursor.fetchone()
    return row


def _version(environment: Environment) -> Iterator[Finding]:
    from django.db import connection

    major = connection.pg_version // 10_000  # type: ignore[attr-defined]  # the stubs know no backend's own attributes
    state = f"PostgreSQL {major}"
    if OLDEST_POSTGRESQL <= major <= NEWEST_POSTGRESQL:
        yield Finding(subject="Database", state=f"{state}, answers")
    else:
        remedy = (
            f"Amparo is tried on PostgreSQL {OLDEST_POSTGRESQL} to {NEWEST_POSTGRESQL}; move to one of them."
        )
        yield Finding(subject="Database", state=state, remedy=remedy)


def _role(environment: Environment) -> Iterator[Finding]:
    (name,) = _ask("SELECT current_user")
    remedy = faults_of_role(needs=(*TAKEN_ON, EVERYBODY) if environment.connect_as == "app" else TAKEN_ON)
    yield Finding(
        subject="Database role", state="sees too much" if remedy else f"{name}, least rights", remedy=remedy
    )
    (open_tables,) = _ask(
        "SELECT count(*) FROM pg_class WHERE oid = ANY (%s::regclass[]) AND NOT (relrowsecurity AND relforcerowsecurity)",
        [_protected_tables()],
    )
    if open_tables:
        yield Finding(
            subject="Second wall", state=f"{open_tables} tables stand open", remedy="Run: amparo migrate"
        )


def faults_of_role(*, needs: Sequence[str] = TAKEN_ON) -> str:
    """Say what mends the role of this process, where the policies of the tables do not hold it back or it lacks a right."""
    name, is_superuser, bypasses, held = _ask(
        "SELECT rolname, rolsuper, rolbypassrls, ARRAY(SELECT other.rolname::text FROM pg_roles other"
        " WHERE pg_has_role(me.oid, other.oid, 'MEMBER')) FROM pg_roles me WHERE rolname = current_user"
    )
    assert isinstance(held, list)
    (owns,) = _ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
    if is_superuser or bypasses:
        return (
            f"The database role {name} may do everything. Let the application work as an ordinary role: make the roles with "
            "deploy/roles.sql, then set AMPARO_DATABASE_URL to amparo_app."
        )
    if owns:
        return (
            f"The database role {name} owns the tables. Let one role own them (AMPARO_DATABASE_OWNER_URL) and another work on "
            "them (AMPARO_DATABASE_URL): deploy/roles.sql makes both."
        )
    lacking = [role for role in needs if role not in held]
    if lacking:
        return (
            f"The database role {name} may not read as {', '.join(lacking)}. Make the roles with deploy/roles.sql, and set "
            "AMPARO_DATABASE_URL to amparo_app and AMPARO_DATABASE_WORKER_URL to amparo_worker."
        )
    return ""


def _protected_tables() -> list[str]:
    from amparo.config.protected import PROTECTED, RELEASED

    return [
        each.table
        for each in (*PROTECTED, *RELEASED)
        if _ask("SELECT to_regclass(%s)", [each.table]) != (None,)
    ]


def _encoding(environment: Environment) -> Iterator[Finding]:
    (encoding,) = _ask("SHOW server_encoding")
    if encoding != "UTF8":
        remedy = "Make the database anew: CREATE DATABASE amparo ENCODING 'UTF8' TEMPLATE template0."
        yield Finding(subject="Database text", state=str(encoding), remedy=remedy)


def _migrations(environment: Environment) -> Iterator[Finding]:
    waiting = waiting_migrations()
    if waiting:
        yield Finding(subject="Tables", state=say_waiting(waiting), remedy="Run: amparo migrate")
    else:
        yield Finding(subject="Tables", state="at this version")


def _keys(environment: Environment) -> Iterator[Finding]:
    """Tell whether what is sealed opens: the keyring is in the database, the key of keys is not."""
    from django.db import DatabaseError

    from amparo.vault.custodians import CustodianAway
    from amparo.vault.keeping import KeyringMissing
    from amparo.vault.queries import check_custodian
    from amparo.vault.rules import KeysAway

    try:
        kept_by = check_custodian()
    except DatabaseError:
        yield Finding(subject="Keys", state="no place for them yet", remedy="Run: amparo migrate")
    except KeyringMissing:
        yield Finding(
            subject="Keys",
            state="not made yet",
            remedy="Make them in a file with amparo migrate, or in shares or a device with amparo keys init.",
        )
    except (CustodianAway, KeysAway) as fault:
        yield Finding(subject="Keys", state="there, and nothing opens them", remedy=str(fault))
    else:
        yield Finding(subject="Keys", state=f"there, opened by the custodian at hand ({kept_by})")


def _clock(environment: Environment) -> Iterator[Finding]:
    here = datetime.now(UTC)
    (there,) = _ask("SELECT clock_timestamp()")
    assert isinstance(there, datetime)
    apart = abs((here - there).total_seconds())
    state, is_good = f"{apart:.1f} s apart from the database's", apart <= MOST_SECONDS_APART
    if (
        environment.is_embedded
    ):  # one clock for both: that it stands before what is written is all that can be seen
        state, is_good = "not before the last upgrade", True
    upgraded = _last_upgrade()
    if upgraded and here < upgraded:
        state, is_good = f"stands before the last upgrade, {upgraded:%Y-%m-%d %H:%M} UTC", False
    remedy = "" if is_good else "Set the clocks by a time service (timedatectl set-ntp true)."
    yield Finding(subject="Clock", state=state, remedy=remedy)


def _last_upgrade() -> datetime | None:
    if _ask("SELECT to_regclass('public.django_migrations')") == (None,):
        return None
    (at,) = _ask("SELECT max(applied) FROM django_migrations")
    return at if isinstance(at, datetime) else None
