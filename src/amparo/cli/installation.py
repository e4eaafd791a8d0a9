"""The installation that a command works on: its data directory, its settings, its database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from amparo.config.data_directory import DataDirectory
    from amparo.config.embedded import EmbeddedDatabase
    from amparo.config.environment import Environment

DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="The data directory. Also by AMPARO_DATA; ~/.local/share/amparo without.",
    ),
]


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What a command needs to know of the installation."""

    environment: Environment
    data: DataDirectory

    @property
    def embedded(self) -> EmbeddedDatabase | None:
        """Give the embedded database, or None when an outside one is set."""
        from amparo.config.embedded import EmbeddedDatabase

        return EmbeddedDatabase(self.data.database) if self.environment.is_embedded else None

    @contextmanager
    def database(self, *, watched: bool = False) -> Iterator[None]:
        """Hold the embedded database for the length of a block; an outside one runs by itself."""
        embedded = self.embedded
        with embedded.running(watched=watched) if embedded else nullcontext():
            yield


def settle(data: Path | None = None, *, is_made: bool = True, **settings: str) -> Installation:
    """Read the settings, with what the command line says put before the environment. Child processes inherit them.

    The data directory is made where it is missing, unless `is_made` is false.
    """
    from amparo.config.data_directory import DataDirectory
    from amparo.config.environment import read_environment

    _refuse_without_platform()
    if data is not None:
        os.environ["AMPARO_DATA"] = str(data.expanduser().resolve())
    for name, value in settings.items():
        os.environ[f"AMPARO_{name.upper()}"] = value
    environment = read_environment(os.environ)
    directory = DataDirectory(environment.data)
    if is_made:
        directory.prepare()
    return Installation(environment=environment, data=directory)


def start_django() -> None:
    """Load the platform; only commands that need it pay for it."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "amparo.config.settings"
    django.setup()


@contextmanager
def needing_database() -> Iterator[None]:
    """Say in words when the database does not answer in the block."""
    from django.db import OperationalError

    from amparo.cli.refusing import CommandRefused

    try:
        yield
    except OperationalError as error:
        raise CommandRefused("The database does not answer. What is wrong says: amparo doctor") from error


def refuse_waiting_migrations(installation: Installation) -> None:
    """Refuse to work on tables of another version, or on none, and say what makes them."""
    from amparo.cli.refusing import CommandRefused
    from amparo.config.diagnosis import say_waiting, waiting_migrations

    with needing_database():
        waiting = waiting_migrations()
    if waiting:
        raise CommandRefused(
            f"The database is not at this version: {say_waiting(waiting)}. Run: amparo migrate"
            + (f" --data {installation.data.path}" if installation.environment.is_embedded else "")
        )


def refuse_unserved() -> None:
    """Refuse to start where somebody who was erased could be read again; erase again whoever came back."""
    from amparo.cli.refusing import CommandRefused
    from amparo.config.erasures import NotToBeServed, settle_erasures

    with needing_database():
        try:
            settle_erasures()
        except NotToBeServed as fault:
            raise CommandRefused(str(fault)) from fault


def refuse_strong_role(*, counts_facts: bool = False) -> None:
    """Refuse to serve or to work with a role that the policies of the tables do not hold back."""
    from amparo.cli.refusing import CommandRefused
    from amparo.config.diagnosis import faults_of_role
    from amparo.config.embedded import EVERYBODY, FACTS, TAKEN_ON

    with needing_database():
        fault = faults_of_role(needs=(*TAKEN_ON, FACTS if counts_facts else EVERYBODY))
    if fault:
        raise CommandRefused(fault)


@contextmanager
def platform(
    data: Path | None = None, *, any_version: bool = False, **settings: Any
) -> Iterator[Installation]:
    """Give the installation with its database running, Django ready, and its tables of this version (or of `any_version`)."""
    installation = settle(data, **settings)
    with installation.database():
        start_django()
        if not any_version:
            refuse_waiting_migrations(installation)
        with needing_database():
            yield installation


def _refuse_without_platform() -> None:
    from importlib.util import find_spec

    from amparo.cli.refusing import CommandRefused

    try:
        found = find_spec("django") and find_spec("psycopg")
    except ModuleNotFoundError:
        found = None
    if not found:
        raise CommandRefused('This command needs the platform. Install it with: pip install "amparo[web]"')
