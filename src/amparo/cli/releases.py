"""The commands ``amparo release list`` and ``show``: what an installation lets out."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from amparo.cli.installation import DataOption


class Shelf(StrEnum):
    """Which releases are listed."""

    ALL = "all"
    WAITING = "waiting"
    OUT = "out"
    BACK = "back"


def list_releases(
    shelf: Annotated[
        Shelf,
        typer.Option(help="Only those that wait for a review, are let out, or were refused or withdrawn."),
    ] = Shelf.ALL,
    is_json: Annotated[bool, typer.Option("--json", help="Give the list as JSON.")] = False,
    data: DataOption = None,
) -> None:
    """List the releases of this installation, the newest first: those that were proposed, and no drafts."""
    from amparo.cli.installation import platform

    with platform(data):
        from amparo.publishing.commands import print_releases

        code = print_releases(shelf=shelf.value, is_json=is_json)
    raise typer.Exit(code)


def show(
    number: Annotated[
        str, typer.Argument(metavar="NUMBER", help="The number of a release, such as R-2026-0001.")
    ],
    is_json: Annotated[
        bool, typer.Option("--json", help="Give all of it as JSON, its numbers included.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Tell what a release is, what it holds, and what the register found. That it was read is logged."""
    from amparo.cli.installation import platform

    with platform(data):
        from amparo.publishing.commands import print_release

        code = print_release(number, is_json=is_json)
    raise typer.Exit(code)
