"""What every test stands on: settings, a database of its own, no network, a browser that is already there."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

CHECKOUT = Path(__file__).parents[1]
DATA = Path(tempfile.mkdtemp(prefix="amparo-test-"))
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


def _settle_environment() -> None:
    """Give this process a data directory of its own, before anything reads the settings."""
    for variable in [name for name in os.environ if name.startswith("AMPARO_")]:
        del os.environ[variable]
    os.environ["AMPARO_DATA"] = str(DATA)
    os.environ["AMPARO_LOG_LEVEL"] = "WARNING"
    os.environ["AMPARO_CUSTODIAN"] = str(CHECKOUT / ".cache" / "test-custodian")
    os.environ["DJANGO_SETTINGS_MODULE"] = "amparo.config.settings"
    # Playwright's synchronous interface runs an event loop in the thread of the test, which Django would take for an
    # asynchronous view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


_settle_environment()

hypothesis.settings.register_profile(
    "amparo",
    deadline=None,  # the machine is shared; time is measured in bench/
    max_examples=40,
    print_blob=True,
    database=hypothesis.database.DirectoryBasedExampleDatabase(CHECKOUT / ".cache" / "hypothesis"),
)
hypothesis.settings.register_profile(
    "thorough", parent=hypothesis.settings.get_profile("amparo"), max_examples=2000
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "amparo"))


def pytest_configure() -> None:
    """Make Django ready, with what is quick in the place of what is slow on purpose."""
    gc.disable()  # until the tests are collected: nothing of them is garbage, and the search for it takes a quarter of the time
    import django
    from django.conf import settings

    settings.AMPARO_ASSUMED_ROLE = "amparo_app"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.WHITENOISE_AUTOREFRESH = True
    settings.WHITENOISE_USE_FINDERS = True
    django.setup()
    from django.core.signals import request_finished
    from django.db.backends.signals import connection_created

    request_finished.connect(_see_behind_the_wall_again)
    connection_created.connect(_have_its_server_beside)


def _have_its_server_beside(*, connection: Any, **_: object) -> None:
    from tests.scheduling import take_along

    take_along(connection.connection.info.backend_pid)


def _see_behind_the_wall_again(**_: object) -> None:
    """Take back what a request was let in as: in earnest its transaction ends, and here that of the test goes on.

    Past Django, so that no count of statements has it.
    """
    from django.db import connection
    from psycopg.pq import TransactionStatus

    session = connection.connection
    if session is not None and session.info.transaction_status is TransactionStatus.INTRANS:
        from amparo.access.context import NOTHING, STATEMENT

        session.execute(STATEMENT, NOTHING)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Divide among the workers what each would do for all: writing the asserts of the test modules anew, where a run is the first."""
    from tests.scheduling import keep_to_one_core, rewrite_share

    if share := getattr(session.config, "workerinput", None):
        number, of = int(share["workerid"].removeprefix("gw")), share["workercount"]
        keep_to_one_core(number=number, of=of)
        rewrite_share(session.config, number=number, of=of)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    from tests.scheduling import rank

    items.sort(key=lambda item: rank(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep together what shares fixtures, in the order of the items."""
    from tests.scheduling import FilesTogether

    config.option.loadscopereorder = False
    return FilesTogether(config, log)


def pytest_collection_finish() -> None:
    """Leave what is loaded by now out of every later search for garbage: it stays, and there is much of it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Hand no settings on to the workers: each would read them before this file gives it a data directory of its own."""
    for variable in ("DJANGO_SETTINGS_MODULE", "AMPARO_DATA"):
        os.environ.pop(variable, None)


def pytest_unconfigure() -> None:
    """Leave no data directory behind."""
    gc.unfreeze()
    shutil.rmtree(DATA, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Stand on the shared embedded server."""
    from django.test import TransactionTestCase

    from tests.database import TestDatabases

    databases = TestDatabases(WORKER)
    with django_db_blocker.unblock():
        try:
            databases.open()
        except BaseException:
            databases.close()
            raise
    # Django would empty the tables, which append-only tables refuse; a fresh copy also brings back what migrations wrote.
    usual = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
    TransactionTestCase._fixture_teardown = lambda self: databases.restore()  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_teardown = usual  # type: ignore[attr-defined]
    with django_db_blocker.unblock():
        databases.close()


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Begin each test in English: a request in Arabic leaves its language to the thread, and so to the next test."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def make_place() -> Iterator[Callable[[], Path]]:
    """Make directories for embedded databases: root's server runs as another user, and pytest closes its own to others."""
    made: list[Path] = []

    def make() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="amparo-place-")))
        made[-1].chmod(0o711)
        return made[-1]

    yield make
    for place in made:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the Chromium of the operating system: none is downloaded."""
    from tests.browser import FLAGS, chromium

    return {**browser_type_launch_args, "executable_path": chromium(), "args": list(FLAGS)}
