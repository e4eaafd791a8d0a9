"""One installation with a training caseload, a server before it and a browser: shared by all journeys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client, TransactionTestCase
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

if TYPE_CHECKING:
    from tests.journeys.installation import (
        Installation,  # it needs Django ready, which it is not when this is read
    )

FOLDER = Path(__file__).parent
# A page that says 403, 404 or 409; leaving, which empties the browser. What begins with [DOM] is advice on password managers.
ON_PURPOSE = ("the server responded with a status of", "Clear-Site-Data header")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take pictures only when they are asked for."""
    if "screenshot" not in str(config.option.markexpr):
        left_out = {
            id(item)
            for item in items
            if FOLDER in item.path.parents and item.get_closest_marker("screenshot")
        }
        items[:] = [item for item in items if id(item) not in left_out]


@pytest.fixture(scope="package")
def installation(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Build and serve it once; afterwards the database is what it was."""
    from tests.journeys.installation import furnish

    usual = (settings.AMPARO_TRAINING, settings.AMPARO_FACTS_DIRECTORY, settings.ALLOWED_HOSTS)
    settings.AMPARO_TRAINING = True
    settings.AMPARO_FACTS_DIRECTORY = tmp_path_factory.mktemp("facts")
    with django_db_blocker.unblock():
        server = LiveServer("127.0.0.1:0")
        server.thread.httpd.daemon_threads = (
            False  # it stops when the last answer is given and its connection closed
        )
        settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
        try:
            yield furnish(server.url)
        finally:
            server.stop()
            settings.AMPARO_TRAINING, settings.AMPARO_FACTS_DIRECTORY, settings.ALLOWED_HOSTS = usual
            # As tests/conftest.py has it: the database is copied anew.
            TransactionTestCase._fixture_teardown(None)  # type: ignore[attr-defined,arg-type]


@pytest.fixture
def browsing(browser: Browser, installation: Installation) -> Iterator[Callable[..., Browsing]]:
    """Open browsers, each signed in as somebody of a role; what they saw is looked at in the end."""
    opened: list[Browsing] = []

    def browse(
        role: str = "", *, language: str = "en", width: int = 1280, script: bool = True, **more: Any
    ) -> Browsing:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=script, base_url=installation.url,
            accept_downloads=True, reduced_motion="reduce", **more,
        )  # fmt: skip
        context.set_default_timeout(20_000)
        opened.append(Browsing(context, installation))
        opened[-1].become(role, language=language)
        return opened[-1]

    yield browse
    for each in opened:
        each.close()
    strange = [line for each in opened for line in each.strange]
    assert strange == []


class Browsing:
    """A browser with one page, which remembers what was asked of other hosts and what the console said."""

    def __init__(self, context: BrowserContext, installation: Installation) -> None:
        self.context, self.installation = context, installation
        self.strange: list[str] = []
        self.page: Page = context.new_page()
        context.on("request", self._note_request)
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.strange.append(f"{self.page.url}: {error}"))

    def _note_request(self, request: Any) -> None:
        if not request.url.startswith((self.installation.url, "data:", "blob:")):
            self.strange.append(f"asked of another host: {request.url}")

    def _note_console(self, message: Any) -> None:
        if not any(words in message.text for words in ON_PURPOSE) and not message.text.startswith("[DOM]"):
            self.strange.append(f"{self.page.url}: {message.text}")

    def become(self, role: str, *, language: str = "en") -> None:
        """Be somebody of that role from here on; without a role, somebody who has not signed in."""
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if role:
            signed_in = self.installation.client(role, Client()).cookies
            cookies[settings.SESSION_COOKIE_NAME] = signed_in[settings.SESSION_COOKIE_NAME].value
        self.context.clear_cookies()
        self.context.add_cookies(
            [{"name": name, "value": value, "url": self.installation.url} for name, value in cookies.items()]
        )

    def open(self, address: str) -> Page:
        """Go to an address of the installation."""
        self.page.goto(address)
        return self.page

    def close(self) -> None:
        """Close the browser."""
        self.context.close()
