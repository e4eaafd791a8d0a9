"""What the documentation shows of the program is what the program does."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from amparo.cli import command_line
from amparo.intake.htcds import read_workbook, validate
from amparo.vocab.state import read_state
from tools.pages.import_messages import messages

CHECKOUT = Path(__file__).parents[2]
DOCS = CHECKOUT / "docs"
PAGES = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *DOCS.rglob("*.md")]
TODAY = date(2026, 11, 22)
# Codes that the command itself gives; they stand in `amparo.intake.commands`.
OF_THE_COMMAND = {"no_such_file", "no_such_organisation"}


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )


def test_readme_shows_the_table_that_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    readme = CHECKOUT / "README.md"
    command = next(
        line
        for block in blocks(readme, "sh")
        for line in block.splitlines()
        if line.startswith("amparo table")
    )
    done = CliRunner().invoke(command_line(), shlex.split(command)[1:])
    assert done.exit_code == 0, done.output
    assert blocks(readme, "text")[0].rstrip() == done.output.rstrip()


def test_tutorial_shows_what_is_said_of_its_workbook() -> None:
    workbook = read_workbook(DOCS / "examples" / "workbook.csv", "workbook.csv")
    found = validate(workbook, today=TODAY)
    shown = (DOCS / "tutorials" / "first-hour.md").read_text(encoding="utf-8")
    assert found.errors
    for error in found.errors:
        assert f"  mend row {error.row}, {error.column}: {error.message}\n" in shown


def test_mended_workbook_of_the_tutorial_is_good(tmp_path: Path) -> None:
    text = (DOCS / "examples" / "workbook.csv").read_text(encoding="utf-8")
    mended = text.replace("Advertisment", "Advertisement").replace("Romania,,", "Romania,Yes,")
    found = validate(read_workbook(mended.encode(), "workbook.csv"), today=TODAY)
    assert [error.message for error in found.errors] == []
    assert found.rows_without_consent == 1


def test_guide_to_imports_tells_of_every_message() -> None:
    guide = (DOCS / "how-to" / "import-a-workbook.md").read_text(encoding="utf-8")
    told = {
        code
        for line in guide.splitlines()
        if line.startswith("| `")
        for code in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert told == {code for code, _ in messages()} | OF_THE_COMMAND


def test_state_of_the_guide_can_be_read() -> None:
    state = read_state(blocks(DOCS / "how-to" / "add-a-country.md", "yaml")[0])
    assert state.rule("adult_age_years", on=TODAY).value == 18


def typed_commands() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for line in "".join(blocks(page, "sh")).splitlines():
            match = re.search(r"(?:^|[ /\"(])amparo ((?:[a-z]+ )*[a-z]+)", line)
            if match and "git clone" not in line and "pip install" not in line and "useradd" not in line:
                yield page.relative_to(CHECKOUT).as_posix(), match[1]


def is_there(typed: str, command: Any) -> bool:
    for word in typed.split():
        below = getattr(command, "commands", None)
        if below is None:
            return True
        if word not in below:
            return False
        command = below[word]
    return True


def test_commands_exist() -> None:
    known, typed = typer.main.get_command(command_line()), set(typed_commands())
    assert len(typed) > 40
    assert [(document, words) for document, words in sorted(typed) if not is_there(words, known)] == []
    assert not is_there("keys forge", known)


def shown_runs(page: Path, command: str) -> list[tuple[str, str]]:
    """Give each command of a page with the text that stands below it as what it prints."""
    found = re.findall(
        rf"^```sh\n({re.escape(command)} [^\n]*)\n```\n(?:\n```text\n(.*?)^```)?",
        page.read_text(encoding="utf-8"),
        flags=re.DOTALL | re.MULTILINE,
    )
    return [(typed, text) for typed, text in found if text]


@pytest.mark.slow
def test_tutorial_of_giving_out_shows_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = DOCS / "tutorials" / "giving-out.md"
    for name in ("persons.csv", "persons.yaml", "ages.csv"):
        (tmp_path / name).write_bytes((DOCS / "examples" / name).read_bytes())
    monkeypatch.chdir(tmp_path)
    raw, _table, review = blocks(page, "text")[:3]
    assert (tmp_path / "persons.csv").read_text(encoding="utf-8").startswith(raw)
    shown = dict(shown_runs(page, "amparo"))
    for typed in (
        line for block in blocks(page, "sh") for line in block.splitlines() if line.startswith("amparo")
    ):
        done = CliRunner().invoke(command_line(), shlex.split(typed)[1:])
        text = shown.pop(typed, "")
        assert done.exit_code == ("HELD UP" in text), done.output
        assert [line for line in text.splitlines() if line not in done.output.splitlines()] == []
    assert not shown
    assert set(review.splitlines()) <= set((tmp_path / "review.txt").read_text(encoding="utf-8").splitlines())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "text"), shown_runs(DOCS / "tutorials" / "prevalence.md", "amparo prevalence")
)
def test_tutorial_of_prevalence_shows_what_is_printed(
    typed: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CHECKOUT)
    done = CliRunner().invoke(command_line(), shlex.split(typed)[1:])
    assert done.exit_code == (2 if text.startswith("Line ") else 0), done.output
    printed = done.output.splitlines()
    assert [line for line in text.splitlines() if line not in printed] == []


def test_raw_lines_of_the_tutorial_are_those_of_its_file() -> None:
    raw = blocks(DOCS / "tutorials" / "prevalence.md", "text")[0]
    assert (DOCS / "examples" / "lists.csv").read_text(encoding="utf-8").startswith(raw)
