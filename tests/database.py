"""The databases of the tests: one embedded server for all runs of this checkout, one migrated template, one copy a process.

The server is shared by every process that holds it and stops with the last. It forgets nothing between runs, so that a
second run finds the template made; the template is named by what it was made from.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.db import connections
from django.utils import timezone

from amparo.config.embedded import (
    APP,
    EVERYBODY,
    FACTS,
    OWNER,
    SUPERUSER,
    TAKEN_ON,
    WORKER,
    EmbeddedDatabase,
    programs_directory,
)
from amparo.config.migrating import make_keys_if_none, migrate_database
from tests.contents import Contents

CHECKOUT = Path(__file__).parents[1]
CUSTODIAN = CHECKOUT / ".cache" / "test-custodian"
DIRECTORY = CHECKOUT / ".cache" / "test-database"
# Nothing here needs to outlive a power cut.
HASTE = (("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off"), ("autovacuum", "off"))
KEPT_TEMPLATES = 3
# Has the rights of the application, and sees behind the second wall: what a test looks at is what stands in the tables. Where
# somebody acts, a transaction takes on the application's own role (AMPARO_ASSUMED_ROLE), and meets the wall as in earnest.
TESTER = "amparo_test"
DECIDED_BY = (
    "config/migrating.py",
    "config/protected.py",
    "access/policies.py",
    "access/beyond.py",
    "cases/queries/coded.py",
    "publishing/queries/published.py",
)


class TestDatabases:
    """One process's view of the test server."""

    __test__ = False

    def __init__(self, worker: str) -> None:
        self.server = EmbeddedDatabase(DIRECTORY, settings=HASTE, guests=[TESTER])
        self.name = f"test_{os.getpid()}_{worker}"
        self.template = f"template_{_fingerprint()}"

    def open(self) -> None:
        """Start the server, make the template if this code has none yet, and copy it for this process."""
        _forget_what_a_power_cut_may_have_spoilt()
        self.server.start()
        with _alone():
            self._make_tester()
            self._drop_left_overs()
            if self.template not in self._names():
                self._make_template()
            self._copy()
        with self._as_superuser() as superuser:
            self.contents = Contents.of(superuser)
        self.connect()

    def connect(self) -> None:
        """Point Django at this process's copy, with the rights of the application and an eye for all of it."""
        self._point_at(self.name, role=TESTER)

    def restore(self) -> None:
        """Put the database back as it was made. For tests that commit; append-only tables cannot be emptied otherwise."""
        connections.close_all()
        with self._as_superuser() as superuser:
            if self.contents.put_back(superuser):
                return
        self._drop(self.name)
        with _alone():
            self._copy()

    def close(self) -> None:
        """Drop this process's copy and let go of the server."""
        connections.close_all()
        self._drop(self.name)
        self.server.release()

    def _make_template(self) -> None:
        draft = f"draft_{os.getpid()}"
        self._drop(draft)
        self.server.create_database(draft)
        self._point_at(draft, role=OWNER)
        migrate_database(app_role=APP, worker_role=WORKER)
        make_keys_if_none(CUSTODIAN, now=timezone.now())
        connections.close_all()
        self.server.execute(f'ALTER DATABASE "{draft}" RENAME TO "{self.template}"')

    def _as_superuser(self) -> Any:
        import psycopg

        return psycopg.connect(self.server.url(role="postgres", database=self.name), autocommit=True)

    def _make_tester(self) -> None:
        import psycopg

        with psycopg.connect(
            self.server.url(role="postgres", database="postgres"), autocommit=True
        ) as connection:
            if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [TESTER]).fetchone() is None:
                connection.execute(f"CREATE ROLE {TESTER} LOGIN BYPASSRLS INHERIT".encode())
            for role in (APP, WORKER, FACTS, EVERYBODY, *TAKEN_ON):
                connection.execute(f"GRANT {role} TO {TESTER}".encode())

    def _copy(self) -> None:
        self.server.create_database(self.name, template=self.template)

    def _point_at(self, name: str, *, role: str) -> None:
        connections.close_all()
        place = {
            "NAME": name,
            "USER": role,
            "PASSWORD": "",
            "HOST": str(self.server.socket_directory),
            "PORT": "",
        }
        settings.DATABASES["default"].update(place)
        connections["default"].settings_dict.update(place)

    def _drop(self, name: str) -> None:
        self.server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _names(self) -> list[str]:
        import psycopg

        with psycopg.connect(self.server.url(role="postgres", database="postgres")) as connection:
            rows = connection.execute("SELECT datname FROM pg_database ORDER BY oid").fetchall()
        return [name for (name,) in rows]

    def _drop_left_overs(self) -> None:
        """Drop the copies of processes that are gone, and old templates."""
        names = self._names()
        for name in names:
            parts = name.split("_")
            if parts[0] in ("test", "draft") and not psutil.pid_exists(int(parts[1])):
                self._drop(name)
        old = [name for name in names if name.startswith("template_") and name != self.template]
        for name in old[: -KEPT_TEMPLATES or None]:
            self._drop(name)


def fill(database: EmbeddedDatabase) -> None:
    """Write into an empty database what the template holds, in place of migrating it; the test of `amparo demo` migrates."""
    template = f"template_{_fingerprint()}"
    source = EmbeddedDatabase(DIRECTORY).url(role=SUPERUSER, database=template)
    dump = subprocess.run([programs_directory() / "pg_dump", source], capture_output=True, check=True).stdout
    target = ["--quiet", "--set=ON_ERROR_STOP=1", database.url(role=SUPERUSER)]
    subprocess.run([programs_directory() / "psql", *target], input=dump, capture_output=True, check=True)


def _fingerprint() -> str:
    digest = hashlib.sha256((CHECKOUT / "requirements.lock").read_bytes())
    sources = CHECKOUT / "src" / "amparo"
    for path in sorted([*sources.glob("*/migrations/*.py"), *(sources / name for name in DECIDED_BY)]):
        digest.update(path.relative_to(sources).as_posix().encode() + path.read_bytes())
    digest.update(repr(settings.INSTALLED_APPS).encode())
    return digest.hexdigest()[:16]


@contextmanager
def _alone() -> Iterator[None]:
    with (DIRECTORY / "templates.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _forget_what_a_power_cut_may_have_spoilt() -> None:
    import shutil

    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
    mark = DIRECTORY / "boot"
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    with _alone():
        if mark.exists() and mark.read_text(encoding="ascii") != boot:
            shutil.rmtree(DIRECTORY / "cluster", ignore_errors=True)
        mark.write_text(boot, encoding="ascii")
