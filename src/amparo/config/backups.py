"""Back an installation up in two sets, and bring it back without those who were erased meanwhile.

The main set (database without its keyring, documents, facts) holds nothing readable and may be kept long. The set of keys
(keyring, ledger of erasures, signing secret) belongs in another place and is kept for 35 days: until its last copy is gone, an
erasure since is not complete. The key of keys is in neither.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

import psycopg
from psycopg import sql

from amparo import __version__
from amparo.config.data_directory import PRIVATE_MODE, DataDirectory
from amparo.config.embedded import programs_directory
from amparo.vault.ledger import read_ledger
from amparo.vault.rules.ledger import LedgerBroken

MANIFEST: Final = "manifest.json"
MAIN_DUMP, KEYRING_DUMP, LEDGER, SECRET = "main.dump", "keyring.dump", "erased", "secret"  # a file's name
TABLES = """
    SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
STORED = """
    SELECT stored_name FROM cases_document document
    WHERE NOT EXISTS (SELECT FROM vault_erasure WHERE person = document.person_id)
"""


class NotBackedUp(Exception):
    """A backup could not be taken; the message says why and what to do."""


class NotRestored(Exception):
    """A backup is not brought back; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What a backup holds."""

    cases: int
    documents: int
    missing: int
    erased: int


def take_backup(url: str, data: DataDirectory, *, to: Path, keys_to: Path, now: datetime) -> Taken:
    """Write both sets, all of one moment; each is whole when its manifest is there."""
    refuse_places(to, keys_to)
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        refuse_narrow_role(connection)
        (installation,) = _one(connection, "SELECT installation FROM keyring.keyring")
        (snapshot,) = _one(connection, "SELECT pg_export_snapshot()")
        ledger = read_ledger(data.erased, installation=installation)
        for place in (to, keys_to):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        _dump(url, to / MAIN_DUMP, snapshot, "--exclude-schema=keyring")
        _dump(url, keys_to / KEYRING_DUMP, snapshot, "--schema=keyring")
        counts = {
            name: _count(connection, name) for (name,) in connection.execute(TABLES.encode()).fetchall()
        }
        names = [name for (name,) in connection.execute(STORED.encode()).fetchall()]
    missing = [name for name in names if not _copy_document(data, name, to / "documents")]
    shutil.copytree(data.facts, to / "facts")
    for source in (data.erased, data.secret):
        if source.exists():
            shutil.copyfile(source, keys_to / source.name)
    head = {"number": len(ledger), "digest": ledger[-1].digest if ledger else ""}
    about = {"amparo": __version__, "installation": str(installation), "at": now.isoformat(), "ledger": head}
    _write_manifest(to, {**about, "counts": counts, "missing": [str(name) for name in missing]})
    _write_manifest(keys_to, about)
    return Taken(
        cases=counts.get("cases_case", 0),
        documents=len(names) - len(missing),
        missing=len(missing),
        erased=len(ledger),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """A pair of sets that was found whole, with the newest ledger of erasures."""

    main: Path
    keys: Path
    ledger: Path
    counts: Mapping[str, int]
    at: str
    erased: int
    digest: str  # of the manifest of the main set, which holds those of all its files


def read_backup(main: Path, keys: Path, *, ledger: Path) -> Backup:
    """Prove both sets by their manifests and the ledger by its chain; raises `NotRestored`."""
    about, about_keys = _proved(main), _proved(keys)
    if about["installation"] != about_keys["installation"] or about["at"] != about_keys["at"]:
        raise NotRestored(
            f"{main} is of {about['at']} and {keys} of {about_keys['at']}: they do not belong together. Name two sets of one "
            "backup."
        )
    try:
        entries = read_ledger(ledger, installation=UUID(about["installation"]))
    except LedgerBroken as fault:
        raise NotRestored(str(fault)) from fault
    head = about["ledger"]
    if len(entries) < head["number"] or (
        head["number"] and entries[head["number"] - 1].digest != head["digest"]
    ):
        raise NotRestored(
            f"The ledger {ledger} knows of {len(entries)} erasures, and this backup of {head['number']}: it is an older copy, or "
            "another. Name the newest copy that was kept."
        )
    return Backup(
        main=main,
        keys=keys,
        ledger=ledger,
        counts=about["counts"],
        at=about["at"],
        erased=len(entries),
        digest=_digest(main / MANIFEST),
    )


def fill_database(url: str, backup: Backup) -> None:
    """Bring the tables and the keyring into an empty database."""
    with psycopg.connect(url) as connection:
        if connection.execute(TABLES.encode()).fetchone() is not None:
            raise NotRestored(
                "The database is not empty. Restore into a new data directory, or an empty database."
            )
    for dump in (backup.main / MAIN_DUMP, backup.keys / KEYRING_DUMP):
        _run(
            "pg_restore",
            url,
            "--no-owner",
            "--no-privileges",
            "--exit-on-error",
            str(dump),
            failed=NotRestored,
        )


def fill_directory(data: DataDirectory, backup: Backup) -> None:
    """Bring documents, facts, ledger and secret into an empty data directory."""
    for place, source in ((data.documents, "documents"), (data.facts, "facts")):
        if (backup.main / source).is_dir():
            shutil.copytree(backup.main / source, place, dirs_exist_ok=True)
            place.chmod(PRIVATE_MODE)
    shutil.copyfile(backup.ledger, data.erased)
    data.erased.chmod(0o600)
    if (backup.keys / SECRET).exists():
        shutil.copyfile(backup.keys / SECRET, data.secret)
        data.secret.chmod(0o600)


def differing_counts(url: str, backup: Backup) -> tuple[str, ...]:
    """Name the tables that do not have as many rows as were backed up."""
    with psycopg.connect(url) as connection:
        return tuple(name for name, count in backup.counts.items() if _count(connection, name) != count)


def keys_left(url: str, keys: Path) -> tuple[str, ...]:
    """Name the persons who were erased and whose keys a set of keys still holds."""
    with psycopg.connect(url) as connection:
        erased = {
            str(person) for (person,) in connection.execute("SELECT person FROM vault_erasure").fetchall()
        }
    said = subprocess.run(  # noqa: S603  # the program is the wheel's
        [str(programs_directory() / "pg_restore"), "--data-only", "--file=-", str(keys / KEYRING_DUMP)],
        capture_output=True,
        check=False,
    )
    if said.returncode:
        raise NotRestored(
            f"{keys / KEYRING_DUMP} cannot be read: {said.stderr.decode(errors='replace').strip()}"
        )
    words = {word for line in said.stdout.decode().splitlines() for word in line.split("\t")}
    return tuple(sorted(erased & words))


def refuse_places(to: Path, keys_to: Path) -> None:
    """Refuse one place for both sets, and a place that holds something."""
    one, other = to.resolve(), keys_to.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise NotBackedUp(
            "Keys and data belong in two places: who finds one must not have both. Name two directories, neither in the other."
        )
    for place in (to, keys_to):
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            raise NotBackedUp(f"{place} is not empty. Name a directory of its own for each backup.")


def refuse_narrow_role(connection: psycopg.Connection[Any]) -> None:
    """Refuse a role from which the policies keep rows back: its backup would be whole, and of nothing."""
    (sees_all,) = _one(
        connection,
        "SELECT rolsuper OR rolbypassrls OR pg_has_role(tableowner, 'USAGE') AND current_setting('amparo.upkeep', true) = 'on'"
        " FROM pg_roles, pg_tables WHERE rolname = current_user AND tablename = 'cases_case'",
    )
    if not sees_all:
        raise NotBackedUp("This role of the database does not see all rows. Set AMPARO_DATABASE_OWNER_URL.")


def _dump(url: str, target: Path, snapshot: str, which: str) -> None:
    _run(
        "pg_dump",
        url,
        "--format=custom",
        "--enable-row-security",  # the policies ask the owner, too; `refuse_narrow_role` made sure that it sees all
        which,
        f"--snapshot={snapshot}",
        f"--file={target}",
        failed=NotBackedUp,
    )
    target.chmod(0o600)


def _run(program: str, url: str, *arguments: str, failed: type[Exception]) -> None:
    """Run a program of PostgreSQL; the password goes by the environment, not where every user sees it."""
    secret = urlsplit(url).password
    place = url.replace(f":{secret}@", "@", 1) if secret else url
    password = {"PGPASSWORD": unquote(secret)} if secret else {}
    done = subprocess.run(  # noqa: S603  # the program is the wheel's, the arguments are ours
        [str(programs_directory() / program), f"--dbname={place}", *arguments],
        env={**os.environ, **password, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise failed(f"{program} refused: {done.stderr.decode(errors='replace').strip()}")


def _copy_document(data: DataDirectory, name: UUID, target: Path) -> bool:
    """Copy one content, wherever it is just now: it moves once, from where it arrived to its place."""
    folder = target / name.hex[:2]
    settled, arriving = data.documents / name.hex[:2] / name.hex, data.documents / "arriving" / name.hex
    for source in (settled, arriving, settled):
        if source.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                shutil.copyfile(source, folder / name.hex)
            except FileNotFoundError:
                continue
            return True
    return False


def _write_manifest(place: Path, about: dict[str, Any]) -> None:
    """Write the manifest last: a set without one is not whole."""
    files = {path.relative_to(place).as_posix(): _digest(path) for path in _files(place)}
    with (place / MANIFEST).open("x", encoding="utf-8") as file:
        json.dump({**about, "files": files}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _proved(place: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise NotRestored(f"{place} holds no whole backup: its {MANIFEST} is missing or damaged.") from None
    found = {path.relative_to(place).as_posix(): path for path in _files(place)}
    changed = [
        name for name, digest in about["files"].items() if name not in found or _digest(found[name]) != digest
    ]
    if changed:
        raise NotRestored(
            f"{place} was changed since it was written: {', '.join(sorted(changed)[:5])}. Take another backup."
        )
    return about


def _files(place: Path) -> Iterator[Path]:
    return (path for path in sorted(place.rglob("*")) if path.is_file() and path.name != MANIFEST)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    return int(row[0]) if row else 0


def _one(connection: psycopg.Connection[Any], query: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(query.encode()).fetchone()
    if row is None:
        raise NotBackedUp("This installation has no keys yet. Make them with: amparo migrate")
    return row
