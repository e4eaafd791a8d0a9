"""Files and functions keep a size that a person can read at one sitting."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
MOST_LINES_OF_MODULE = 500
MOST_LINES_OF_FUNCTION = 50
NO_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py", "services.py", "signals.py", "admin.py"}


def modules() -> Iterator[Path]:
    found = (path for folder in ("src", "tools", "bench") for path in (CHECKOUT / folder).rglob("*.py"))
    return (path for path in found if "migrations" not in path.parts and "node_modules" not in path.parts)


def functions(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            start = (
                node.body[0].end_lineno
                if ast.get_docstring(node) and node.body[0].end_lineno
                else node.lineno
            )
            yield node.name, (node.end_lineno or 0) - start


def faults_of(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if path.name in NO_NAMES:
        yield "name the module for its subject"
    if (lines := text.count("\n")) > MOST_LINES_OF_MODULE:
        yield f"has {lines} lines"
    for name, lines in functions(text):
        if lines > MOST_LINES_OF_FUNCTION:
            yield f"{name} has {lines} lines"


def test_sizes() -> None:
    assert [f"{path.relative_to(CHECKOUT)}: {fault}" for path in modules() for fault in faults_of(path)] == []


def test_planted_faults_are_found(tmp_path: Path) -> None:
    (tmp_path / "utils.py").write_text("def long() -> None:\n" + "    pass\n" * (MOST_LINES_OF_MODULE + 1))
    assert len(list(faults_of(tmp_path / "utils.py"))) == 3
