"""Every page, in English and Arabic, wide and on a small phone: accessible, no wider than the screen, asking nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Page

from tests.journeys.conftest import Browsing
from tests.journeys.installation import Installation

pytestmark = [pytest.mark.journey, pytest.mark.slow]
AXE = Axe()
ROLES = (
    "", "caseworker", "supervisor", "national_rapporteur", "statistician", "organisation_administrator",
    "installation_administrator",
)  # fmt: skip
STORED = """async () => {
  const databases = indexedDB.databases ? await indexedDB.databases() : [];
  const caches_ = window.caches ? await caches.keys().catch(() => []) : [];
  return [...Object.keys(localStorage), ...Object.keys(sessionStorage), ...databases.map(one => one.name), ...caches_];
}"""


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("role", ROLES)
def test_pages_of(
    browsing: Callable[..., Browsing], installation: Installation, role: str, language: str
) -> None:
    browse = browsing(role, language=language)
    faults: list[str] = []
    for name, (looker, address) in installation.pages().items():
        if looker == role:
            page = browse.open(address)
            faults += [f"{name}: {fault}" for fault in (*faults_of(page), *too_wide(page), *stored(page))]
            if page.get_attribute("html", "dir") != ("rtl" if language == "ar" else "ltr"):
                faults.append(f"{name}: is not turned")
            if page.title() not in ("Amparo", "أمبارو") and name != "gallery":
                faults.append(f"{name}: the window's title tells “{page.title()}”")
    assert faults == []


def faults_of(page: Page) -> list[str]:
    """Ask axe, in the width of a desk."""
    found = AXE.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]} ({len(one['nodes'])})" for one in found]


def too_wide(page: Page) -> list[str]:
    """Ask whether the page scrolls sideways on a small phone, and what sticks out."""
    page.set_viewport_size({"width": 320, "height": 640})
    widths: list[int] = page.evaluate(
        "[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]"
    )
    sticking: Any = page.evaluate(
        """() => [...document.querySelectorAll('main *, header *, footer *')].filter(one => {
             const box = one.getBoundingClientRect();
             return box.width && (box.right > innerWidth + 1 || box.left < -1) && !one.closest('.amparo-scroll, .govuk-visually-hidden, [tabindex="0"]');
           }).slice(0, 2).map(one => one.outerHTML.slice(0, 120))"""
    )
    page.set_viewport_size({"width": 1280, "height": 800})
    return [f"is {widths[0]} wide on a screen of {widths[1]}: {sticking}"] if widths[0] > widths[1] else []


def stored(page: Page) -> list[str]:
    """Return the names of what the browser keeps of the page beside cookies."""
    names: list[str] = page.evaluate(STORED)
    return [f"keeps {name} in the browser" for name in names]
