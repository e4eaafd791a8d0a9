"""The page of what an import can say: every message stands in the code beside what finds it, and is gathered from there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

INTAKE = Path(__file__).parents[2] / "src" / "amparo" / "intake"
SOURCES = (INTAKE / "htcds", INTAKE / "rules")
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class Weight(StrEnum):
    """What a message does to the file."""

    REFUSAL = "refusal"
    ERROR = "error"
    REMARK = "remark"


MEANINGS = {
    Weight.REFUSAL: (
        "The file cannot be read",
        "Nothing of the file is taken in; the command ends with the exit code 2.",
    ),
    Weight.ERROR: (
        "A row is rejected",
        "With one rejected row nothing of the file is written; the command ends with the exit code 1.",
    ),
    Weight.REMARK: ("Something to look at", "The row, or the file, is taken in all the same."),
}


def text() -> str:
    """Give the page."""
    found = messages()
    lines = [
        "# What an import can say",
        "",
        "This page is written by `make docs` from `src/amparo/intake`. The page and `amparo import htcds` say the same words;",
        "`--json` gives the code beside them. A word in italics stands for what the file holds. What to do about each stands in",
        "[Import a workbook](../how-to/import-a-workbook.md).",
        "",
    ]
    for weight, (title, meaning) in MEANINGS.items():
        rows = {code: words for (code, its), words in found.items() if its is weight}
        lines += [f"## {title}", "", meaning, "", *_rows(rows)]
    return "\n".join(lines).rstrip() + "\n"


def messages() -> dict[tuple[str, Weight], list[str]]:
    """Gather each code with its weight, and the words that go with it."""
    found: dict[tuple[str, Weight], list[str]] = {}
    for path in sorted(path for folder in SOURCES for path in folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            for code, words in (*_in_call(node, tree), *_in_mapping(node)):
                kept = found.setdefault((code, _weight(node)), [])
                kept += [words] if words not in kept else []
    return dict(sorted(found.items()))


def _weight(node: ast.AST) -> Weight:
    name = _name(node)
    if name == "BadWorkbook":
        return Weight.REFUSAL
    is_about_file = (
        isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0
    )
    return Weight.REMARK if name in ("Remark", "_note") or is_about_file else Weight.ERROR


def _in_call(node: ast.AST, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Find calls with a code and, as one of the next two arguments, its words or the name that was given them."""
    if not isinstance(node, ast.Call):
        return
    for place, argument in enumerate(node.args):
        code = _constant(argument, tree)
        if CODE.fullmatch(code):
            for following in node.args[place + 1 : place + 3]:
                yield from ((code, words) for words in _words(following, tree))


def _in_mapping(node: ast.AST) -> Iterator[tuple[str, str]]:
    if not isinstance(node, ast.Dict):
        return
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and CODE.fullmatch(str(key.value)) and _name(value) == "N_":
            yield from ((str(key.value), words) for words in _words(value, ast.Module([], [])))


def _words(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    if isinstance(node, ast.Call) and _name(node) == "N_":
        assert isinstance(node.args[0], ast.Constant)
        yield str(node.args[0].value)
    elif isinstance(node, ast.Name):
        yield from (words for value in _assigned(node.id, tree) for words in _words_below(value, tree))


def _words_below(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and _name(each) == "N_":
            yield from _words(each, tree)


def _constant(node: ast.expr, tree: ast.Module) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name) and node.id.isupper():
        return next((_constant(value, tree) for value in _assigned(node.id, tree)), "")
    return ""


def _assigned(name: str, tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(
            isinstance(each, ast.Name) and each.id == name for each in node.targets
        ):
            yield node.value


def _name(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return (
        function.id
        if isinstance(function, ast.Name)
        else function.attr
        if isinstance(function, ast.Attribute)
        else ""
    )


def _rows(found: dict[str, list[str]]) -> list[str]:
    rows = [f"| `{code}` | {'<br>'.join(_shown(words) for words in said)} |" for code, said in found.items()]
    return ["| Code | Words |", "|---|---|", *rows, ""]


def _shown(words: str) -> str:
    return re.sub(r"%\((\w+)\)s", r"*\1*", words).replace("|", "&#124;").replace("%%", "%")
