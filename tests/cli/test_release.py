"""The command `amparo release check`: what it finds in files of `amparo table --json`, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from amparo.cli import command_line
from amparo.stats.disclosure import Condition, CountTable, TableRequest, protect, to_json
from amparo.stats.disclosure.register import Mark, book_of, cells_of_table

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


def test_a_value_that_holds_a_comma_is_one_value(tmp_path: Path) -> None:
    def place(name: str, *values: str) -> Path:
        request = TableRequest(rows=("age",), where=(Condition("place", values),))
        count = 42 if len(values) > 1 else 40
        return write(tmp_path / name, request, [(("adult",), count)])

    result = amparo(place("new.json", "Coast, north"), "--beside", place("old.json", "Coast, north", "Hills"))
    assert result.exit_code == 1
    assert "leaves 2 people of age adult, place Hills" in result.output


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


def test_a_file_of_a_published_release_is_sent_to_the_desk(tmp_path: Path, new: Path) -> None:
    published = tmp_path / "table-1.json"
    published.write_text('{"version": "2.0", "class": "dataset", "id": ["age"], "size": [1], "value": [12]}')
    for given in ((published,), (new, "--beside", published)):
        result = amparo(*given)
        assert "is JSON-stat, the form of published tables" in str(result.exception)
        assert "at the release desk" in str(result.exception)


def test_conditions_that_leave_values_out_are_refused(tmp_path: Path) -> None:
    request = TableRequest(rows=("age",), where=(Condition("gender", ("f",), is_excluding=True),))
    path = write(tmp_path / "not.json", request, [(("adult",), 42)])
    assert "name the values that count" in str(amparo(path).exception)


PEOPLE = "age,gender,wage,key\n" + "".join(
    f"{age},{gender},{100 + at},{7919 * at}\n"
    for age, gender, count in (
        ("0-8", "f", 14),
        ("9-17", "f", 6),
        ("adult", "f", 40),
        ("adult", "m", 35),
        ("9-17", "m", 3),
    )
    for at in range(count)
)
AGES = "column,code,parent\nage,child,\nage,0-8,child\nage,9-17,child\nage,adult,\n"


@pytest.fixture
def counted(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that writes a table of the same people by `amparo table --json`."""
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "ages.csv").write_text(AGES, encoding="utf-8")

    def make(name: str, *options: str) -> Path:
        given = [str(tmp_path / "ages.csv") if option == "AGES" else option for option in options]
        path = tmp_path / name
        arguments = ["table", str(tmp_path / "people.csv"), *given, "--json", "--output", str(path)]
        result = CliRunner().invoke(command_line(), arguments)
        assert result.exit_code == 0, result.output
        return path

    return make


@pytest.mark.parametrize(
    "options",
    [
        ("--rows", "age", "--columns", "gender", "--hierarchy", "AGES"),
        ("--rows", "age,gender", "--subtotals"),
        ("--rows", "age", "--columns", "gender", "--subtotals", "--percent", "rows"),
        ("--rows", "age", "--columns", "gender", "--subtotals", "--where", "gender=f"),
        ("--rows", "age", "--columns", "gender", "--subtotals", "--method", "round"),
        ("--rows", "age", "--columns", "gender", "--method", "cellkey", "--record-key", "key"),
    ],
)
def test_what_the_command_for_tables_writes_is_taken(
    counted: Callable[..., Path], options: tuple[str, ...]
) -> None:
    alone = counted("alone.json", "--rows", "gender")
    result = amparo(counted("new.json", *options), "--beside", alone)
    assert (result.exit_code, "nothing was found" in result.output) == (0, True), (
        result.output,
        result.exception,
    )


def test_a_group_counts_all_its_values_and_is_held_against_them(counted: Callable[..., Path]) -> None:
    groups = counted("groups.json", "--rows", "age", "--hierarchy", "AGES", "--where", "gender=f")
    kept = json.loads(groups.read_text(encoding="utf-8"))
    child = next(cell for cell in cells_of_table(kept, population="p") if cell.low == 20)
    assert dict(child.predicate) == {"age": frozenset({"0-8", "9-17"}), "gender": frozenset({"f"})}
    everybody = counted("last-year.json", "--rows", "age", "--hierarchy", "AGES")
    result = amparo(groups, "--beside", everybody)
    assert result.exit_code == 1
    assert "age 0-8 or 9-17, 23, less age 0-8 or 9-17, gender f, 20, leaves 3 people" in result.output


def test_a_hidden_cell_of_several_dimensions_may_be_any_number(counted: Callable[..., Path]) -> None:
    kept = json.loads(
        counted("a.json", "--rows", "age", "--columns", "gender", "--subtotals").read_text("utf-8")
    )
    cells = cells_of_table(kept, population="p")
    hidden = [cell for cell in cells if cell.is_hidden]
    assert {(cell.mark, cell.low, cell.high) for cell in hidden} == {(Mark.SMALL, 0, None)}
    assert book_of([kept], cells)["age"] == {"0-8", "9-17", "adult"}


def test_counts_with_noise_are_told_by_their_budget(counted: Callable[..., Path]) -> None:
    private = ("--rows", "age", "--hierarchy", "AGES", "--method", "dp", "--epsilon")
    one, two = counted("one.json", *private, "1"), counted("two.json", *private, "2")
    result = amparo(one, "--beside", two, "--beside", counted("exact.json", "--rows", "gender"))
    assert (result.exit_code, "exact numbers" in result.output) == (0, True), result.exception
    told = json.loads(amparo(one, "--beside", two, "--json").stdout)
    assert 0 < told["rho"] < told["rho_before"]
    seeded = amparo(counted("seeded.json", *private, "1", "--noise-seed", "1"))
    assert "Make it anew without --noise-seed" in str(seeded.exception)


def test_sums_are_refused_with_what_to_do(counted: Callable[..., Path]) -> None:
    refused = str(amparo(counted("wages.json", "--rows", "gender", "--amount", "wage")).exception)
    assert "wages.json: The table holds sums of “wage”" in refused
    assert "without --amount" in refused


def test_totals_that_do_not_add_up_are_refused_with_column_and_line(counted: Callable[..., Path]) -> None:
    path = counted(
        "groups.json", "--rows", "age", "--columns", "gender", "--hierarchy", "AGES", "--where", "gender=f,m"
    )
    kept = json.loads(path.read_text(encoding="utf-8"))
    (child,) = [
        cell for cell in kept["tables"][0]["cells"] if cell["values"] == {"age": None, "gender": None}
    ]
    child["value"] += 1
    path.write_text(json.dumps(kept), encoding="utf-8")
    refused = str(amparo(path).exception)
    assert (
        "groups.json: The numbers by “age” (gender f or m) add up to 98, and their total is given as 99."
        in refused
    )
    assert "Count the table anew" in refused


def test_private_counts_take_a_hierarchy_with_a_code_for_blank(
    counted: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE + ",f,1,1\n", encoding="utf-8")
    (tmp_path / "ages.csv").write_text(AGES + "age,,\n", encoding="utf-8")
    told = json.loads(
        counted(
            "p.json", "--rows", "age", "--hierarchy", "AGES", "--method", "dp", "--epsilon", "1"
        ).read_text("utf-8")
    )
    assert {"age": ""} in [cell["values"] for cell in told["tables"][0]["cells"]]
