"""The command `amparo prevalence`: what it prints, writes, refuses, and loads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from amparo.cli.prevalence import prevalence

application = typer.Typer(pretty_exceptions_enable=False)
application.command()(prevalence)

CELLS = "police,shelter,hotline,count\n1,0,0,60\n0,1,0,50\n0,0,1,55\n1,1,0,20\n1,0,1,15\n0,1,1,16\n1,1,1,9\n"


def amparo_prevalence(*arguments: str | Path) -> Result:
    return CliRunner().invoke(application, [str(argument) for argument in arguments])


def read_json(*arguments: str | Path, exit_code: int = 0) -> dict[str, Any]:
    result = amparo_prevalence(*arguments, "--json")
    assert result.exit_code == exit_code, result.output
    loaded: dict[str, Any] = json.loads(result.stdout)
    return loaded


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    path = tmp_path / "lists.csv"
    path.write_text(CELLS, encoding="utf-8")
    return path


def test_json_is_the_promised_object(lists: Path) -> None:
    told = read_json(lists, "--method", "stepwise,chao", "--reps", "50")
    assert told["n"] == 225
    assert [one["method"] for one in told["estimates"]] == ["stepwise", "chao"]
    for one in told["estimates"]:
        assert {"method", "estimate", "intervals", "model", "status", "warnings"} <= set(one)
        low, high = one["intervals"]["0.95"]
        narrow = one["intervals"]["0.8"]
        assert low <= narrow[0] <= one["estimate"] <= narrow[1] <= high
    assert "sensitivity" in told


def test_one_model_is_fitted_by_position_of_lists(lists: Path) -> None:
    told = read_json(lists, "--model", "12,3")
    assert [one["method"] for one in told["estimates"]] == ["loglinear"]
    assert told["estimates"][0]["model"] == "12,3"
    independent = read_json(lists, "--method", "loglinear")
    assert independent["estimates"][0]["model"] == "1,2,3"


def test_same_seed_same_digits_another_seed_others(lists: Path) -> None:
    asked = (lists, "--method", "stepwise", "--reps", "50")
    one, again, other = (
        amparo_prevalence(*asked, "--json", "--seed", seed).stdout for seed in ("5", "5", "6")
    )
    assert one == again != other
    assert json.loads(one)["seed"] == 5


def test_exit_code_tells_that_an_estimate_does_not_exist(tmp_path: Path) -> None:
    path = tmp_path / "lists.csv"
    path.write_text("A,B,C,count\n1,0,0,40\n0,1,0,30\n0,0,1,20\n1,1,0,6\n", encoding="utf-8")
    told = read_json(path, "--model", "12,13", exit_code=1)
    assert (told["estimates"][0]["estimate"], told["estimates"][0]["intervals"]) == (None, None)
    assert told["estimates"][0]["status"] == "no maximum"
    result = amparo_prevalence(path, "--model", "12,13")
    assert result.exit_code == 1
    assert "none: no upper end" in result.stdout


def test_level_stands_beside_the_two_promised_ones(lists: Path) -> None:
    told = read_json(lists, "--method", "chao", "--level", "0.9")
    assert set(told["estimates"][0]["intervals"]) == {"0.8", "0.9", "0.95"}


def test_strata_and_population(tmp_path: Path) -> None:
    path = tmp_path / "lists.csv"
    rows = "".join(f"{line},{sex}\n" for sex in ("woman", "man") for line in CELLS.splitlines()[1:])
    path.write_text("police,shelter,hotline,count,sex\n" + rows, encoding="utf-8")
    told = read_json(path, "--strata", "sex", "--method", "chao", "--population", "100000")
    assert told["n"] == 450
    assert {name: part["n"] for name, part in told["strata"].items()} == {"man": 225, "woman": 225}
    assert told["estimates"][0]["per_100000"] == pytest.approx(told["estimates"][0]["estimate"])


def test_lists_are_merged_left_out_and_looked_into(lists: Path) -> None:
    merged = read_json(lists, "--merge", "police+shelter", "--method", "chao")
    assert merged["lists"]["names"] == ["police+shelter", "hotline"]
    assert read_json(lists, "--omit", "hotline", "--method", "chao")["n"] == 170
    inside = read_json(lists, "--given", "police", "--method", "chao")
    assert (inside["n"], inside["lists"]["names"]) == (44, ["shelter", "hotline"])


def test_uncertain_links_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    rows = [f"P{n},police,1\n" for n in range(60)] + [
        f"P{n},shelter,{0.6 if n < 20 else 1}\n" for n in range(40)
    ]
    rows += [f"S{n},shelter,1\n" for n in range(30)]
    path.write_text("who,list,chance\n" + "".join(rows), encoding="utf-8")
    told = read_json(path, "--person", "who", "--list", "list", "--probability", "chance", "--method", "chao")
    assert told["n"] == 90
    assert told["warnings"][0]["code"] == "uncertain-links"


def test_reports_are_written_whole(lists: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    result = amparo_prevalence(lists, "--method", "chao", "--report", page)
    assert result.exit_code == 0
    assert "Report:" in result.stderr
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    printed = tmp_path / "report.pdf"
    assert amparo_prevalence(lists, "--method", "chao", "--report", printed).exit_code == 0
    assert printed.read_bytes().startswith(b"%PDF")
    assert [path.name for path in tmp_path.glob(".*")] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.csv"], "There is no file"),
        (["{lists}", "--method", "magic"], "no method"),
        (["{lists}", "--model", "19"], "lists from 1"),
        (["{lists}", "--model", "12", "--method", "chao"], "--model belongs to"),
        (["{lists}", "--level", "95"], "between 0 and 1"),
        (["{lists}", "--reps", "0"], "At least one replicate"),
        (["{lists}", "--threshold", "2", "--method", "chao"], "protects nobody"),
        (["{lists}", "--language", "xx"], "no report in the language"),
        (["{lists}", "--report", "report.doc"], "neither .html nor .pdf"),
        (["{lists}", "--report", "nowhere/report.pdf"], "There is no folder"),
        (["{lists}", "--omit", "army"], 'no list "army"'),
        (["{lists}", "--strata", "sex"], 'no column "sex"'),
        (["{lists}", "--given", "army"], 'no list "army"'),
        (["{lists}", "--population", "0"], "above zero"),
        (["{lists}", "--workers", "0"], "1 or more processes"),
        (["{lists}", "--person", "who"], "both columns"),
    ],
)
def test_questions_that_cannot_be_answered(
    arguments: list[str], words: str, lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(lists.parent)
    result = amparo_prevalence(*(argument.format(lists=lists) for argument in arguments))
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


@pytest.mark.slow
def test_command_loads_no_platform_and_no_estimator_before_it_is_asked() -> None:
    """Help costs no science, and the science no platform."""
    program = (
        "import sys; from amparo.cli import command_line; command_line();"
        "print([name for name in ('django', 'numpy', 'scipy', 'numba', 'amparo.stats.prevalence') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_library_is_imported_without_compilers_and_programmes() -> None:
    program = (
        "import sys; import amparo.stats.prevalence;"
        "print([name for name in ('scipy', 'numba', 'pyarrow', 'joblib', 'typst', 'pandas', 'django') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
