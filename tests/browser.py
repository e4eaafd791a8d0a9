"""The browser of the tests: how it is started, and what axe finds in a page."""

from __future__ import annotations

import shutil

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Page

AXE: str = AXE_SCRIPT
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    # A page is looked at for a second: what the optimising compilers cost, they never earn back.
    "--js-flags=--no-opt --no-maglev",
)
FOUND = """contrast => axe.run({
  resultTypes: ['violations'], selectors: false, rules: {'color-contrast': {enabled: contrast}}}).then(found => found.violations.map(
  one => `${one.id}: ${one.nodes[0].html.slice(0, 200)} (${one.nodes.length})`))"""
TOO_WIDE = """() => {
  const {scrollWidth, clientWidth} = document.scrollingElement;
  if (scrollWidth <= clientWidth) return [];
  const sticking = [...document.querySelectorAll('main *, header *, footer *')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width && (box.right > innerWidth + 1 || box.left < -1)
      && !one.closest('.amparo-scroll, .govuk-visually-hidden, [tabindex="0"]');
  }).slice(0, 2).map(one => one.outerHTML.slice(0, 120));
  return [`is ${scrollWidth} wide on a screen of ${clientWidth}: ${sticking}`];
}"""


def chromium() -> str | None:
    """Find the Chromium of the operating system: none is downloaded. Its shell draws no window and costs a third less."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    return next((found for name in names if (found := shutil.which(name))), None)


def faults_of(page: Page, *, with_contrast: bool = True) -> list[str]:
    """Ask axe what is wrong with a page. A context with `AXE` as its first script spares handing it to each page.

    Contrast costs more than all other rules together, and is the same in every language.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(FOUND, with_contrast)
    return found


def too_wide(page: Page) -> list[str]:
    """Ask whether the page scrolls sideways, and what sticks out."""
    found: list[str] = page.evaluate(TOO_WIDE)
    return found
