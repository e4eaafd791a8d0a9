"""The page of the fact tables: what leaves the cases for figures, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils.module_loading import import_string

from amparo.vocab.facts import FactColumn, FactTable


def text() -> str:
    """Give the page."""
    tables = [table for name in settings.AMPARO_FACTS for table in import_string(name)()]
    lines = [
        "# Fact tables",
        "",
        "This page is written by `make docs` from the functions that `AMPARO_FACTS` names. Areas are those of the fictional",
        "training State; an installation shows its own.",
        "",
        "Tables of figures are counted from these columns and from nothing else. No name, no free text, no day, no place below",
        "the first-level area and no id of a record is among them. Only cases whose person agreed (`consent` is `yes`) are in.",
        "",
        *(line for table in tables for line in _table(table)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _table(table: FactTable) -> Iterator[str]:
    yield from (
        f"## {table.label} (`{table.name}`)",
        "",
        f"Counting unit: {table.counting_unit}. {table.definition}",
        "",
    )
    yield from (
        f"Source: {table.source}",
        "",
        "| Column | Label | Definition | Values |",
        "|---|---|---|---|",
    )
    for column in table.columns:
        yield f"| `{column.name}` | {column.label} | {column.definition} | {_values(column)} |"
    yield ""


def _values(column: FactColumn) -> str:
    parts = [f"[`{column.codes}`](code-lists.md#{column.codes})"] if column.codes else []
    parts += [f"`{code}`" for code, _ in column.values]
    parts += [f"texts like `{column.pattern}`".replace("|", "&#124;")] if column.pattern else []
    return ("several of " if column.is_many else "") + ", ".join(parts)
