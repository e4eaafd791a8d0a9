"""Somebody whom nobody knows finds a published table, takes it, and reads it in Arabic: no script, no cookie."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser import faults_of, follow, too_wide
from tests.journeys.conftest import Browsing
from tests.journeys.installation import Installation

pytestmark = [pytest.mark.journey, pytest.mark.slow]


def test_a_reader_finds_a_table_takes_it_and_reads_it_in_arabic(
    browsing: Callable[..., Browsing], installation: Installation
) -> None:
    browse = browsing(width=320)
    browse.context.clear_cookies()
    page = browse.open("/data/")
    page.get_by_label("Words").fill("region")
    follow(page.get_by_role("button", name="Search"))
    follow(page.locator(f"a[href='/data/{installation.published}/']"))
    assert page.get_by_role("cell", name="hidden (a)").count() == 1
    with page.expect_download() as waited:
        page.get_by_role("link", name="CSV").click()
    assert "# Protection" in Path(waited.value.path()).read_text(encoding="utf-8-sig")
    page.locator("header summary").click()
    follow(page.get_by_role("link", name="العربية"))
    assert page.get_attribute("html", "dir") == "rtl"
    assert page.get_by_role("columnheader", name="المنطقة").count() == 1
    assert page.get_by_role("rowheader", name="نساء وفتيات").count() == 2
    assert faults_of(page) == []
    assert too_wide(page) == []
    assert page.locator("script").count() == 0
    assert browse.context.cookies() == []
