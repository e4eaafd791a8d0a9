"""The page of the commands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer.main

from amparo.cli import command_line


def text() -> str:
    """Give the page."""
    lines = ["# Commands", "", "This page is written by `make docs` from the commands themselves.", ""]
    for name, command in _commands("amparo", typer.main.get_command(command_line())):
        lines += [f"## `{name}`", "", *_paragraphs(command.help or ""), ""]
        rows = [_row(parameter) for parameter in command.params if getattr(parameter, "name", "") != "help"]
        if rows:
            lines += ["| | Meaning | Without it |", "|---|---|---|", *rows, ""]
    return "\n".join(lines).rstrip() + "\n"


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
        return
    for each, inner in below.items():
        yield from _commands(f"{name} {each}", inner)


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        shown = f"`{parameter.metavar or parameter.name.upper()}`"
    else:
        shown = ", ".join(f"`{option}`" for option in parameter.opts)
    default = "needed" if parameter.required else _default(parameter.default)
    return f"| {shown} | {(parameter.help or '').replace('|', '&#124;')} | {default} |"


def _default(value: object) -> str:
    if value in (None, False, (), "") or callable(value):
        return ""
    return f"`{value}`"


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.replace("\b", "").splitlines()]
