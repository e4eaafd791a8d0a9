"""The glossary: the field's own words are the code's words, so their meaning is the first sentence of models and records.

Words of statistics stand in ``statistical_terms``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.pages.dictionary import described_records, first_paragraph, own_models
from tools.pages.statistical_terms import TERMS


def text() -> str:
    """Give the page."""
    lines = [
        "# Glossary",
        "",
        "This page is written by `make docs`: from the docstrings of the models and of the described records, and, for the words of",
        "statistics, with the page on their method. Words that are easy to confuse stand in [How it fits together](../explanation/how-it-fits.md).",
        "",
    ]
    for word, where, meaning in sorted(_words(), key=lambda each: each[0]):
        lines += [f"**{word}** ({where})", f": {meaning}", ""]
    return "\n".join(lines).rstrip() + "\n"


def _words() -> Iterator[tuple[str, str, str]]:
    for model in own_models():
        yield _spaced(model.__name__), f"`{model._meta.label}`", first_paragraph(model)
    for record in described_records():
        app = record.__module__.split(".")[1]
        yield _spaced(record.__name__), f"`{app}.rules.{record.__name__}`", first_paragraph(record)
    for word, (page, meaning) in TERMS.items():
        yield word, f"[method](../methods/{page}.md)", meaning


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
