"""The commands `amparo synthesize` and `amparo evaluate`: what they write, print, charge and refuse."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from amparo.cli.evaluate import evaluate
from amparo.cli.synthesize import synthesize
from amparo.stats.privacy import Expense, Ledger, rho_of
from tests.stats.synthesis.people import people, write

application = typer.Typer(pretty_exceptions_enable=False)
application.command()(synthesize)
application.command()(evaluate)

CODEBOOK = """
data: made up
budget: {epsilon: 5, delta: 1e-6}
columns:
  sex: [F, M]
  age: [0-17, 18-29, 30+]
  country: {values: [NA, NO, CO], missing: "0"}
  means: {values: [debt, threats, drugs], separator: ";"}
"""


def run(*arguments: str | Path, exit_code: int = 0) -> Result:
    result = CliRunner().invoke(application, [str(argument) for argument in arguments])
    assert result.exit_code == exit_code, result.output
    return result


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    (tmp_path / "book.yaml").write_text(CODEBOOK, encoding="utf-8")
    return write(tmp_path / "cases.csv", people(300))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.slow
def test_rows_have_the_shape_of_the_file_and_say_how_they_were_made(cases: Path, tmp_path: Path) -> None:
    out, book, report = tmp_path / "out.csv", tmp_path / "book.yaml", tmp_path / "report.html"
    told = json.loads(
        run(
            "synthesize",
            cases,
            "-o",
            out,
            "--codebook",
            book,
            "--delta",
            "1e-6",
            "--report",
            report,
            "--json",
        ).stdout
    )
    rows = rows_of(out)
    assert '"' not in out.read_text(
        encoding="utf-8"
    )  # a blank is nothing, and nothing is quoted without need
    assert list(rows[0]) == ["sex", "age", "country", "means"]
    assert {row["country"] for row in rows} <= {"NA", "NO", "CO", ""}
    assert {item for row in rows for item in row["means"].split(";")} <= {"debt", "threats", "drugs", ""}
    assert len(rows) == told["rows"]
    assert told == json.loads(Path(f"{out}.provenance.json").read_text(encoding="utf-8"))
    assert told["private"]
    assert (told["epsilon"], told["delta"]) == (4.0, 1e-6)
    assert told["unit"].startswith("one person")
    assert "add or remove one person" in told["neighbours"]
    assert {"error_to_expect", "do_not_conclude", "cite", "rho_parts", "public"} <= set(told)
    assert "What may not be concluded" in report.read_text(encoding="utf-8")
    ledger = Ledger.from_json(Path(f"{cases}.budget.json").read_text(encoding="utf-8"))
    assert ledger.cap == 5.0
    assert ledger.rho == pytest.approx(told["rho"])
    digest = ledger.expenses[0].snapshot
    assert len(digest) == 64
    assert digest not in json.dumps(told)  # with it, a guess of all records could be tried

    # a second release is beyond the budget: refused, and nothing is written
    again = run(
        "synthesize", cases, "-o", tmp_path / "again.csv", "--codebook", book, "--delta", "1e-6", exit_code=2
    )
    assert "budget of made up is spent" in again.output
    assert not (tmp_path / "again.csv").exists()

    compared = json.loads(
        run(
            "evaluate",
            cases,
            out,
            "--codebook",
            book,
            "--report",
            tmp_path / "e.html",
            "--language",
            "ar",
            "--json",
        ).stdout
    )
    assert compared["n_synthetic"] == len(rows)
    assert 'dir="rtl"' in (tmp_path / "e.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_file_with_seeded_noise_is_stamped_in_every_row_and_in_the_report(
    cases: Path, tmp_path: Path
) -> None:
    out, report = tmp_path / "out.csv", tmp_path / "r.html"
    options = ("--codebook", tmp_path / "book.yaml", "--ledger", tmp_path / "l.json", "--report", report)
    result = run("synthesize", cases, "-o", out, *options, "--noise-seed", "1")
    assert all("NOT PRIVATE" in row.values() for row in rows_of(out))
    assert "NOT PRIVATE" in report.read_text(encoding="utf-8")
    assert "NOT PRIVATE" in result.output
    assert not json.loads(Path(f"{out}.provenance.json").read_text(encoding="utf-8"))["private"]


@pytest.mark.slow
def test_rows_without_noise_say_what_they_do_not_protect(cases: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    write(cases, [{**row, "diary": ""} for row in people(300)])
    result = run("synthesize", cases, "-o", out, "--k", "10", "--multi", "means=;", "--omit", "age")
    words = " ".join(result.output.split())
    assert "not differentially private" in words
    assert "left out, since no record has a value there: diary" in words
    (noted,) = Ledger.from_json(Path(f"{cases}.budget.json").read_text(encoding="utf-8")).noted
    assert noted.what == "k-anonymous synthetic data, k = 10"
    told = json.loads(Path(f"{out}.provenance.json").read_text(encoding="utf-8"))
    assert told["release"] == noted.release
    import duckdb

    made = duckdb.read_parquet(str(out)).filter("country <> '' AND sex <> ''")
    shown = made.aggregate("country, sex, count(*)").fetchall()
    assert len(shown) > 3
    true = [(row["country"], row["sex"]) for row in people(300)]
    assert min(true.count((country, sex)) for country, sex, _ in shown) >= 10


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--epsilon", "0"), "not a positive number"),
        (("--k", "10", "--epsilon", "1"), "Take one of the two"),
        (("--prefer", "speed"), "counts or no-inventions"),
        (("--multi", "means"), "has no column and separator"),
        (("--omit", "weight"), 'names "weight"'),
        (("--length", "5"), "up to length 3 or 4"),
        (("--codebook", "none.yaml"), "cannot be opened"),
        (("--language", "xx"), "There is no report in the language"),
    ],
)
def test_what_cannot_be_done_is_said(
    cases: Path, tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    result = run("synthesize", cases, "-o", tmp_path / "out.csv", *options, exit_code=2)
    assert words in " ".join(result.output.split())
    assert not (tmp_path / "out.csv").exists()


def test_a_refusal_spends_nothing_or_says_what_it_spent(cases: Path, tmp_path: Path) -> None:
    path = Path(f"{cases}.budget.json")

    def refused(epsilon: str) -> tuple[str, Ledger]:
        path.write_text(Ledger("made up", "person", 1e-6, 5.0, (spent,)).to_json(), encoding="utf-8")
        options = ("--codebook", tmp_path / "book.yaml", "--epsilon", epsilon)
        words = run("synthesize", cases, "-o", tmp_path / "out.csv", *options, exit_code=2).output
        return " ".join(words.split()), Ledger.from_json(path.read_text(encoding="utf-8"))

    spent = Expense("a", "2026-01-01", "synthetic data", rho_of(4.0, 1e-6), 4.0, 1e-6)
    words, ledger = refused("4")  # too much for 2,000 persons, as by the delta that the ledger tells
    assert "Nothing was spent: this was found for 2,000 persons" in words
    assert ledger.expenses == (spent,)

    words, ledger = refused("2.8")  # too much for 300 persons
    assert "epsilon 0.014 was spent; it stands in the ledger" in words
    assert [one.what for one in ledger.expenses[1:]] == ["synthetic data, refused after its first step"]
    assert [(one.rho, one.epsilon, one.delta) for one in ledger.expenses[1:]] == [
        (pytest.approx(0.014**2 / 2), pytest.approx(0.014), 0.0)
    ]


def test_outputs_that_would_do_harm_are_refused(cases: Path, tmp_path: Path) -> None:
    assert "would be overwritten" in run("synthesize", cases, "-o", cases, exit_code=2).output
    assert (
        "does not end in .csv or .parquet"
        in run("synthesize", cases, "-o", tmp_path / "out.xlsx", exit_code=2).output
    )
    Path(f"{cases}.budget.json").write_text("{", encoding="utf-8")
    damaged = run("synthesize", cases, "-o", tmp_path / "out.csv", exit_code=2)
    assert "is not a privacy ledger" in " ".join(damaged.output.split())


def test_an_evaluation_says_first_which_file_is_missing_and_nothing_of_noise(tmp_path: Path) -> None:
    few = write(tmp_path / "few.csv", people(3))
    missing = run("evaluate", few, tmp_path / "none.csv", exit_code=2)
    assert "There is no file" in missing.output
    (tmp_path / "empty.csv").write_text("sex,age,country,means\n", encoding="utf-8")
    assert "has no records, only headings" in run("evaluate", few, tmp_path / "empty.csv", exit_code=2).output


def test_a_file_without_any_value_is_not_compared(tmp_path: Path) -> None:
    blank = tmp_path / "blank.csv"
    blank.write_text("sex,age\n" + ",\n" * 60, encoding="utf-8")
    assert "blank.csv has no value in any column" in run("evaluate", blank, blank, exit_code=2).output
