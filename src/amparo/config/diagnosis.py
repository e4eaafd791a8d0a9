"""Find everything that is wrong with an installation, each with what mends it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from amparo.config.data_directory import DataDirectory
from amparo.config.environment import Environment, Misconfigured, read_environment

OLDEST_POSTGRESQL, NEWEST_POSTGRESQL = 15, 18
MOST_SECONDS_APART = 5
GIGABYTE = 1024**3


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


def diagnose(variables: Mapping[str, str]) -> list[Finding]:
    """Look at everything, and go on after a fault: all are told at once."""
    findings = [_python()]
    try:
        environment = read_environment(variables)
    except Misconfigured as error:
        return [
            *findings,
            *(Finding(subject="Settings", state="at fault", remedy=fault) for fault in error.faults),
        ]
    data = DataDirectory(environment.data)
    findings.append(Finding(subject="Settings", state=_kind_of_installation(environment)))
    for look in (_secrets, _state, _disk):
        findings.extend(look(environment, data))
    findings.extend(_database(environment))
    return findings


def waiting_migrations() -> list[str]:
    """Name the migrations that this version has and the database has not."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _python() -> Finding:
    return Finding(subject="Python", state=".".join(map(str, sys.version_info[:3])))


def _kind_of_installation(environment: Environment) -> str:
    kind = "embedded database" if environment.is_embedded else "production"
    return f"{kind}, data in {environment.data}" + (", training data" if environment.training else "")


def _secrets(environment: Environment, data: DataDirectory) -> Iterator[Finding]:
    if environment.is_embedded:
        yield _private(data.secret, "Signing secret")
    else:
        yield Finding(subject="Signing secret", state="from AMPARO_SECRET_KEY")
    for place in (data.keys, data.documents, data.facts):
        yield _private(place, f"Directory {place.name}")


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
    place = next(each for each in (data.path, *data.path.parents) if each.exists())
    usage = shutil.disk_usage(place)
    share = usage.free / usage.total
    state = f"{usage.free / GIGABYTE:.1f} GB free ({share:.0%})"
    if usage.free < 2 * GIGABYTE or share < 0.05:
        remedy = f"Make room on the disk of {data.path}: below 2 GB or 5 % no file is taken in any more."
        yield Finding(subject="Disk", state=state, remedy=remedy)
    elif share < 0.10:
        yield Finding(
            subject="Disk", state=state, remedy=f"Make room soon on the disk of {data.path}.", is_warning=True
        )
    else:
        yield Finding(subject="Disk", state=state)


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
        _clock,
    )
    for look in looks:
        yield from look(environment)


def _ask(question: str) -> tuple[object, ...]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(question)
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
    name, is_superuser, bypasses = _ask(
        "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    (owns,) = _ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
    if is_superuser or bypasses:
        remedy = "Let the application work as an ordinary role: CREATE ROLE amparo_app LOGIN; then set AMPARO_DATABASE_URL to it."
        yield Finding(subject="Database role", state=f"{name} may do everything", remedy=remedy)
    elif owns:
        remedy = "Let one role own the tables (AMPARO_DATABASE_OWNER_URL) and another work on them (AMPARO_DATABASE_URL)."
        yield Finding(
            subject="Database role", state=f"{name} owns the tables", remedy=remedy, is_warning=True
        )
    else:
        yield Finding(subject="Database role", state=f"{name}, least rights")


def _encoding(environment: Environment) -> Iterator[Finding]:
    (encoding,) = _ask("SHOW server_encoding")
    if encoding != "UTF8":
        remedy = "Make the database anew: CREATE DATABASE amparo ENCODING 'UTF8' TEMPLATE template0."
        yield Finding(subject="Database text", state=str(encoding), remedy=remedy)


def _migrations(environment: Environment) -> Iterator[Finding]:
    waiting = waiting_migrations()
    if waiting:
        yield Finding(subject="Tables", state=f"{len(waiting)} migrations wait", remedy="Run: amparo migrate")
    else:
        yield Finding(subject="Tables", state="at this version")


def _clock(environment: Environment) -> Iterator[Finding]:
    (there,) = _ask("SELECT clock_timestamp()")
    assert isinstance(there, datetime)
    apart = abs((datetime.now(UTC) - there).total_seconds())
    state = f"{apart:.1f} s apart from the database's"
    if apart > MOST_SECONDS_APART:
        yield Finding(
            subject="Clock",
            state=state,
            remedy="Set both clocks by a time service (timedatectl set-ntp true).",
        )
    else:
        yield Finding(subject="Clock", state=state)
