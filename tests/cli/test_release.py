"""The command `amparo release check`: what it finds in files of `amparo table --json`, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from amparo.cli import command_line
from amparo.stats.disclosure import Condition, CountTable, TableRequest, protect, to_json

COUNTS = [(("adult", "f"), 40), (("adult", "m"), 30), (("child", "f"), 12), (("child", "m"), 9)]
OTHERS = [(("child", "x"), 3), (("adult", "x"), 2)]


def amparo(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command_line(), ["release", "check", *map(str, arguments)])


def write(path: Path, request: TableRequest, counted: Sequence[tuple[tuple[str, ...], int]]) -> Path:
    path.write_text("".join(to_json(protect(CountTable.from_counts(request, counted)))), encoding="utf-8")
    return path


@pytest.fixture
def new(tmp_path: Path) -> Path:
    request = TableRequest(rows=("age",), columns=("gender",))
    return write(tmp_path / "new.json", request, COUNTS + OTHERS)


def test_a_table_that_gives_people_away_beside_an_earlier_one_is_held_up(tmp_path: Path, new: Path) -> None:
    request = TableRequest(rows=("age",), where=(Condition("gender", ("f", "x")),))
    old = write(tmp_path / "last-year.json", request, [(("adult",), 42), (("child",), 15)])
    result = amparo(new, "--beside", old)
    assert result.exit_code == 1
    assert (
        "age adult, gender f or x, 42, less age adult, gender f, 40, leaves 2 people of age adult, gender x. last-year holds"
        in result.output
    )
    told = json.loads(amparo(new, "--beside", old, "--json").stdout)
    assert {finding["kind"] for finding in told["findings"]} == {"difference", "worked_out"}


def test_the_same_table_again_and_its_totals_pass(tmp_path: Path, new: Path) -> None:
    totals = write(
        tmp_path / "totals.json", TableRequest(rows=("gender",)), [(("f",), 52), (("m",), 39), (("x",), 5)]
    )
    result = amparo(totals, "--beside", new)
    assert (result.exit_code, "nothing was found" in result.output) == (0, True), result.output


@pytest.mark.parametrize("content", ["{", "[]", '{"rows": []}', '{"audit": {"cleared": false}, "where": []}'])
def test_what_is_no_cleared_table_is_refused_in_words(tmp_path: Path, content: str) -> None:
    path = tmp_path / "odd.json"
    path.write_text(content, encoding="utf-8")
    assert "table" in str(amparo(path).exception)


def test_conditions_that_leave_values_out_are_refused(tmp_path: Path) -> None:
    request = TableRequest(rows=("age",), where=(Condition("gender", ("f",), is_excluding=True),))
    path = write(tmp_path / "not.json", request, [(("adult",), 42)])
    assert "name the values that count" in str(amparo(path).exception)
