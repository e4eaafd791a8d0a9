"""A passkey is made and used in a real browser, with an authenticator that Chromium plays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, CDPSession, Page, Request, expect

from amparo.accounts.models import User
from tests.browser import faults_of, too_wide
from tests.factories.accounts import make_membership, make_user
from tests.journeys.installation import Installation

pytestmark = [pytest.mark.journey, pytest.mark.slow]

PASSWORD = "nine quiet herons 47"


class Visit:
    """A browser at the name that passkeys need, with a device that holds them and verifies its owner."""

    def __init__(self, browser: Browser, url: str, *, language: str, width: int) -> None:
        home = url.replace("127.0.0.1", "localhost")
        self.context = browser.new_context(
            base_url=home, viewport={"width": width, "height": 800}, reduced_motion="reduce"
        )
        self.context.set_default_timeout(20_000)
        self.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": home}])
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.device: CDPSession = self.context.new_cdp_session(self.page)
        self.device.send("WebAuthn.enable")
        options: dict[str, Any] = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        added = self.device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.authenticator: str = added["authenticatorId"]

    def send(self, selector: str = "main form[method=post]") -> None:
        """Press the button of a form, whatever the language calls it."""
        self.page.locator(f"{selector} button").last.click()

    def looks_right(self) -> None:
        """Hold the page against the rules of accessibility and against the width of the screen."""
        assert faults_of(self.page) == []
        assert too_wide(self.page) == []

    def let_owner_be_verified(self, is_verified: bool) -> None:
        """Let the device recognise its owner, or not."""
        self.device.send(
            "WebAuthn.setUserVerified",
            {"authenticatorId": self.authenticator, "isUserVerified": is_verified},
        )


@pytest.fixture(params=[("en", 1280), ("ar", 375)], ids=["English, desk", "Arabic, phone"])
def visit(browser: Browser, installation: Installation, request: pytest.FixtureRequest) -> Iterator[Visit]:
    language, width = request.param
    usual = (settings.ALLOWED_HOSTS, settings.AMPARO_TRAINING, settings.AMPARO_DEMANDS_PASSKEYS)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "localhost"]
    settings.AMPARO_TRAINING, settings.AMPARO_DEMANDS_PASSKEYS = False, True
    opened = Visit(browser, installation.url, language=language, width=width)
    yield opened
    opened.context.close()
    settings.ALLOWED_HOSTS, settings.AMPARO_TRAINING, settings.AMPARO_DEMANDS_PASSKEYS = usual


def assert_answer_works_once(sent: Request) -> None:
    """Send what a device answered again, from elsewhere: the question that it answers was asked once."""
    (credential,) = parse_qs(sent.post_data or "")["credential"]
    thief = Client()
    thief.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    answer = thief.post(reverse("mfa_login_webauthn"), {"credential": credential})
    assert answer["Location"] == reverse("account_login")
    assert thief.get(reverse("accounts:me")).status_code == 302


def test_p25_an_administrator_makes_a_passkey_and_signs_in_with_it(visit: Visit) -> None:
    email = f"{uuid4().hex[:8]}@example.org"
    user = make_user(email=email, name="Noor Amari", password=PASSWORD)
    make_membership(user=user, role="organisation_administrator")
    page = visit.page

    page.goto("/sign-in/")
    visit.looks_right()
    for part in ("failed", "missing"):
        expect(page.locator(f"[data-passkey-{part}]")).to_be_hidden()
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form:has(input[name=password]) button").last.click()
    page.goto("/people/")
    page.wait_for_url("**/me/second-step/")
    visit.looks_right()

    page.goto("/me/passkeys/new/")
    if page.locator("input[type=password]").count():
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("main form:has(input[type=password]) button").last.click()
        page.wait_for_url("**/me/passkeys/new/")
    visit.looks_right()
    visit.send("main form[data-passkey]")
    page.wait_for_url("**/me/recovery-codes/")
    assert page.locator("main li code").count() == 10
    factor = Authenticator.objects.get(user=user, type="webauthn").wrap()
    assert factor.authenticator_data.is_user_verified()

    # A session that was begun with the password shows the passkey once before it opens anything.
    page.goto("/people/")
    page.wait_for_url("**/me/second-step/")
    page.goto("/sign-in/again/passkey/?next=/people/")
    visit.looks_right()
    visit.send("main form[data-passkey]")
    page.wait_for_url(lambda url: "sign-in" not in url)

    page.goto("/sign-out/")
    visit.send()
    page.wait_for_url("**/sign-in/")
    with page.expect_request(lambda request: request.method == "POST" and "sign-in" in request.url) as sent:
        visit.send("main form[data-passkey]")
    page.wait_for_url(lambda url: url.endswith("/") and "sign-in" not in url)
    assert_answer_works_once(sent.value)
    page.goto("/people/")
    expect(page.locator("main table, main .amparo-table").first).to_be_visible()
    assert User.objects.get(pk=user.pk).last_login is not None

    # A device that does not recognise its owner opens nothing.
    page.goto("/sign-out/")
    visit.send()
    page.wait_for_url("**/sign-in/")
    visit.let_owner_be_verified(False)
    visit.send("main form[data-passkey]")
    expect(page.locator("[data-passkey-failed]")).to_be_visible()
    visit.let_owner_be_verified(True)
    told = ("the server responded with a status of", "[DOM]", "Clear-Site-Data header on")
    assert [fault for fault in visit.faults if not any(words in fault for words in told)] == []
