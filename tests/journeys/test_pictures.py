"""Pictures of every page: all of them to be looked at, a handful for the documentation."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Browsing
from tests.journeys.installation import Installation

CHECKOUT = Path(__file__).parents[2]
LOOKED_AT = CHECKOUT / ".cache" / "screenshots"
IN_THE_DOCUMENTATION = CHECKOUT / "docs" / "images"
# What the README and the documentation show: the picture, the page, language and width.
SHOWN = {
    "case-list.png": ("case-list", "en", 1280),
    "case.png": ("case", "en", 1280),
    "case-arabic-phone.png": ("case", "ar", 320),
    "import-preview.png": ("import-preview", "en", 1280),
    "table.png": ("table", "en", 1280),
    "emergency.png": ("emergency-record", "en", 1280),
    "emergency-arabic.png": ("emergency-record", "ar", 1280),
    "two-people.png": ("act", "en", 1280),
    "two-people-arabic.png": ("act", "ar", 1280),
    "who-saw.png": ("case-seen", "en", 1280),
    "who-saw-arabic.png": ("case-seen", "ar", 1280),
    "sign-in.png": ("sign-in", "en", 1280),
    "sign-in-arabic.png": ("sign-in", "ar", 1280),
}
STUDY = "prevalence.png"  # of a report, which needs no installation
LARGEST = 150_000
REFERENCE = re.compile(r"images/([\w.-]+\.(?:png|svg|jpg))")


@pytest.mark.screenshot
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_pictures_of_every_page(
    browsing: Callable[..., Browsing], installation: Installation, language: str, width: int, scheme: str
) -> None:
    folder = LOOKED_AT / f"{language}-{width}-{scheme}"
    folder.mkdir(parents=True, exist_ok=True)
    pages = installation.pages()
    for role in sorted({looker for looker, _ in pages.values()}):
        browse = browsing(role, language=language, width=width, color_scheme=scheme)
        for name, (looker, address) in pages.items():
            if looker == role:
                browse.open(address).screenshot(path=folder / f"{name}.png", full_page=True)


@pytest.mark.screenshot
@pytest.mark.parametrize("picture", SHOWN)
def test_picture_of_the_documentation(
    browsing: Callable[..., Browsing], installation: Installation, picture: str
) -> None:
    name, language, width = SHOWN[picture]
    role, address = installation.pages()[name]
    page = browsing(role, language=language, width=width).open(address)
    IN_THE_DOCUMENTATION.mkdir(parents=True, exist_ok=True)
    path = IN_THE_DOCUMENTATION / picture
    page.screenshot(path=path, clip={"x": 0, "y": 0, "width": width, "height": 800 if width > 500 else 700})
    assert path.stat().st_size <= LARGEST


@pytest.mark.screenshot
def test_picture_of_a_report_on_prevalence(browser: Browser, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    lists = CHECKOUT / "docs" / "examples" / "lists.csv"
    command = [
        sys.executable,
        "-m",
        "amparo.cli",
        "prevalence",
        str(lists),
        "--seed",
        "1",
        "--report",
        str(report),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    page = browser.new_page(viewport={"width": 800, "height": 800})
    page.goto(report.as_uri())
    page.locator("figure").first.screenshot(path=IN_THE_DOCUMENTATION / STUDY)
    page.close()


def test_every_picture_of_the_documentation_is_made_here_shown_and_small() -> None:
    there = {path.name: path.stat().st_size for path in IN_THE_DOCUMENTATION.glob("*.*")}
    texts = [CHECKOUT / "README.md", *(CHECKOUT / "docs").rglob("*.md")]
    shown = {name for path in texts for name in REFERENCE.findall(path.read_text(encoding="utf-8"))}
    assert shown <= set(there), "run: make screenshots"
    assert set(there) <= shown, "nobody shows them"
    assert {name for name in there if name.endswith(".png")} <= {*SHOWN, STUDY}, "no test makes them"
    assert [name for name, size in there.items() if size > LARGEST] == []
