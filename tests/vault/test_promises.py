"""What is promised of the vault as a whole: nothing readable outside, and nobody who was erased comes back.

Each test is named for the promise of `security.md` that it shows.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from amparo.config.embedded import SUPERUSER, EmbeddedDatabase, programs_directory
from tests.cli.conftest import CHECKOUT, amparo, environment
from tests.vault.seeding import MARK

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("promises")]
PERSONS = 130
WANTED = 5_000


class Installation:
    """A data directory with its database held, and a place outside of it."""

    def __init__(self, place: Path) -> None:
        self.data = place / "data"
        self.out = place / "seeded.json"
        self.temporary = place / "tmp"
        self.log = b""

    def run(self, what: str, persons: int = 3) -> dict[str, Any]:
        self.temporary.mkdir(exist_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "tests.vault.seeding", what, str(self.out), str(persons)],
            env=environment(
                AMPARO_DATA=str(self.data),
                PYTHONPATH=f"{CHECKOUT / 'src'}:{CHECKOUT}",
                TMPDIR=str(self.temporary),
            ),
            cwd=CHECKOUT,
            capture_output=True,
            check=False,
            timeout=300,
        )
        self.log += done.stdout + done.stderr
        assert done.returncode == 0, done.stderr.decode()
        said: dict[str, Any] = json.loads(self.out.read_text(encoding="utf-8"))
        return said

    def shown(self) -> list[str]:
        """Give all that getters show of the first two cases."""
        shown: list[str] = self.run("read")["shown"]
        return shown


@pytest.fixture(scope="module")
def seeded(make_place: Callable[[], Path]) -> Iterator[tuple[Installation, dict[str, Any]]]:
    installation = Installation(make_place())
    with EmbeddedDatabase(installation.data / "database").running():
        done = amparo("migrate", "--data", str(installation.data))
        assert done.returncode == 0, done.stderr
        yield installation, installation.run("seed", PERSONS)


def forms_of(mark: str) -> dict[str, bytes]:
    """Give the forms in which a text may lie about; of base64 the part that does not depend on what stands around it."""
    plain = mark.encode()
    forms = {
        "UTF-8": plain,
        "UTF-8, capitals": plain.upper(),
        "UTF-16, little": mark.encode("utf-16-le"),
        "UTF-16, big": mark.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "hex, capitals": plain.hex().upper().encode(),
        "reversed": plain[::-1],
    }
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + plain)
        forms[f"base64, {before}"] = coded[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6]
    return forms


FORMS = forms_of(MARK)


def found_in(content: bytes) -> list[str]:
    return [name for name, form in FORMS.items() if form in content]


def files_below(*places: Path) -> Iterable[Path]:
    return (path for place in places for path in place.rglob("*") if path.is_file())


def dump_of(installation: Installation) -> bytes:
    url = EmbeddedDatabase(installation.data / "database").url(role=SUPERUSER)
    done = subprocess.run(
        [str(programs_directory() / "pg_dump"), "--format=plain", f"--dbname={url}"],
        capture_output=True,
        check=True,
    )
    return done.stdout


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


def test_p06_nothing_readable_lies_outside_the_vault(seeded: tuple[Installation, dict[str, Any]]) -> None:
    installation, said = seeded
    assert said["drawn"] >= WANTED
    assert said["statuses"]["summary"] == 200, "the doors were open"
    assert said["statuses"]["export"] == 200
    assert {said["statuses"][name] for name in ("api note", "api document")} == {201}
    assert {said["statuses"][name] for name in ("cases:note", "cases:document-new")} == {302}
    assert said["statuses"]["api case"] == 200

    dump = dump_of(installation)
    assert b"cases_person" in dump
    assert b"procrastinate_jobs" in dump
    assert b"django_session" in dump
    assert found_in(dump) == []

    url = EmbeddedDatabase(installation.data / "database")
    url.execute("CHECKPOINT")
    seen, leaks = 0, {}
    for path in files_below(installation.data, installation.temporary):
        seen += 1
        if leaked := found_in(path.read_bytes()):
            leaks[path.relative_to(installation.data.parent).as_posix()] = leaked
    assert leaks == {}
    assert seen > 100
    assert any("pg_wal" in path.parts for path in files_below(installation.data / "database"))
    assert len(list(files_below(installation.data / "documents"))) == 9
    assert found_in(installation.log) == [], "the log of the program"
    assert found_in(json.dumps(said["mail"]).encode()) == []


def test_p06_the_same_texts_are_there_for_who_may_read_them(
    seeded: tuple[Installation, dict[str, Any]],
) -> None:
    installation, _said = seeded
    for shown in installation.shown():
        assert len(set(re.findall(MARK + r"\d{5}", shown))) > 40


def test_p21_no_text_of_hers_is_in_an_address_a_header_a_title_or_a_file_name(
    seeded: tuple[Installation, dict[str, Any]],
) -> None:
    installation, said = seeded
    assert len(said["sinks"]) > 80
    assert [sink for sink in said["sinks"] if MARK in sink.casefold()] == []
    names = [path.name for path in files_below(installation.data, installation.temporary)]
    assert [name for name in names if MARK in name.casefold()] == []


def back_up(installation: Installation, to: Path) -> None:
    done = amparo(
        "backup",
        "--to",
        str(to / "main"),
        "--keys-to",
        str(to / "keys"),
        "--data",
        str(installation.data),
    )
    assert done.returncode == 0, done.stderr


def restore(place: Path, name: str, *, ledger: Path, into: str) -> subprocess.CompletedProcess[str]:
    sets = ("--from", str(place / name / "main"), "--keys-from", str(place / name / "keys"))
    return amparo("restore", *sets, "--erased", str(ledger), "--data", str(place / into))


def moved(installation: Installation, place: Path, into: str) -> Installation:
    """Give the restored installation its key of keys, which no backup holds."""
    other = Installation(place)
    other.data = place / into
    shutil.copyfile(installation.data / "keys" / "custodian", other.data / "keys" / "custodian")
    return other


@pytest.fixture(scope="module")
def erased(make_place: Callable[[], Path]) -> Iterator[tuple[Installation, Path]]:
    place = make_place()
    installation = Installation(place)
    with EmbeddedDatabase(installation.data / "database").running():
        assert amparo("migrate", "--data", str(installation.data)).returncode == 0
        installation.run("seed", 3)
        back_up(installation, place / "before")
        assert installation.run("erase")["erased"] == 1
        back_up(installation, place / "after")
        yield installation, place


class TestErased:
    """From the erasure of one person to a restored backup of the day before."""

    def test_p09_nothing_of_her_can_be_read_and_all_of_others(
        self, erased: tuple[Installation, Path]
    ) -> None:
        installation, _place = erased
        hers, anothers = installation.shown()
        assert MARK not in hers
        assert "'SY'" not in hers, "coded columns and their history are emptied"
        assert len(set(re.findall(MARK + r"\d{5}", anothers))) > 40
        assert "'SY'" in anothers

    def test_p09_her_keys_are_in_no_file_and_the_sets_of_keys_that_have_them_are_named(
        self, erased: tuple[Installation, Path]
    ) -> None:
        installation, place = erased
        person = json.loads(installation.out.read_text(encoding="utf-8"))["person"]
        done = amparo(
            "erase", "verify", str(place / "before" / "keys"), str(place / "after" / "keys"),
            "--data", str(installation.data),
        )  # fmt: skip
        assert done.returncode == 1, done.stderr
        before, after = done.stdout.splitlines()
        assert "keys of 1 erased persons" in before
        assert after.endswith("none")
        assert person in (installation.data / "keys" / "erased").read_text()

    def test_p10_an_older_backup_does_not_bring_her_back(self, erased: tuple[Installation, Path]) -> None:
        installation, place = erased
        done = restore(place, "before", ledger=installation.data / "keys" / "erased", into="restored")
        assert done.returncode == 0, done.stderr
        assert "1 persons who were erased after it were erased again" in done.stdout
        restored = moved(installation, place, "restored")
        with EmbeddedDatabase(restored.data / "database").running():
            hers, anothers = restored.shown()
            told = amparo("erase", "status", "--data", str(restored.data))
        assert MARK not in hers
        assert "'SY'" not in hers
        assert len(set(re.findall(MARK + r"\d{5}", anothers))) > 40
        assert "1 persons were erased" in told.stdout

    def test_p31_a_backup_comes_back_whole_and_opens(self, erased: tuple[Installation, Path]) -> None:
        installation, place = erased
        done = restore(place, "after", ledger=place / "after" / "keys" / "erased", into="whole")
        assert done.returncode == 0, done.stderr
        assert "Bring the key of keys to" in done.stdout
        again = moved(installation, place, "whole")
        with EmbeddedDatabase(again.data / "database").running():
            told = amparo("doctor", "--data", str(again.data))
            assert told.returncode == 0, told.stdout
            assert again.shown()[1] == installation.shown()[1]

    def test_p10_an_older_ledger_a_changed_file_and_a_full_place_are_refused(
        self, erased: tuple[Installation, Path]
    ) -> None:
        installation, place = erased
        newest = installation.data / "keys" / "erased"
        older = restore(place, "after", ledger=place / "before" / "keys" / "erased", into="none")
        assert older.returncode == 2
        assert "Name the newest copy" in older.stderr
        full = restore(place, "after", ledger=newest, into="data")
        assert full.returncode == 2
        assert "Name an empty data directory" in full.stderr
        mixed = amparo(
            "restore", "--from", str(place / "after" / "main"), "--keys-from", str(place / "before" / "keys"),
            "--erased", str(newest), "--data", str(place / "none"),
        )  # fmt: skip
        assert mixed.returncode == 2
        assert "do not belong together" in mixed.stderr
        shutil.copytree(place / "after", place / "changed")
        with (place / "changed" / "main" / "main.dump").open("ab") as file:
            file.write(b"x")
        changed = restore(place, "changed", ledger=newest, into="none")
        assert changed.returncode == 2
        assert "main.dump" in changed.stderr

    def test_p10_nothing_is_served_beside_an_older_ledger(self, erased: tuple[Installation, Path]) -> None:
        installation, _place = erased
        ledger = installation.data / "keys" / "erased"
        kept = ledger.read_bytes()
        try:
            for content, command, words in (
                (b"", ("serve", "--port", "18769"), "the file is an older copy"),
                (kept.replace(b"consent_withdrawn", b"retention_ended"), ("worker",), "Line 1 of the ledger"),
                (None, ("worker",), "There is no ledger of erasures"),
            ):
                ledger.unlink()
                if content is not None:
                    ledger.write_bytes(content)
                done = amparo(*command, "--data", str(installation.data))
                assert done.returncode == 2, done.stdout
                assert words in done.stderr
        finally:
            ledger.write_bytes(kept)

    def test_keys_and_data_do_not_go_to_one_place(self, erased: tuple[Installation, Path]) -> None:
        installation, place = erased
        for main, keys in (("one", "one"), ("one", "one/keys"), ("one/main", "one")):
            done = amparo(
                "backup",
                "--to",
                str(place / main),
                "--keys-to",
                str(place / keys),
                "--data",
                str(installation.data),
            )
            assert done.returncode == 2
            assert "two places" in done.stderr
        assert not (place / "one").exists()
