"""Files and functions keep a size that a person can read at one sitting."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
MOST_LINES_OF_MODULE = 500
MOST_LINES_OF_FUNCTION = 50
NO_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py", "services.py", "signals.py", "admin.py"}


def modules() -> list[Path]:
    found = [path for folder in ("src", "tools", "bench") for path in (CHECKOUT / folder).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts and "node_modules" not in path.parts]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            start = (
                node.body[0].end_lineno
                if ast.get_docstring(node) and node.body[0].end_lineno
                else node.lineno
            )
            yield node.name, (node.end_lineno or 0) - start


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(CHECKOUT).as_posix())
def test_sizes(path: Path) -> None:
    assert path.name not in NO_NAMES, "name the module for its subject"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES_OF_MODULE
    long = {name: lines for name, lines in functions(path) if lines > MOST_LINES_OF_FUNCTION}
    assert long == {}
