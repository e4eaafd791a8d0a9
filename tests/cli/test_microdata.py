"""The commands `amparo risk` and `amparo protect`: what they print, write and refuse."""

from __future__ import annotations

import csv
import json
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from amparo.cli.protect import protect
from amparo.cli.risk import risk
from tests.stats.synthesis.people import people, write

application = typer.Typer(pretty_exceptions_enable=False)
application.command()(risk)
application.command()(protect)
KEYS = ("--keys", "sex,age,country", "--missing", "country=0")
SEVERAL = ("--sensitive", "means", "--multi", "means=;")


def run(*arguments: str | Path, exit_code: int = 0) -> Result:
    result = CliRunner().invoke(application, [str(argument) for argument in arguments])
    assert result.exit_code == exit_code, result.output
    return result


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    rows = people(200)
    rows[0]["country"] = "VN"
    return write(tmp_path / "cases.csv", rows)


def test_risk_says_who_is_alone_and_what_follows_for_certain(cases: Path, tmp_path: Path) -> None:
    report = tmp_path / "r.html"
    printed = run("risk", cases, *KEYS, *SEVERAL, "--population", "2000", "--report", report).stdout
    assert "k = 1: so many records are in the smallest group" in printed
    assert "Records that are alone by few keys" in printed
    assert "country = VN" in printed
    assert "For the office only" in report.read_text(encoding="utf-8")
    told = json.loads(run("risk", cases, *KEYS, *SEVERAL, "--population", "2000", "--json").stdout)
    assert told["anonymity"]["k"] == 1
    assert told["special"]["records"]["1"] == 1
    assert told["population"]["population"] == 2000
    assert {one["name"] for one in told["attacks"]} == {"prosecutor", "journalist", "marketer"}


def test_protect_writes_a_file_in_which_nobody_is_alone(cases: Path, tmp_path: Path) -> None:
    out, groups, report = tmp_path / "out.csv", tmp_path / "groups.csv", tmp_path / "r.html"
    groups.write_text(
        "column,code,parent\nage,0-17,\nage,18-29,grown\nage,30+,grown\nage,grown,\n", encoding="utf-8"
    )
    printed = run(
        "protect", cases, "-o", out, *KEYS, *SEVERAL, "--hierarchy", groups, "--report", report
    ).stdout
    assert "Written:" in printed
    with out.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["sex", "age", "country", "means"]
    assert {row["country"] for row in rows} <= {"NA", "NO", "CO", ""}  # VN is one person's, 0 was not known
    assert len(rows) == 200
    for chosen in combinations(("sex", "age", "country"), 3):
        assert min(Counter(tuple(row[name] for name in chosen) for row in rows).values()) >= 5
    told = json.loads(Path(f"{out}.provenance.json").read_text(encoding="utf-8"))
    assert (told["k"], told["m"], told["rows"]) == (5, 3, 200)
    assert "What was lost" in report.read_text(encoding="utf-8")


def test_nothing_is_written_where_something_cannot_be(cases: Path, tmp_path: Path) -> None:
    out, older = tmp_path / "out.csv", tmp_path / "older.csv"
    older.write_text("what was there", encoding="utf-8")
    for path in (out, older):
        Path(f"{path}.provenance.json").mkdir()
        run("protect", cases, "-o", path, *KEYS, exit_code=2)
    assert not out.exists()
    assert older.read_text(encoding="utf-8") == "what was there"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("protect", "-o", "cases.csv", "--keys", "sex"), "is the file of records itself"),
        (("protect", "-o", "out.txt", "--keys", "sex"), "does not end in .csv or .parquet"),
        (
            ("protect", "-o", "out.csv", "--keys", "sex", "--k", "500"),
            "has 200 records, and 500 are to be alike",
        ),
        (("protect", "-o", "out.csv", "--keys", "sex", "--importance", "age=2"), '"age" is no key'),
        (("protect", "-o", "out.csv", "--keys", "sex", "--importance", "sex"), "Write --importance COLUMN=2"),
        (("risk", "--keys", "sex", "--blank", "no"), "Take value or unknown"),
        (("risk", "--keys", "sex", "--missing", "sex"), "Write --missing COLUMN=0,-99"),
        (("risk", "--keys", "sex", "--language", "xx"), "There is no report in the language"),
        (("risk", "--keys", "sex", "--ordered", "age"), '"age" is to be ordered, and is no sensitive column'),
        (("risk", "--keys", "sex", "--population", "7"), "cannot hold the 200 persons"),
    ],
)
def test_a_slip_is_refused_with_its_remedy(
    cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    command, *rest = arguments
    assert words in run(command, "cases.csv", *rest, exit_code=2).output
