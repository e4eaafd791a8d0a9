"""`amparo import htcds`: one JSON object, three exit codes, and a dry run that says what the real run does."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from amparo.access.rules import Permission, system_viewer
from amparo.cases.models import Case, Episode, Person
from amparo.intake import commands
from amparo.intake.actions import direct, take_in, writing
from amparo.vault.rules import Compartment
from tests.factories.accounts import NOW, make_organisation
from tests.factories.htcds import fill_workbook
from tests.factories.intake import AMINA, NOBODY_KNOWN, SOFIA, make_text_file, make_workbook

KEYS = {
    "file", "layout", "rows", "accepted", "rejected", "persons_new", "persons_existing", "cases", "episodes", "errors",
}  # fmt: skip


@pytest.fixture
def home() -> str:
    return make_organisation().name


def run(
    file: Path,
    home: str,
    capsys: pytest.CaptureFixture[str],
    *,
    dry_run: bool = False,
    keep_apart: bool = False,
) -> tuple[int, dict[str, Any]]:
    code = commands.import_htcds(
        file, organisation=home, dry_run=dry_run, keep_apart=keep_apart, as_json=True
    )
    return code, json.loads(capsys.readouterr().out)


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.django_db
def test_the_dry_run_says_what_the_real_run_does(
    tmp_path: Path, home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "cases.xlsx", make_workbook([AMINA, SOFIA, AMINA, NOBODY_KNOWN]))
    dry_code, dry = run(file, home, capsys, dry_run=True)
    assert Case.objects.count() == 0
    code, real = run(file, home, capsys)
    assert dry_code == code == 0
    assert (dry.pop("written"), real.pop("written")) == (False, True)
    assert dry == real
    assert real.keys() >= KEYS
    counted = {
        name: real[name]
        for name in ("rows", "persons_new", "persons_existing", "cases", "episodes", "consent_no")
    }
    assert counted == {
        "rows": 4,
        "persons_new": 3,
        "persons_existing": 0,
        "cases": 4,
        "episodes": 3,
        "consent_no": 1,
    }
    assert (Person.objects.count(), Case.objects.count(), Episode.objects.count()) == (3, 4, 3)


@pytest.mark.django_db
def test_forty_rows_take_as_many_statements_as_two(
    tmp_path: Path, home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    statements = []
    for count in (
        1,
        2,
        40,
    ):  # fewer than have their tokens written at once; the first also fills what is remembered
        rows = [{**SOFIA, "prs_FirstName": f"Sofia {count} {number}"} for number in range(count)]
        file = write(tmp_path / f"{count}.csv", make_text_file(rows))
        with CaptureQueriesContext(connection) as asked:
            assert run(file, home, capsys)[1]["cases"] == count
        statements.append(len(asked))
    assert statements[1] == statements[2] <= 30


@pytest.mark.django_db
def test_no_bunch_of_rows_is_written_by_plans_of_a_smaller_table(
    tmp_path: Path, home: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """That such plans read every case anew for each row shows in `bench/import.py`, from some thousand rows on."""
    monkeypatch.setattr(writing, "AT_ONCE", 2)
    rows = [{**SOFIA, "prs_FirstName": f"Sofia {number}"} for number in range(5)]
    file = write(tmp_path / "cases.csv", make_text_file(rows))
    with CaptureQueriesContext(connection) as asked:
        run(file, home, capsys)
    assert [one["sql"] for one in asked].count("DISCARD PLANS") == 3


@pytest.mark.django_db
def test_a_second_workbook_finds_the_persons_of_the_first(
    tmp_path: Path, home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "cases.csv", make_text_file([AMINA, SOFIA, NOBODY_KNOWN]))
    run(file, home, capsys)
    _, again = run(file, home, capsys)
    assert (again["persons_new"], again["persons_existing"], again["cases"]) == (1, 2, 3)
    assert [warning["code"] for warning in again["warnings"]].count("same_file") == 1
    assert (Person.objects.count(), Case.objects.count()) == (4, 6)


@pytest.mark.django_db
@pytest.mark.parametrize(("keep_apart", "persons"), [(False, 2), (True, 4)])
def test_each_row_that_is_likely_of_a_known_person_is_named_with_what_was_done(
    tmp_path: Path, home: str, capsys: pytest.CaptureFixture[str], keep_apart: bool, persons: int
) -> None:
    run(write(tmp_path / "first.xlsx", make_workbook([SOFIA])), home, capsys)
    file = write(tmp_path / "cases.xlsx", make_workbook([AMINA, SOFIA, AMINA]))
    _, dry = run(file, home, capsys, dry_run=True, keep_apart=keep_apart)
    _, real = run(file, home, capsys, keep_apart=keep_apart)
    assert {**dry, "written": True} == real
    assert real["proposals"] == [
        {"row": 4, "earlier_row": None, "joined": not keep_apart},
        {"row": 5, "earlier_row": 3, "joined": not keep_apart},
    ]
    assert (real["persons_new"], real["persons_existing"]) == ((3, 0) if keep_apart else (1, 1))
    assert (Person.objects.count(), Case.objects.count()) == (persons, 4)


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["prs_Birthdate", "names"])
def test_rows_without_a_name_or_a_birth_are_never_joined(
    tmp_path: Path, home: str, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    gone = {"prs_FirstName", "prs_SecondName"} if missing == "names" else {missing}
    row = {name: value for name, value in AMINA.items() if name not in gone}
    _, result = run(write(tmp_path / "cases.csv", make_text_file([row, row])), home, capsys)
    assert (result["persons_new"], result["persons_existing"], result["proposals"]) == (2, 0, [])


@pytest.mark.django_db
def test_one_bad_row_keeps_all_out(tmp_path: Path, home: str, capsys: pytest.CaptureFixture[str]) -> None:
    content = make_text_file([AMINA, SOFIA]).replace(b"2001-01-30", b"2031-01-30")
    code, result = run(write(tmp_path / "cases.csv", content), home, capsys)
    assert (code, result["rows"], result["accepted"], result["rejected"], result["written"]) == (
        1,
        2,
        1,
        1,
        False,
    )
    (error,) = result["errors"]
    assert error.keys() == {"row", "column", "code", "message"}
    assert (error["row"], error["code"]) == (3, "date_future")
    assert not Case.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n0000", b"", b"a,b\n1,2\n"])
def test_what_is_no_workbook_ends_with_two(
    tmp_path: Path, home: str, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    code, result = run(write(tmp_path / "cases.xlsx", content), home, capsys)
    assert code == 2
    assert result["errors"][0]["message"]


@pytest.mark.django_db
def test_an_unknown_organisation_is_told_which_there_are(
    tmp_path: Path, home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, result = run(write(tmp_path / "cases.xlsx", make_workbook()), "Nobody", capsys)
    assert code == 2
    assert home in result["errors"][0]["message"]


@pytest.mark.django_db
def test_a_failure_in_the_middle_writes_nothing(
    tmp_path: Path, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "cases.xlsx", make_workbook([AMINA, SOFIA, AMINA]))

    def fail(*positional: Any, **named: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(direct, "record", fail)
    organisation = make_organisation()
    viewer = system_viewer(
        commands.NEEDED, organisation_id=organisation.pk, compartments=[Compartment.PROTECTION]
    )
    with pytest.raises(RuntimeError):
        take_in(file=file, dry_run=False, by=viewer, now=NOW)
    assert not Case.objects.exists()
    assert not Person.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("layout", ["excel", "excel_single_select"])
def test_the_standards_own_sheets_come_in(
    tmp_path: Path, home: str, capsys: pytest.CaptureFixture[str], layout: str
) -> None:
    file = tmp_path / "own.xlsx"
    fill_workbook(layout, 60, random.Random(7), file)
    code, result = run(file, home, capsys)
    assert (code, result["layout"], result["errors"]) == (0, layout, [])
    assert Case.objects.count() == 60


@pytest.mark.django_db
def test_in_words_it_says_what_became_of_the_rows(
    tmp_path: Path, home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "cases.xlsx", make_workbook([AMINA, SOFIA, AMINA, NOBODY_KNOWN]))
    commands.import_htcds(file, organisation=home, dry_run=True, as_json=False)
    told = capsys.readouterr()
    assert "The rows would become 4 cases with 3 episodes, of 3 new persons and 0 known ones." in told.out
    assert "Consent is No in 1 row:" in told.out
    assert "1 row joined to a person with the same names and birth date" in told.out
    assert "row 5: row 3" in told.out
    assert told.err == ""


def test_the_rights_of_the_command_are_those_it_needs() -> None:
    assert set(commands.NEEDED) == {
        Permission.IMPORT_RUN, Permission.CASE_READ, Permission.CASE_CREATE, Permission.PLACE_READ,
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_real_command(tmp_path: Path, home: str) -> None:
    database = settings.DATABASES["default"]
    url = f"postgresql:///{database['NAME']}?host={database['HOST']}&user={database['USER']}"
    secrets = {"AMPARO_SECRET_KEY": "k" * 64, "AMPARO_HOSTS": "amparo.example.org"}
    environment = {**os.environ, "AMPARO_DATABASE_URL": url, **secrets}
    good = write(tmp_path / "cases.xlsx", make_workbook())
    command = [
        sys.executable,
        "-m",
        "amparo.cli",
        "import",
        "htcds",
        str(good),
        "--organisation",
        home,
        "--json",
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert json.loads(done.stdout)["cases"] == Case.objects.count() == 2
