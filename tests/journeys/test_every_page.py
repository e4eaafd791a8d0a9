"""Every page, at a desk with a script and on a small phone without one, in both directions: accessible, no wider than the screen,
asking nobody else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from django.urls import resolve
from playwright.sync_api import Page, ViewportSize

from tests.browser import AXE, WITH_LANGUAGE, colours_of, faults_of, too_wide
from tests.contracts.denial_rows import PAGES
from tests.journeys.conftest import Browsing
from tests.journeys.installation import Installation

pytestmark = [pytest.mark.journey, pytest.mark.slow]
Browse = Callable[..., Browsing]

DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=320, height=640)
# The way through signing in is walked in test_tasks.py and test_passkeys.py.
WALKED = {
    "mfa_authenticate", "mfa_view_recovery_codes", "mfa_add_webauthn", "mfa_login_webauthn", "mfa_reauthenticate_webauthn",
}  # fmt: skip
# The same template with the same parts: a list, a proposal, its form, or one question with a box.
SAME_AS_ANOTHER = {
    "account_login", "mfa_index", "gateway:change", "gateway:more-time", "gateway:output", "gateway:report", "publishing:proposals",
    "publishing:proposal", "publishing:proposal-end", "publishing:proposal-grant", "publishing:proposal-review",
}  # fmt: skip
# A file, a way on, or words for a program.
NO_PAGE = {
    "api:openapi", "api:unknown", "health", "ui:exit", "cases:document", "data:catalogue-record", "data:file", "data:record", "data:table", "evidence:download", "evidence:study-report",
    "gateway:file", "gateway:table", "intake:rejected",
}  # fmt: skip
SHOWN = """async () => {
  const databases = indexedDB.databases ? await indexedDB.databases() : [];
  const caches_ = window.caches ? await caches.keys().catch(() => []) : [];
  const kept = [...Object.keys(localStorage), ...Object.keys(sessionStorage), ...databases.map(one => one.name), ...caches_];
  return [document.documentElement.dir, document.title, kept];
}"""
# What somebody would press or fill in, but for what stands in a `details` that unfolds by itself: on a phone, actions too.
OUT_OF_REACH = """() => [...document.querySelectorAll('main button, main select, main textarea, main input, main a[href]')].filter(
  one => one.type !== 'hidden' && !one.closest('details:not([open]), .amparo-off-phone') && !one.getClientRects().length
).map(one => one.outerHTML.slice(0, 120))"""


def test_every_address_that_shows_a_page_is_looked_at(installation: Installation) -> None:
    seen = {resolve(address.partition("?")[0]).view_name for _, address in installation.pages().values()}
    shown = {name for name, row in PAGES.items() if "get" in row.methods}
    assert shown - seen - WALKED - SAME_AS_ANOTHER - NO_PAGE == set()


def test_with_a_script(browsing: Browse, installation: Installation) -> None:
    """At a desk, in English: axe finds nothing, and a phone's width holds too.

    What stands above and below is the same for a role; contrast is asked where words stand in colours that no page had before.
    """
    framed: set[str] = set()
    coloured: set[str] = set()

    def look(page: Page, name: str) -> list[str]:
        role, colours = installation.pages()[name][0], colours_of(page)
        is_framed, is_coloured = bool(role) and role in framed, colours <= coloured
        faults = faults_of(page, with_frame=not is_framed, with_contrast=not is_coloured)
        faults += too_wide(page)
        framed.add(role)
        coloured.update(colours)
        page.set_viewport_size(PHONE)
        faults += [*too_wide(page), *odd(page, name, "en")]
        page.set_viewport_size(DESK)
        return faults

    browse = browsing(language="en", width=DESK["width"])
    browse.context.add_init_script(AXE)
    assert seen_of_all(browse, look, language="en") == []


def test_without_a_script(browsing: Browse, installation: Installation) -> None:
    """On a phone, in Arabic: all that can be pressed is there to be pressed, axe finds nothing, and a desk's width holds too."""
    browse = browsing(language="ar", width=PHONE["width"])
    session = browse.context.new_cdp_session(browse.page)

    def set_scripts(are: Literal["on", "off"]) -> None:
        session.send("Emulation.setScriptExecutionDisabled", {"value": are == "off"})

    def look(page: Page, name: str) -> list[str]:
        faults = [*too_wide(page), *(f"hidden: {one}" for one in page.evaluate(OUT_OF_REACH))]
        if not page.locator("h1").first.is_visible():
            faults.append("has no heading")
        set_scripts("on")  # axe waits for itself
        faults += [*faults_of(page, rules=WITH_LANGUAGE), *odd(page, name, "ar")]
        page.set_viewport_size(DESK)
        faults += too_wide(page)
        page.set_viewport_size(PHONE)
        set_scripts("off")
        return faults

    set_scripts("off")
    assert seen_of_all(browse, look, language="ar") == []


def seen_of_all(browse: Browsing, look: Callable[[Page, str], list[str]], *, language: str) -> list[str]:
    """Look at each page as somebody whose page it is; one browser for all, for each takes half a second to start."""
    pages = browse.installation.pages()
    faults: list[str] = []
    for role in dict.fromkeys(looker for looker, _address in pages.values()):
        browse.become(role, language=language)
        for name, (looker, address) in pages.items():
            if looker == role:
                page = browse.open(address)
                faults += [f"{name}: {fault}" for fault in look(page, name)]
    return faults


def odd(page: Page, name: str, language: str) -> list[str]:
    """Tell a page that runs in the wrong direction, a window's title that tells, and what the browser keeps beside cookies."""
    direction, title, kept = page.evaluate(SHOWN)
    faults = [f"keeps {one} in the browser" for one in kept]
    if direction != ("rtl" if language == "ar" else "ltr"):
        faults.append("is not turned")
    if title not in ("Amparo", "أمبارو") and name not in ("gallery", "public"):
        faults.append(f"the window's title tells “{title}”")
    return faults
