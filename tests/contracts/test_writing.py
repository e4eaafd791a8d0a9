"""Rows are read in queries and written in actions; nobody else has a model in hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db import models

from tools.pages.dictionary import own_models

SOURCES = Path(__file__).parents[2] / "src" / "amparo"
WRITING = {"create", "get_or_create", "update_or_create", "bulk_create", "bulk_update"}
# `vault` and `audit` are the ground that the others stand on; `config` and `cli` hold no rows.
LAYERS_THAT_WRITE = ("actions", "models", "keeping")  # the keeper of the vault reads and writes the keyring
LAYERS_THAT_READ = ("actions", "queries", "models", "keeping")


def layer(path: Path) -> str:
    parts = path.relative_to(SOURCES).with_suffix("").parts
    return parts[1] if len(parts) > 1 else ""


def app_modules() -> list[Path]:
    with_models = {model._meta.app_label for model in own_models()}
    found = [path for app in sorted(with_models) for path in (SOURCES / app).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


def is_write(name: str, call: ast.Call) -> bool:
    """Tell what writes rows, whoever gave them; a `save` of ours takes details, a dictionary's `update` another dictionary."""
    keywords = {keyword.arg for keyword in call.keywords}
    if name == "save":
        return not call.args and keywords <= {"update_fields", "force_insert", "force_update", "using"}
    if name == "delete":
        return not call.args
    if name == "update":
        return not call.args and bool(keywords) and None not in keywords
    return name in WRITING


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(SOURCES)}:{line}"


def test_only_actions_write() -> None:
    found = [
        place(path, call.lineno)
        for path in app_modules()
        if layer(path) not in LAYERS_THAT_WRITE
        for name, call in calls(path)
        if is_write(name, call)
    ]
    assert not found, "\n".join(found)


def test_only_queries_and_actions_ask_models() -> None:
    found = [
        place(path, node.lineno)
        for path in app_modules()
        if layer(path) not in LAYERS_THAT_READ
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager")
    ]
    assert not found, "\n".join(found)


def test_no_model_hides_an_effect_in_save() -> None:
    hiding = [
        model._meta.label
        for model in own_models()
        if model.save is not models.Model.save and model.__name__ != "User"
    ]
    assert hiding == []
    user = apps.get_model("accounts.User")
    assert "save" not in vars(user)


def test_nobody_goes_round_by_raw_rows() -> None:
    """Raw SQL, `get_model` and `extra` would go round the getters."""
    found = [
        place(path, call.lineno)
        for path in app_modules()
        if layer(path) not in LAYERS_THAT_READ
        for name, call in calls(path)
        if name in ("get_model", "raw", "extra", "RawSQL")
    ]
    assert not found, "\n".join(found)
