"""`amparo doctor`, `amparo settings`."""

from __future__ import annotations

import typer

from amparo.cli.installation import DataOption


def doctor(data: DataOption = None) -> None:
    """Tell all that is wrong, each with its remedy."""
    import os
    from contextlib import ExitStack

    from amparo.cli.installation import settle, start_django
    from amparo.cli.printing import console
    from amparo.config.data_directory import NoDataDirectory
    from amparo.config.diagnosis import diagnose
    from amparo.config.embedded import DatabaseNotStarted
    from amparo.config.environment import Misconfigured

    refusal = ""
    with ExitStack() as held:
        try:
            installation = settle(data, is_made=False)
            embedded = installation.embedded
            if embedded and not embedded.is_made:
                raise DatabaseNotStarted(
                    f"There is no database in {installation.data.path} yet. Make it with: amparo migrate; or name the data "
                    "directory that you mean with --data or AMPARO_DATA."
                )
            held.enter_context(installation.database())
            start_django()
        except (DatabaseNotStarted, Misconfigured, NoDataDirectory) as error:
            refusal = str(error)
        except OSError as error:
            refusal = f"{error.filename} cannot be read ({error.strerror}). Run Amparo as the user that it belongs to."
        findings = diagnose(os.environ, refusal=refusal)
    out = console()
    for finding in findings:
        mark = (
            "[red]fault[/]  "
            if finding.is_fault
            else "[yellow]warning[/]"
            if finding.is_warning
            else "[green]good[/]   "
        )
        out.print(f"{mark} {finding.subject}: ", end="")
        out.print(finding.state, markup=False, highlight=False)
        if finding.remedy:
            out.print(f"        {finding.remedy}", markup=False, highlight=False)
    if any(finding.is_fault for finding in findings):
        raise typer.Exit(1)


def settings() -> None:
    """List the settings (AMPARO_...) and their meaning."""
    from amparo.cli.printing import console
    from amparo.config.environment import settings_table

    out = console()
    for row in settings_table():
        by_file = " (or by a file: _FILE)" if row.is_secret else ""
        out.print(f"[bold]{row.variable}[/]{by_file}")
        out.print(
            f"    {row.meaning}\n    Without it: {row.default or 'nothing'}", markup=False, highlight=False
        )
