"""Who stands twice in a file of persons: `amparo table` and `amparo synthesize` refuse it by column, record and remedy."""

from __future__ import annotations

from pathlib import Path

import duckdb
import ibis
import pytest
import typer
from typer.testing import CliRunner, Result

from amparo.cli.synthesize import synthesize
from amparo.cli.table import table
from amparo.stats.disclosure import CannotCount, Condition, check_persons

application = typer.Typer(pretty_exceptions_enable=False)
application.command()(table)
application.command()(synthesize)

LINES = [f"p{at},{'fm'[at % 2]},{2024 + at % 3 // 2}" for at in range(60)]


def write(path: Path, *more: str) -> Path:
    path.write_text("\n".join(["who,sex,year", *LINES, *more, ""]), encoding="utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(application, ["table", *map(str, arguments), "--rows", "sex"])


def test_a_person_who_stands_twice_is_refused_with_column_records_and_remedy(tmp_path: Path) -> None:
    path = write(tmp_path / "twice.csv", "p7,m,2024", "p3,f,2025", "p7 ,m,2024")
    result = run(path, "--person", "who")
    assert result.exit_code == 2
    assert (
        'By the column "who", 2 of the persons stand in more records than one may have, which is 1 (records 4, 62).'
        in result.output
    )
    assert "Take out what stands twice" in result.output
    assert "p3" not in result.output, "a refusal names records, no persons"
    parquet = tmp_path / "twice.parquet"
    duckdb.sql(f"COPY (SELECT * FROM read_csv('{path}')) TO '{parquet}' (FORMAT parquet)")  # noqa: S608 - paths of this test
    assert "(records 4, 62)" in run(parquet, "--person", "who").output


@pytest.mark.parametrize(
    "options",
    [
        (),  # nobody said which column tells persons apart
        ("--person", "who", "--most", "3", "--counting-unit", "episodes"),
        ("--person", "who", "--where", "year=2024"),
    ],
)
def test_several_records_of_a_person_may_be_meant(tmp_path: Path, options: tuple[str, ...]) -> None:
    result = run(write(tmp_path / "twice.csv", "p7,m,2025", "p3,f,2025", "p7,m,2026"), *options)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("more", "options", "words"),
    [
        (",m,2024", ("--person", "who"), '"who" does not name a person in each record (records 61)'),
        ("p7,m,2024", ("--person", "whom"), 'no column "whom"'),
        ("p7,m,2024", ("--person", "who", "--most", "0"), "Write --most 1"),
        ("p7,m,2024", ("--most", "2"), "with --person"),
        ("p7,m,2024", ("--person", "who", "--subtotals"), "(records 8, 61)"),
        ("p7,m,2024", ("--codebook", "book.yaml"), "(records 8, 61)"),
    ],
)
def test_what_cannot_be_checked_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str, options: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("book.yaml").write_text("person: who\ncolumns: {sex: [f, m]}\n", encoding="utf-8")
    result = run(write(tmp_path / "records.csv", more), *options)
    assert (result.exit_code, words in result.output) == (2, True), result.output


def test_an_engine_refuses_as_well_though_its_records_have_no_numbers(tmp_path: Path) -> None:
    path = write(tmp_path / "twice.csv", "p7,m,2024", "p3,f,2025")
    records = ibis.duckdb.connect().read_csv(path)
    with pytest.raises(CannotCount, match=r"2 of the persons stand .*, which is 1\."):
        check_persons(records, "who")
    check_persons(records, "who", most=2)
    check_persons(records, "who", where=[Condition("year", ("2026",))])


def test_synthesis_takes_the_column_by_the_same_word(tmp_path: Path) -> None:
    path = write(tmp_path / "twice.csv", "p7,m,2024")
    result = CliRunner().invoke(
        application, ["synthesize", str(path), "-o", str(tmp_path / "out.csv"), "--person", "who"]
    )
    assert (result.exit_code, "Records 8 and 61 are of the same person" in result.output) == (2, True)
    assert not (tmp_path / "twice.csv.budget.json").exists(), "nothing is spent on a refusal"
