"""The databases on which mutants are tried: the one of the tests, and one in which the world of the denials stands already."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

WORLD_LASTS_SECONDS: Final = 200  # who showed who they are is asked again after five minutes


@dataclass(slots=True)
class Stage:
    """Where this process and its children stand. Children make their own connections, and take their changes back."""

    config: Any = None
    databases: Any = None
    world: Any = None
    world_at: float = 0
    facts: Path | None = None

    def watch(self) -> None:
        """Notice the databases of the tests as they are opened."""
        from tests.database import TestDatabases

        usual = TestDatabases.open

        def opened(databases: Any) -> None:
            self.databases = databases
            usual(databases)

        TestDatabases.open = opened  # type: ignore[method-assign]

    def unblocked(self) -> Any:
        """Allow the database outside of a test."""
        from pytest_django.plugin import blocking_manager_key

        return self.config.stash[blocking_manager_key].unblock()

    def mend(self) -> None:
        """Make the database of the tests anew, after a child that was stopped; the server may still be at what it asked for."""
        from psycopg import DatabaseError

        for attempt in range(20):
            try:
                with self.unblocked():
                    self.databases.restore()
            except DatabaseError:
                if attempt == 19:
                    raise
                sleep(1)
            else:
                return

    def into_world(self) -> None:
        """Stand in the world of the denials, which is built anew when it is too old."""
        from django.db import connections

        if self.world is None or monotonic() - self.world_at > WORLD_LASTS_SECONDS:
            self._build()
        connections.close_all()

    def out_of_world(self) -> None:
        """Stand in the database of the tests."""
        from django.db import connections

        if self.world is not None:
            self._point_at(self.databases.name)
            self.world = None
        connections.close_all()

    def clear(self) -> None:
        """Remove the world."""
        self.out_of_world()
        self._drop_world()

    @property
    def _name(self) -> str:
        return f"test_{os.getpid()}_world"

    def _drop_world(self) -> None:
        self.databases.server.execute(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')

    def _build(self) -> None:
        from django.conf import settings
        from django.db import connections, transaction
        from django.utils import timezone

        from tests.contracts import denial_world

        connections.close_all()
        self._drop_world()
        self.databases.server.create_database(self._name, template=self.databases.template)
        self._point_at(self._name)
        self.facts = self.facts or Path(tempfile.mkdtemp(prefix="amparo-facts-"))
        settings.AMPARO_FACTS_DIRECTORY = self.facts
        build = getattr(denial_world, "build_anew", denial_world.build)
        denial_world.build_anew = build  # type: ignore[attr-defined]
        with self.unblocked(), transaction.atomic():
            world = build(timezone.now())

        def built(now: Any) -> Any:
            settings.AMPARO_FACTS_DIRECTORY = self.facts  # the fixture has chosen an empty one
            world.answers.clear()
            return world

        denial_world.build = built
        self.world, self.world_at = world, monotonic()

    def _point_at(self, name: str) -> None:
        from tests.database import TESTER

        self.databases._point_at(name, role=TESTER)  # noqa: SLF001 - the tests' own
