"""`amparo facts export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from amparo.cli.installation import DataOption


def export(
    directory: Annotated[Path, typer.Argument(help="Where the Parquet files go; made when it is missing.")],
    data: DataOption = None,
) -> None:
    """Write the coded facts on which two people agreed as Parquet: no identity, no free text, no day, no place below the first level.

    One asks on the pages (Figures, Snapshots of the facts), another agrees; within 24 hours the facts are written once.
    """
    from amparo.cli.installation import platform

    with platform(data, connect_as="worker"):
        from amparo.evidence.commands import export_facts

        code = export_facts(directory)
    raise typer.Exit(code)
