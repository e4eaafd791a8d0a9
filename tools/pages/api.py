"""The page of the API's operations, from the description that programs read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tools.pages import openapi

METHODS = ("get", "post", "put", "patch", "delete")


def text() -> str:
    """Give the page."""
    description = json.loads(openapi.text())
    lines = [
        "# Operations of the API",
        "",
        "This page is written by `make docs` from the description of the API, [openapi.json](openapi.json) (OpenAPI 3.1), which says",
        "all that each operation takes and gives. How to begin: [Use the API](../how-to/use-the-api.md).",
        "",
    ]
    for tag, operations in _by_tag(description).items():
        lines += [f"## {tag.capitalize()}", "", "| Operation | What it does |", "|---|---|"]
        lines += [
            f"| `{method.upper()} {path}` | {_words(operation)} |" for method, path, operation in operations
        ]
        lines += [""]
    return "\n".join(lines).rstrip() + "\n"


def _by_tag(description: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    found: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for method, path, operation in _operations(description):
        found.setdefault(next(iter(operation.get("tags", [])), "other"), []).append((method, path, operation))
    return found


def _operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in description["paths"].items():
        yield from ((method, path, item[method]) for method in METHODS if method in item)


def _words(operation: dict[str, Any]) -> str:
    said = operation.get("description") or operation.get("summary", "")
    return " ".join(said.split("\n\n")[0].split()).replace("|", "&#124;")
