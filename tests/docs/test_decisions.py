"""Decisions have a number, a date and a status, and keep to one page."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

DECISIONS = sorted((Path(__file__).parents[2] / "docs" / "adr").glob("0*.md"))
STATUS = re.compile(r"(proposed|accepted|withdrawn|replaced by \d{4})")
MOST_LINES = 60


def test_numbers_follow_each_other() -> None:
    assert [path.name[:4] for path in DECISIONS] == [
        f"{number:04}" for number in range(1, len(DECISIONS) + 1)
    ]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_shape(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith(f"# {int(path.name[:4])}. ")
    assert lines[2].startswith("Date: ")
    assert date.fromisoformat(lines[2].removeprefix("Date: ")).year >= 2026
    assert STATUS.fullmatch(lines[3].removeprefix("Status: "))
    headings = [line for line in lines if line.startswith("## ")]
    assert headings == ["## Why it came up", "## Decision", "## What it costs and gives"]
    assert len(lines) <= MOST_LINES
