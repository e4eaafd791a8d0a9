"""What tests of keys need beyond the rights of the application."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection, connections

from amparo.config.embedded import OWNER
from tests import programs
from tests.cli.conftest import environment
from tests.programs import Program

CUSTODIAN = Path(__file__).parents[2] / ".cache" / "test-custodian"


@pytest.fixture
def as_owner(transactional_db: None) -> Iterator[None]:
    """Work as the role that owns the tables, and as `amparo migrate` does: the application changes no keyring."""
    from amparo.access.policies import UPKEEP
    from amparo.vault.queries import keeper

    place, usual = connections["default"].settings_dict, connections["default"].settings_dict["USER"]
    connections.close_all()
    place["USER"], place["OPTIONS"]["options"] = OWNER, f"-c {UPKEEP}=on"
    keeper.cache_clear()
    yield
    keeper.cache_clear()
    connections.close_all()
    place["USER"] = usual
    del place["OPTIONS"]["options"]


class Keyd:
    """A keyd as a process of its own, on the database of the test."""

    def __init__(self) -> None:
        self.directory = Path(
            tempfile.mkdtemp(prefix="keyd-")
        )  # short: the path of a socket may have 107 bytes
        self.socket = self.directory / "socket"
        self.log = self.directory / "log"
        self.environment: dict[str, str] = {}
        self._process: Program | None = None

    def start(self, *options: str) -> str:
        """Start it, and give the line with which it says that it answers."""
        place = connection.settings_dict
        url = f"postgresql://{place['USER']}@/{place['NAME']}?host={quote(place['HOST'], safe='/')}"
        self.environment = environment(
            AMPARO_DATABASE_URL=url, AMPARO_DATA=str(self.directory), AMPARO_CUSTODIAN=str(CUSTODIAN)
        )
        files = ("--socket", str(self.socket), "--log", str(self.log))
        self._process = programs.start("keyd", *files, *options, env=self.environment)
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it by a signal, and give how it ended."""
        if self._process is None:
            return 0
        self._process.send_signal(number)
        ended, self._process = self._process.wait(20), None
        return ended

    @property
    def process(self) -> int:
        """Give its number."""
        assert self._process is not None
        return self._process.pid


@pytest.fixture
def keyd() -> Iterator[Keyd]:
    """Give a keyd that is not started yet, and end it after the test."""
    held = Keyd()
    yield held
    held.stop(signal.SIGKILL)
    shutil.rmtree(held.directory)


@pytest.fixture
def through_keyd(keyd: Keyd, settings: object) -> Iterator[Callable[[], Keyd]]:
    """Let this process ask keyd for keys from now on."""

    from amparo.vault.keyd.client import RemoteKeeper
    from amparo.vault.queries import keeper

    def point() -> Keyd:
        settings.AMPARO_KEYD = keyd.socket  # type: ignore[attr-defined]
        keeper.cache_clear()
        return keyd

    yield point
    if settings.AMPARO_KEYD:  # type: ignore[attr-defined]
        held = keeper()
        if isinstance(held, RemoteKeeper):
            held.close()
    keeper.cache_clear()
