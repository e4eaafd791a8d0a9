"""`amparo doctor`, `amparo settings`."""

from __future__ import annotations

import typer

from amparo.cli.installation import DataOption


def doctor(data: DataOption = None) -> None:
    """Tell all that is wrong, each with its remedy."""
    import os
    from contextlib import ExitStack, suppress

    from amparo.cli.installation import settle, start_django
    from amparo.cli.printing import console
    from amparo.config.diagnosis import diagnose
    from amparo.config.embedded import DatabaseNotStarted
    from amparo.config.environment import Misconfigured

    with ExitStack() as held:
        with suppress(Misconfigured):  # diagnose tells of it, and of all else
            installation = settle(data)
            try:
                held.enter_context(installation.database())
            except DatabaseNotStarted as error:
                console(stderr=True).print(str(error), markup=False)
            start_django()
        findings = diagnose(os.environ)
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
