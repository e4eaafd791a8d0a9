"""The `amparo` command.

Start-up loads Typer and this package's signatures, nothing else: each command imports what it needs when it is called. The
analysts' commands (`table`, `prevalence`, `risk`, `release check`) know nothing of Django. A module is one noun of the command line.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import FrameType
from typing import Annotated, Any, Final, NoReturn

import typer

from amparo.cli.refusing import CommandRefused

# Help as plain text: drawing it with Rich would treble the time that `amparo --help` takes. No pretty tracebacks: they
# print the values of variables, which are personal data.
OPTIONS: dict[str, Any] = {"rich_markup_mode": None, "no_args_is_help": True}


# In the order in which `amparo --help` lists them: a function of this package, or a group: what it is about, and its functions.
COMMANDS: Final[Mapping[str, str | tuple[str, Mapping[str, str]]]] = {
    "demo": "serving.demo",
    "table": "table.table",
    "prevalence": "prevalence.prevalence",
    "synthesize": "synthesize.synthesize",
    "evaluate": "evaluate.evaluate",
    "risk": "risk.risk",
    "protect": "protect.protect",
    "release": (
        "What is let out: check, list, show.",
        {"check": "release.check", "list": "releases.list_releases", "show": "releases.show"},
    ),
    "import": ("Take in data of others.", {"htcds": "workbooks.import_htcds"}),
    "facts": ("The coded facts that tables are counted from.", {"export": "facts.export"}),
    "serve": "serving.serve",
    "worker": "serving.worker",
    "keyd": "keyd.keyd",
    "migrate": "database.migrate",
    "database": ("The database of this installation.", {"url": "database.url"}),
    "keys": (
        "The keys that everything personal is sealed with.",
        {
            "init": "keys.init",
            "unlock": "keys.unlock",
            "status": "keys.status",
            "rotate": "keys.rotate",
            "rewrap": "keys.rewrap",
            "custodians": "keys.custodians",
        },
    ),
    "backup": "backup.backup",
    "restore": "backup.restore",
    "erase": (
        "See that whoever was erased stays erased.",
        {"status": "erase.status", "verify": "erase.verify"},
    ),
    "organisation": ("Organisations that work in this installation.", {"add": "people.add_organisation"}),
    "user": ("People who sign in.", {"add": "people.add_user", "renew": "people.renew_user"}),
    "audit": (
        "The log of who did and read what.",
        {
            "verify": "audit.verify",
            "who": "audit.who",
            "copy": "copies.copy",
            "head": "audit.head",
            "anchor": "audit.anchor",
            "generation": "audit.generation",
            "canary": "audit.canary",
        },
    ),
    "witness": (
        "Keep the heads of other organisations' logs.",
        {"serve": "witness.serve", "show": "witness.show"},
    ),
    "doctor": "checking.doctor",
    "settings": "checking.settings",
}
SHORT_HELP: Final = {
    "table": "Count a file into a table that may be published.",
    "prevalence": "Estimate how many people are on none of several lists.",
    "synthesize": "Make rows of nobody that can be counted like the records.",
    "evaluate": "Hold synthetic data against the records.",
    "risk": "Say what a file of single persons reveals.",
    "protect": "Make a file in which nobody is alone.",
}


def command_line() -> typer.Typer:
    """Put the commands together."""
    app = typer.Typer(
        name="amparo",
        help="Run a country's response to trafficking in persons, and the science behind its figures.",
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        **OPTIONS,
    )
    app.callback()(_start)
    for name, command in COMMANDS.items():
        if isinstance(command, str):
            app.command(name, short_help=SHORT_HELP.get(name))(_function(command))
        else:
            app.add_typer(_group(name, *command))
    return app


def main() -> None:
    """Run the command line, and tell what stopped it in plain words."""
    from amparo.config.data_directory import NoDataDirectory
    from amparo.config.embedded import DatabaseNotStarted
    from amparo.config.environment import Misconfigured

    signal.signal(signal.SIGTERM, _interrupt)  # a service manager's stop is as clean as Ctrl-C
    signal.signal(
        signal.SIGINT, _interrupt
    )  # also where a script started us in the background, which ignores Ctrl-C
    try:
        command_line()()
    except (CommandRefused, DatabaseNotStarted, Misconfigured, NoDataDirectory) as refusal:
        print(f"amparo: {refusal}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _group(name: str, meaning: str, commands: Mapping[str, str]) -> typer.Typer:
    group = typer.Typer(name=name, help=meaning, **OPTIONS)
    group.callback()(lambda: None)  # a group of one command keeps its name
    for command, function in commands.items():
        group.command(command)(_function(function))
    return group


def _function(name: str) -> Callable[..., None]:
    module, function = name.split(".")
    found: Callable[..., None] = getattr(import_module(f"amparo.cli.{module}"), function)
    return found


def _tell_version(asked: bool) -> None:
    if asked:
        from amparo import __version__

        print(__version__)
        raise typer.Exit


def _start(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Print the version.")
    ] = False,
) -> None: ...


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
