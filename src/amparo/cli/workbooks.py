"""`amparo import htcds`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from amparo.cli.installation import DataOption


def import_htcds(
    file: Annotated[Path, typer.Argument(help="The workbook (.xlsx) or CSV file.")],
    organisation: Annotated[str, typer.Option(help="The name of the organisation whose workbook it is.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and write nothing.")] = False,
    keep_apart: Annotated[
        bool,
        typer.Option(
            "--keep-apart", help="Make each row a person of its own, also with equal names and birth date."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    data: DataOption = None,
) -> None:
    """Take in a workbook of the Human Trafficking Case Data Standard (HTCDS 2.0).

    All rows or none. Rows with equal names and birth date become cases of one person. Exit code 0: all rows are good; 1: rows were rejected and nothing was written; 2: no such workbook.
    """
    from amparo.cli.installation import platform

    with platform(data):
        from amparo.intake.commands import import_htcds as run

        code = run(file, organisation=organisation, dry_run=dry_run, keep_apart=keep_apart, as_json=as_json)
    raise typer.Exit(code)
