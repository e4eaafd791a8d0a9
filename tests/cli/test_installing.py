"""An installer's commands: the database, and the doctor that tells all faults at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from amparo.config.embedded import EmbeddedDatabase
from tests.cli.conftest import Run, amparo

pytestmark = pytest.mark.slow


def test_database_url_is_what_psql_takes(run: Run) -> None:
    done = run("database", "url")
    assert done.returncode == 0, done.stderr
    with psycopg.connect(done.stdout.strip()) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("amparo_owner",)


def test_application_cannot_change_the_audit(run: Run) -> None:
    with (
        psycopg.connect(
            run("database", "url", "--role", "app").stdout.strip(), autocommit=True
        ) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("DELETE FROM audit_event")


def test_doctor_finds_nothing_wrong(run: Run) -> None:
    done = run("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    for subject in ("Python", "Settings", "Signing secret", "State", "Disk", "Database", "Tables", "Clock"):
        assert re.search(rf"^good +{subject}: ", done.stdout, re.MULTILINE), subject


def test_doctor_tells_every_fault_of_the_settings_with_its_remedy(tmp_path: Path) -> None:
    done = amparo(
        "doctor",
        AMPARO_DATABASE_URL="mysql://x/y",
        AMPARO_THREADS="none",
        AMPARO_HOST="x",
        AMPARO_DATA=str(tmp_path),
    )
    assert done.returncode == 1
    assert len(re.findall(r"^fault ", done.stdout, re.MULTILINE)) == 3
    for remedy in ("postgresql://", "whole number", "did you mean AMPARO_HOSTS"):
        assert remedy in done.stdout


def test_doctor_sees_faults_of_several_kinds_at_once(run: Run, data: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.yaml"
    state.write_text("name: [")
    (data / "keys").chmod(0o755)
    try:
        done = run("doctor", AMPARO_STATE=str(state))
    finally:
        (data / "keys").chmod(0o700)
    assert done.returncode == 1
    assert f"chmod 700 {data / 'keys'}" in done.stdout
    assert f"Mend {state}" in done.stdout
    assert re.search(r"^good +Database: ", done.stdout, re.MULTILINE)


def test_doctor_says_when_the_database_does_not_answer(tmp_path: Path) -> None:
    done = amparo(
        "doctor",
        AMPARO_DATA=str(tmp_path),
        AMPARO_DATABASE_URL="postgresql://amparo_app@127.0.0.1:9/amparo",
        AMPARO_SECRET_KEY="k" * 60,
        AMPARO_HOSTS="amparo.example.org",
    )
    assert done.returncode == 1
    assert "does not answer" in done.stdout
    assert "Connection refused" in done.stdout


def test_settings_lists_every_variable() -> None:
    from amparo.config.environment import settings_table

    listed = amparo("settings").stdout
    for row in settings_table():
        assert row.variable in listed


def test_faults_of_settings_stop_a_command_with_all_of_them(tmp_path: Path) -> None:
    done = amparo("migrate", AMPARO_DATA=str(tmp_path), AMPARO_DEBUG="perhaps", AMPARO_THREADS="0")
    assert done.returncode == 2
    assert "AMPARO_DEBUG" in done.stderr
    assert "AMPARO_THREADS" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def without_tables(make_place: Callable[[], Path]) -> Iterator[Path]:
    directory = make_place()
    with EmbeddedDatabase(directory / "database").running():
        yield directory


@pytest.mark.parametrize(
    "command",
    [
        ("serve", "--port", "18765"),
        ("facts", "export", "never-made"),
        ("organisation", "add", "House of Hope", "--kind", "shelter"),
    ],
)
def test_database_without_tables_says_what_to_run(without_tables: Path, command: tuple[str, ...]) -> None:
    done = amparo(*command, AMPARO_DATA=str(without_tables))
    assert done.returncode == 2
    assert f"Run: amparo migrate --data {without_tables}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not Path("never-made").exists()


PRODUCTION = {"AMPARO_SECRET_KEY": "k" * 60, "AMPARO_HOSTS": "amparo.example.org"}


def test_doctor_makes_nothing_where_nothing_is(tmp_path: Path) -> None:
    done = amparo("doctor", "--data", str(tmp_path / "meant-another"))
    assert done.returncode == 1
    assert "Make it with: amparo migrate" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_place_that_cannot_be_used_is_told_by_the_doctor_and_refused_by_others(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    told = amparo("doctor", "--data", str(file / "data"))
    assert "cannot be written to" in told.stdout
    assert "Traceback" not in told.stderr
    refused = amparo("migrate", "--data", str(file / "data"))
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"amparo: The data directory {file / 'data'} cannot be used: ")


def test_doctor_looks_at_the_disk_while_the_settings_are_at_fault(tmp_path: Path) -> None:
    done = amparo("doctor", "--data", str(tmp_path), AMPARO_THREADS="none")
    assert re.search("^fault +Settings: ", done.stdout, re.MULTILINE)
    assert re.search("^good +Data directory: ", done.stdout, re.MULTILINE)
    assert "Disk: " in done.stdout


def test_migrating_with_the_rights_of_the_application_names_the_setting(without_tables: Path) -> None:
    place = amparo("database", "url", "--role", "app", "--data", str(without_tables)).stdout.strip()
    done = amparo("migrate", AMPARO_DATABASE_URL=place, AMPARO_DATA=str(without_tables), **PRODUCTION)
    assert done.returncode == 2
    assert "AMPARO_DATABASE_OWNER_URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [("migrate",), ("facts", "export", "never-made")])
def test_database_that_is_away_is_told_in_words(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = amparo(
        *command,
        AMPARO_DATA=str(tmp_path),
        AMPARO_DATABASE_URL="postgresql://amparo_app@127.0.0.1:9/amparo",
        **PRODUCTION,
    )
    assert (done.returncode, done.stderr) == (
        2,
        "amparo: The database does not answer. What is wrong says: amparo doctor\n",
    )
