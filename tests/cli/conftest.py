"""One small installation for the tests of the commands, as an installer would make it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from amparo.config.data_directory import DataDirectory
from amparo.config.embedded import EmbeddedDatabase
from tests import programs

CHECKOUT = Path(__file__).parents[2]
Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


def environment(**more: str) -> dict[str, str]:
    """Give an environment with no setting of this test run in it, nor the width of its terminal."""
    left_out = ("AMPARO_", "DJANGO_", "COLUMNS")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(left_out)}
    return {**kept, "PYTHONPATH": str(CHECKOUT / "src"), **more}


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def amparo(*arguments: str, **settings: str) -> Done:
    """Run the command as a program."""
    return programs.run(*arguments, env=environment(**settings))


@pytest.fixture(scope="session")
def data(django_db_setup: None, make_place: Callable[[], Path]) -> Iterator[Path]:
    """Give a data directory whose database is held for the whole run, and migrated."""
    from tests.database import CUSTODIAN, fill

    directory = make_place()
    DataDirectory(directory).prepare()
    shutil.copyfile(CUSTODIAN, directory / "keys" / "custodian")
    with EmbeddedDatabase(directory / "database").running() as database:
        fill(database)
        done = amparo("migrate", "--data", str(directory))
        assert done.returncode == 0, done.stderr
        yield directory


@pytest.fixture(scope="session")
def run(data: Path) -> Run:
    """Run a command on that installation."""
    return lambda *arguments, **settings: amparo(*arguments, AMPARO_DATA=str(data), **settings)
