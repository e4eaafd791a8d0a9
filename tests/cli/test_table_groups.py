"""What a codebook tells in groups is in no table of `amparo table`: each is the one of records that were in groups from the start."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from amparo.cli.table import table

application = typer.Typer(pretty_exceptions_enable=False)
application.command()(table)

BOOK = """person: who
columns:
  sex: [F, M]
  age: {values: [0--17, 18--29, 30+], groups: {0--17: [0--8, 9--17]}}
"""
AGES = (("0--8", 4), ("9--17", 13), ("18--29", 30), ("30+", 21))
GROUPED = {"0--8": "0--17", "9--17": "0--17"}
PRIVATE = ("--method", "dp", "--epsilon", "1", "--noise-seed", "1")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    lines = [(sex, age) for sex in "FM" for age, count in AGES for _ in range(count + 3 * (sex == "F"))]
    for kind, groups in (("fine", {}), ("told", GROUPED)):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "records.csv").write_text(
            "who,sex,age,office,key,wages\n"
            + "".join(
                f"p{at},{sex},{groups.get(age, age)},o{at % 7},{7919 * at % 65536},{at * at % 97}\n"
                for at, (sex, age) in enumerate(lines)
            )
        )
    for name, text in (
        ("fine.yaml", BOOK),
        ("told.yaml", BOOK.replace(", groups: {0--17: [0--8, 9--17]}", "")),
        ("fine.csv", "column,code,parent\nage,child,\nage,0--17,child\nage,0--8,0--17\nage,9--17,0--17\n"),
        ("told.csv", "column,code,parent\nage,child,\nage,0--17,child\n"),
        ("link.yaml", "tables:\n  - rows: [age]\n  - rows: [sex]\n    where: [age=0--17]\n"),
    ):
        adults = "age,,\nage,adult,\nage,18--29,adult\nage,30+,adult\n" if name.endswith(".csv") else ""
        (tmp_path / name).write_text(text + adults)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def asked(kind: str, *options: str) -> Result:
    named = (option.replace("KIND", kind) for option in options)
    return CliRunner().invoke(
        application, [f"{kind}/records.csv", "--rows", "sex", "--codebook", f"{kind}.yaml", *named]
    )


def told(kind: str, *options: str) -> tuple[dict[str, Any], list[str]]:
    result = asked(kind, *options, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    notes = [one["message"] for one in found.pop("warnings")]
    return found, notes


@pytest.mark.parametrize(
    "options",
    [
        ("--columns", "age"),
        ("--columns", "age", "--hierarchy", "KIND.csv"),
        ("--where", "age=0--17", "--threshold", "18"),
        ("--where", "age!=0--17"),
        ("--columns", "age", "--link", "link.yaml"),
        ("--columns", "age", "--rule", "minors=age:0--17:30", "--rule", "organisations=office:3"),
        ("--columns", "age", "--method", "cellkey", "--record-key", "key"),
        ("--columns", "age", "--amount", "wages", "--rule", "dominance=2:40"),
        ("--columns", "age", "--amount", "wages", "--contributor", "office"),
        ("--columns", "age", "--method", "round"),
        ("--columns", "age", *PRIVATE),
        ("--columns", "age", "--hierarchy", "KIND.csv", *PRIVATE),
    ],
    ids=lambda options: " ".join(options[1:] or options),
)
@pytest.mark.usefixtures("folder")
def test_a_table_is_that_of_records_in_groups_and_says_so(options: tuple[str, ...]) -> None:
    fine, notes = told("fine", *options)
    grouped, others = told("told", *options)
    assert fine == grouped
    assert "0--8" not in json.dumps(fine)
    words = 'In "age", 0--8, 9--17 are told as "0--17": the codebook says so.'
    assert [note for note in notes if note not in others] == ([] if "dp" in options else [words])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--where", "age=0--8"), 'The codebook tells "0--8" in "age" as "0--17"'),
        (("--where", "age!=9--17"), 'The codebook tells "9--17" in "age" as "0--17"'),
        (("--columns", "age", "--rule", "minors=age:0--8,0--17:10"), "Name the group in its place"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_nothing_finer_can_be_asked(options: tuple[str, ...], words: str) -> None:
    result = asked("fine", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


@pytest.mark.usefixtures("folder")
def test_a_group_is_missing_only_where_none_of_its_values_is_in_the_records(folder: Path) -> None:
    path = folder / "fine" / "records.csv"
    path.write_text(path.read_text().replace(",0--8,", ",9--17,"))
    assert not [note for note in told("fine", "--where", "age=0--17")[1] if "No record" in note]
    path.write_text(path.read_text().replace(",9--17,", ",30+,"))
    assert 'No record has "0--17" in "age".' in " ".join(told("fine", "--where", "age=0--17")[1])


def test_in_arabic_the_values_are_joined_and_set_apart_as_arabic_does(folder: Path) -> None:
    page = folder / "page.html"
    result = asked("fine", "--columns", "age", "--report", str(page), "--language", "ar")
    assert result.exit_code == 0, result.output
    assert "\u20680--8\u2069\u060c \u20689--17\u2069" in page.read_text(encoding="utf-8")
