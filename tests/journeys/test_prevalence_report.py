"""The report on prevalence in a real browser: accessible, turned the right way, and with a font of its own where it needs one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from amparo.stats.prevalence import OverlapTable, Population, Settings, Study, run_study
from amparo.stats.prevalence.report import report_of
from amparo.stats.report import to_html
from tests.browser import faults_of, too_wide

WOMEN = OverlapTable(("police", "shelter", "hotline"), np.array([0, 40, 30, 12, 35, 9, 10, 6]))
MEN = OverlapTable(WOMEN.lists, np.array([0, 25, 24, 6, 20, 7, 5, 2]))
WHOLE = OverlapTable(WOMEN.lists, WOMEN.counts + MEN.counts)


@pytest.fixture(scope="module")
def study() -> Study:
    return run_study(
        WHOLE,
        methods=("stepwise", "chao", "dga"),
        settings=Settings(replicates=30),
        strata={"women": WOMEN, "men": MEN},
        strata_by="sex",
        population=Population(100_000, "residents"),
    )


@pytest.mark.parametrize(("language", "direction", "width"), [("en", "ltr", 1280), ("ar", "rtl", 320)])
def test_report_is_accessible_and_reads_the_right_way(
    study: Study, browser: Browser, tmp_path: Path, language: str, direction: str, width: int
) -> None:
    path = tmp_path / "report.html"
    path.write_text(to_html(report_of(study, language)), encoding="utf-8")
    # axe needs to run its own script in the page, which the policy of the report forbids.
    context = browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert faults_of(page) == []
    assert too_wide(page) == []
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).direction") == direction
    assert page.evaluate("document.fonts.size") == (2 if language == "ar" else 0)
    assert page.evaluate("document.fonts.ready.then(all => [...all].every(one => one.status !== 'error'))")
    context.close()
