"""The browser of the tests: how it is started, and what axe finds in a page."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Locator, Page

AXE: str = AXE_SCRIPT
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--in-process-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    # A page is looked at for a second: what the optimising compilers cost, they never earn back.
    "--js-flags=--no-opt --no-maglev",
)
FOUND = """([rules, frame, contrast]) => 'axe' in window ? axe.run(frame ? document : {exclude: [['body > header'], ['body > footer']]}, {
  resultTypes: ['violations'], selectors: false, ...(rules.length ? {runOnly: {type: 'rule', values: rules}} : {}),
  rules: {'color-contrast': {enabled: contrast}}}).then(found => found.violations.map(
  one => `${one.id}: ${one.nodes[0].html.slice(0, 200)} (${one.nodes.length})`)) : null"""
# In which colours words stand on which ground, and how large: all that the contrast follows from.
COLOURS = """() => [...new Set([...document.body.querySelectorAll('*')].filter(
  one => [...one.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim())).map(one => {
    const {color, fontSize, fontWeight} = getComputedStyle(one), grounds = [];
    for (let above = one; above; above = above.parentElement) {
      const {backgroundColor, backgroundImage, opacity} = getComputedStyle(above);
      grounds.push(backgroundColor, backgroundImage, opacity);
      if (!backgroundColor.startsWith('rgba') && backgroundColor !== 'transparent') break;
    }
    return [color, fontSize, fontWeight, ...grounds.filter(part => !['rgba(0, 0, 0, 0)', 'none', '1'].includes(part))].join();
  }))]"""
# What another language or a narrow screen may break: names that are empty, the languages themselves, what scrolls, what is too small to
# hit. The rest is the same markup and the same colours, and is asked of every page once.
WITH_LANGUAGE = (
    "html-has-lang", "html-lang-valid", "valid-lang", "html-xml-lang-mismatch", "document-title", "page-has-heading-one",
    "empty-heading", "empty-table-header", "label", "button-name", "link-name", "image-alt", "select-name", "input-button-name",
    "summary-name", "svg-img-alt", "aria-command-name", "aria-input-field-name", "aria-toggle-field-name", "frame-title",
    "label-content-name-mismatch", "scrollable-region-focusable", "target-size", "duplicate-id-aria", "landmark-unique",
)  # fmt: skip
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


def follow(control: Locator) -> None:
    """Press what leads to another page, and wait for that page: what stands there is read only then."""
    with control.page.expect_navigation(wait_until="domcontentloaded"):
        control.click()


def faults_of(
    page: Page, *, rules: Sequence[str] = (), with_frame: bool = True, with_contrast: bool = True
) -> list[str]:
    """Ask axe what is wrong with a page, by some of its rules or by all, and in what stands above and below each page or not.

    Contrast takes it three times as long as all else. A context with `AXE` as its first script spares handing it to each page.
    """
    asked = [list(rules), with_frame, with_contrast and not rules]
    found: list[str] | None = page.evaluate(FOUND, asked)
    if found is None:
        page.evaluate(AXE)
        found = page.evaluate(FOUND, asked)
    return found or []


def colours_of(page: Page) -> set[str]:
    """Return in which colours words stand on which ground."""
    return set(page.evaluate(COLOURS))


def too_wide(page: Page) -> list[str]:
    """Ask whether the page scrolls sideways, and what sticks out."""
    found: list[str] = page.evaluate(TOO_WIDE)
    return found
