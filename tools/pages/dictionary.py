"""The data dictionary: every field that is kept, how private it is, and where its codes come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from inspect import getdoc
from typing import Any, get_args

from django.apps import apps
from django.db import models

from amparo.vault.fields import VaultField
from amparo.vocab.described import described_fields

RECORDS = ("PersonDetails", "CaseDetails", "EpisodeDetails")


def text() -> str:
    """Give the page."""
    lines = [
        "# Data dictionary",
        "",
        "This page is written by `make docs` from the described records and the models.",
        "",
        "Every field has a privacy class, the most harmful to disclose first: **place** (where a person can be found),",
        "**identity** (who she is), **story** (what happened, in words), **coded** (a value of a list, a number or a period),",
        "**technical** (tells nothing of a person). The first three are sealed: they are opened only for a reading that is",
        "written down.",
        "",
        "## What is recorded",
        "",
    ]
    for record in described_records():
        lines += _record(record)
    lines += ["## Where it is kept", ""]
    for model in own_models():
        lines += _model(model)
    return "\n".join(lines).rstrip() + "\n"


def own_models() -> list[type[models.Model]]:
    """Give the models of ours, without the histories that triggers keep of them."""
    ours = [each for each in apps.get_models() if each.__module__.startswith("amparo.")]
    return [each for each in ours if not hasattr(each, "pgh_tracked_model")]


def privacy_of(field: Any, model: type[models.Model]) -> str | None:
    """Give the privacy class of a field, or None when nobody has said it."""
    if isinstance(field, VaultField):
        return str(field.privacy.value)
    said = getattr(model, "PRIVACY", {}).get(field.name)
    return None if said is None else str(said.value)


def described_records() -> Iterator[type]:
    """Give the records that are described field by field, each followed by its parts."""
    from amparo.cases import rules

    seen: set[type] = set()
    for name in RECORDS:
        yield from _with_parts(getattr(rules, name), seen)


def _with_parts(record: type, seen: set[type]) -> Iterator[type]:
    if record in seen:
        return
    seen.add(record)
    yield record
    for _, _, kind in described_fields(record):
        for part in (kind, *get_args(kind)):
            if isinstance(part, type) and is_dataclass(part) and _is_described(part):
                yield from _with_parts(part, seen)


def _is_described(record: type) -> bool:
    try:
        return bool(described_fields(record))
    except TypeError:
        return False


def _record(record: type) -> list[str]:
    rows = [
        f"| `{name}` | {described.label} | {described.privacy.value} | {_codes(described.codes)} | {described.help} |"
        for name, described, _ in described_fields(record)
    ]
    head = ["| Field | Label | Privacy | Codes | Help |", "|---|---|---|---|---|"]
    return [f"### {record.__name__}", "", first_paragraph(record), "", *head, *rows, ""]


def _model(model: type[models.Model]) -> list[str]:
    rows = [
        f"| `{field.name}` | {_kind(field)} | {privacy_of(field, model)} |"
        for field in model._meta.get_fields()
        if getattr(field, "concrete", False)
    ]
    head = ["| Column | Kind | Privacy |", "|---|---|---|"]
    return [
        f"### {model._meta.label}",
        "",
        f"Table `{model._meta.db_table}`. {first_paragraph(model)}",
        "",
        *head,
        *rows,
        "",
    ]


def _kind(field: Any) -> str:
    if isinstance(field, VaultField):
        return "sealed" + (f": {', '.join(field.holds)}" if field.holds else "")
    if field.is_relation:
        return f"points to {field.related_model._meta.label}"
    return str(field.get_internal_type().removesuffix("Field"))


def _codes(name: str | None) -> str:
    return f"[`{name}`](code-lists.md#{name})" if name else ""


def first_paragraph(thing: type) -> str:
    """Give the first paragraph of a docstring, on one line."""
    return " ".join((getdoc(thing) or "").split("\n\n")[0].split())
