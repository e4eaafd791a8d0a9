"""What is promised of the vault as a whole: nothing readable outside, and nobody who was erased comes back.

Each test is named for the promise of `security.md` that it shows. All of them share one installation, whose databases lie on
the server of the tests; `bench/canaries.py` looks for 5,000 texts in an installation of its own.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from amparo.config.backups import NotBackedUp, NotRestored, keys_left, read_backup, refuse_places
from amparo.config.data_directory import DataDirectory
from amparo.config.embedded import APP, OWNER, SUPERUSER, programs_directory
from amparo.vault.ledger import make_ledger
from tests import programs
from tests.cli.conftest import environment
from tests.database import CUSTODIAN, TestDatabases
from tests.vault.marks import MARK, files_below, found_in

pytestmark = pytest.mark.slow
LEFT_CLEAR = "left clear"  # no mark: it is written in the clear to the server that others look at
MARKS = re.compile(MARK + r"\d{5}")


class Installation:
    """A data directory with a database on the server of the tests, as an installation with an outside database has it."""

    def __init__(self, databases: TestDatabases, place: Path, name: str) -> None:
        self.data, self.temporary, self.out = place / name, place / "tmp", place / "said.json"
        self.name = f"{databases.name}_{name}"
        self._server = databases.server
        self.settings = {
            "AMPARO_DATA": str(self.data),
            "AMPARO_DATABASE_URL": self.url(APP),
            "AMPARO_DATABASE_OWNER_URL": self.url(OWNER),
            "AMPARO_SECRET_KEY": "k" * 60,
            "AMPARO_HOSTS": "amparo.example.org",
            "AMPARO_HTTPS": "no",
            "TMPDIR": str(self.temporary),
        }
        self.temporary.mkdir(exist_ok=True)
        self.log = ""

    def url(self, role: str) -> str:
        return self._server.url(role=role, database=self.name)

    def amparo(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run("amparo.cli", *arguments)

    def run(self, what: str) -> dict[str, Any]:
        done = self._run("tests.vault.seeding", what, str(self.out), "3")
        assert done.returncode == 0, done.stderr
        said: dict[str, Any] = json.loads(self.out.read_text(encoding="utf-8"))
        return said

    def shown(self) -> list[str]:
        """Give all that getters show of the first two cases."""
        shown: list[str] = self.run("read")["shown"]
        return shown

    def _run(self, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = programs.run(*arguments, module=module, env=environment(**self.settings))
        self.log += done.stdout + done.stderr
        return done


class World:
    """One installation in which people work, one is erased, and to which a backup of the day before comes back."""

    def __init__(self, databases: TestDatabases, place: Path) -> None:
        self.databases, self.place, self.began = databases, place, time.time()
        self.live = Installation(databases, place, "live")
        self.restored = Installation(databases, place, "restored")

    def build(self) -> None:
        server = self.databases.server
        server.create_database(self.live.name, template=self.databases.template)
        server.create_database(self.restored.name)
        DataDirectory(self.live.data).prepare()
        shutil.copyfile(CUSTODIAN, self.live.data / "keys" / "custodian")
        make_ledger(self.ledger)
        self.said = self.live.run("seed")
        self.dump = subprocess.run(
            [str(programs_directory() / "pg_dump"), f"--dbname={self.live.url(SUPERUSER)}"],
            capture_output=True,
            check=True,
        ).stdout
        server.execute("CHECKPOINT")
        self.leaks, self.looked_at = {}, []
        for path in files_below(self.live.data, self.live.temporary, server.directory):
            with suppress(FileNotFoundError):  # the database of other tests, which has just been dropped
                if path.stat().st_mtime >= self.began - 1:
                    content = path.read_bytes()
                    self.looked_at.append(path)
                    if leaked := found_in(content):
                        self.leaks[str(path)] = leaked
        self.documents = len(list(files_below(self.live.data / "documents")))
        self.back_up("before")
        self.live.run("erase")
        self.back_up("after")
        self.hers, self.anothers = self.live.shown()

    @property
    def ledger(self) -> Path:
        return self.live.data / "keys" / "erased"

    def back_up(self, name: str) -> None:
        to = ("--to", str(self.place / name / "main"), "--keys-to", str(self.place / name / "keys"))
        done = self.live.amparo("backup", *to)
        assert done.returncode == 0, done.stderr

    def restore(self, name: str) -> subprocess.CompletedProcess[str]:
        sets = ("--from", str(self.place / name / "main"), "--keys-from", str(self.place / name / "keys"))
        return self.restored.amparo("restore", *sets, "--erased", str(self.ledger))


@pytest.fixture(scope="module")
def world(django_db_setup: None, make_place: Callable[[], Path]) -> Iterator[World]:
    databases = TestDatabases(f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_promises")
    with ExitStack() as left:
        databases.server.start()
        left.callback(databases.server.release)
        world = World(databases, make_place())
        for one in (world.live, world.restored):
            left.callback(databases.server.execute, f'DROP DATABASE IF EXISTS "{one.name}" WITH (FORCE)')
        world.build()
        yield world


@pytest.mark.parametrize("around", [b"", b"x", b"xx", b"xxx", b"name=", b'{"a":"'])
def test_a_text_is_found_in_every_form(around: bytes) -> None:
    plain = around + MARK.encode() + around
    text = plain.decode()
    written = {
        "UTF-8": plain,
        "UTF-8, capitals": plain.upper(),
        "UTF-16, little": text.encode("utf-16-le"),
        "UTF-16, big": text.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "hex, capitals": plain.hex().upper().encode(),
        "reversed": plain[::-1],
    }
    for name, content in written.items():
        assert name in found_in(content)
    assert any(name.startswith("base64") for name in found_in(base64.b64encode(plain)))
    assert found_in(b"Nothing of ours.") == []


class TestOutside:
    """What a thief finds, without the keys."""

    def test_p06_nothing_readable_lies_outside_the_vault(self, world: World) -> None:
        assert world.said["drawn"] > 150
        statuses = world.said["statuses"]
        assert statuses["summary"] == 200, "the doors were open"
        assert statuses["export"] == 200
        assert {statuses[name] for name in ("api note", "api document")} == {201}
        assert {statuses[name] for name in ("cases:note", "cases:document-new")} == {302}
        assert statuses["api case"] == 200
        for table in (b"cases_person", b"procrastinate_jobs", b"accounts_session", b"intake_importbatch"):
            assert table in world.dump
        assert found_in(world.dump) == []
        assert world.leaks == {}
        assert any("pg_wal" in path.parts for path in world.looked_at)
        assert any("base" in path.parts for path in world.looked_at)
        assert world.documents == 9
        assert found_in(world.live.log.encode()) == [], "the log of the program"
        assert found_in(json.dumps(world.said["mail"]).encode()) == []

    def test_p06_the_same_texts_are_there_for_who_may_read_them(self, world: World) -> None:
        assert len(set(MARKS.findall(world.anothers))) > 40

    def test_p21_no_text_of_hers_is_in_an_address_a_header_a_title_or_a_file_name(self, world: World) -> None:
        assert len(world.said["sinks"]) > 80
        assert [sink for sink in world.said["sinks"] if MARK in sink.casefold()] == []
        assert [path for path in world.looked_at if MARK in path.name.casefold()] == []

    def test_a_guessed_workbook_cannot_be_checked_against_the_database(self, world: World) -> None:
        with psycopg.connect(world.live.url(SUPERUSER)) as connection:
            digests = {row[0] for row in connection.execute("SELECT digest FROM intake_importbatch")}
        assert len(digests) > 3
        assert not digests & set(world.said["plain_digests"])
        assert digests == set(world.said["keyed_digests"])


class TestErased:
    """From the erasure of one person to a restored backup of the day before."""

    def test_p09_nothing_of_her_can_be_read_and_all_of_others(self, world: World) -> None:
        assert MARK not in world.hers
        assert "'SY'" not in world.hers, "coded columns and their history are emptied"
        assert len(set(MARKS.findall(world.anothers))) > 40
        assert "'SY'" in world.anothers

    def test_p09_the_sets_of_keys_that_have_hers_are_named(self, world: World) -> None:
        left = {
            name: keys_left(world.live.url(OWNER), world.place / name / "keys")
            for name in ("before", "after")
        }
        (person,) = left["before"]
        assert left["after"] == ()
        assert person in world.ledger.read_text(encoding="ascii")

    def test_p10_p31_an_older_backup_comes_back_whole_and_opens_but_for_her(self, world: World) -> None:
        done = world.restore("before")
        assert done.returncode == 0, done.stderr
        assert (
            "Persons in the ledger of erasures: 1. Erased again, as they came back with it: 1." in done.stdout
        )
        assert "Bring the key of keys to" in done.stdout
        assert "until two people confirm it" in done.stdout
        with psycopg.connect(world.restored.url(OWNER)) as connection:
            noted = connection.execute("SELECT backup, erased_again FROM vault_restoration").fetchall()
        manifest = (world.place / "before" / "main" / "manifest.json").read_bytes()
        assert noted == [(hashlib.sha256(manifest).hexdigest(), 1)]
        restored = world.restored
        shutil.copyfile(world.live.data / "keys" / "custodian", restored.data / "keys" / "custodian")
        hers, anothers = restored.shown()
        assert MARK not in hers
        assert "'SY'" not in hers
        assert set(MARKS.findall(anothers)) == set(MARKS.findall(world.anothers))
        told = restored.amparo("doctor")
        assert re.search(r"^good +Keys: there, opened", told.stdout, re.MULTILINE), told.stdout

    def test_p10_an_older_ledger_and_a_changed_set_are_refused(self, world: World) -> None:
        place = world.place
        main, keys = place / "after" / "main", place / "after" / "keys"
        with pytest.raises(NotRestored, match="Name the newest copy"):
            read_backup(main, keys, ledger=place / "before" / "keys" / "erased")
        with pytest.raises(NotRestored, match="do not belong together"):
            read_backup(main, place / "before" / "keys", ledger=world.ledger)
        shutil.copytree(main, place / "changed")
        with (place / "changed" / "main.dump").open("ab") as file:
            file.write(b"x")
        with pytest.raises(NotRestored, match=r"main\.dump"):
            read_backup(place / "changed", keys, ledger=world.ledger)

    def test_p10_nothing_is_served_beside_an_older_ledger(self, world: World) -> None:
        kept = world.ledger.read_bytes()
        try:
            for content, command, words in (
                (b"", ("serve", "--port", "18769"), "the file is an older copy"),
                (None, ("worker",), "There is no ledger of erasures"),
            ):
                world.ledger.unlink()
                if content is not None:
                    world.ledger.write_bytes(content)
                done = world.live.amparo(*command)
                assert done.returncode == 2, done.stdout
                assert words in done.stderr
        finally:
            world.ledger.write_bytes(kept)

    def test_keys_and_data_do_not_go_to_one_place(self, tmp_path: Path) -> None:
        for main, keys in (("one", "one"), ("one", "one/keys"), ("one/main", "one")):
            with pytest.raises(NotBackedUp, match="two places"):
                refuse_places(tmp_path / main, tmp_path / keys)


class TestKeys:
    """`amparo migrate` on an outside database."""

    def test_it_makes_the_keys_once_and_seals_what_was_clear(self, world: World) -> None:
        """Begin as an installation of the version before the vault: no keyring, and clear JSON in the columns."""
        older = Installation(world.databases, world.place, "older")
        server = world.databases.server
        server.create_database(older.name, template=world.databases.template)
        try:
            with psycopg.connect(older.url(OWNER)) as connection:
                connection.execute("SET amparo.upkeep = 'on'")  # as the migration does
                connection.execute("TRUNCATE keyring.keyring, keyring.compartment_key, keyring.person_keys")
                connection.execute(
                    "INSERT INTO cases_person SELECT * FROM json_populate_record(NULL::cases_person, %s)",
                    [clear_person()],
                )
            done = older.amparo("migrate")
            assert done.returncode == 0, done.stderr
            custodian = older.data / "keys" / "custodian"
            assert f"The key of keys lies in {custodian}." in done.stdout
            assert (older.data / "keys" / "erased").exists()
            with psycopg.connect(older.url(OWNER)) as connection:
                connection.execute("SET amparo.upkeep = 'on'")  # as the migration does
                row = connection.execute("SELECT names FROM cases_person").fetchone()
                assert row is not None
                assert not bytes(row[0]).startswith(b"{")
                assert LEFT_CLEAR.encode() not in bytes(row[0])
            custodian.rename(custodian.with_name("away"))
            again = older.amparo("migrate")
            assert again.returncode == 2
            assert f"There is no key of keys at {custodian}." in again.stderr
            assert "Bring back the copy that was kept" in again.stderr
            assert not custodian.exists(), "no new key beside an old keyring"
            shutil.copyfile(CUSTODIAN, custodian)
            custodian.chmod(0o400)
            told = older.amparo("doctor")
            assert told.returncode == 1
            assert re.search(r"^fault +Keys: there, and nothing opens them", told.stdout, re.MULTILINE)
            assert "Bring back the copy that was kept." in told.stdout
        finally:
            server.execute(f'DROP DATABASE IF EXISTS "{older.name}" WITH (FORCE)')


def clear_person() -> str:
    """Give the row of a person as the version before the vault wrote it."""
    clear = "\\x" + json.dumps({"called": LEFT_CLEAR}).encode().hex()
    codes = dict.fromkeys(
        (
            "age_status", "sex", "gender", "is_stateless", "birth_country", "marital_status", "education",
            "is_deceased",
        ),
        "not_asked",
    )  # fmt: skip
    moments = dict.fromkeys(("created_at", "changed_at"), "2026-11-22T09:30:00Z")
    lists: dict[str, Any] = {"citizenships": [], "languages": []}
    sealed = dict.fromkeys(("names", "identity", "whereabouts"), clear)
    return json.dumps(
        {
            "id": str(UUID(int=7)),
            "version": 1,
            "compartment": "protection",
            **codes,
            **moments,
            **lists,
            **sealed,
        }
    )
