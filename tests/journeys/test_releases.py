"""Letting figures out in a real browser: what would give a hidden number away is held up, mended, reviewed and let out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Page, expect

from amparo.publishing.models import Release
from amparo.publishing.rules import ReleaseState
from tests.browser import WITH_LANGUAGE, faults_of, follow, too_wide
from tests.journeys.conftest import Browsing
from tests.journeys.installation import ELSEWHERE, Installation, hidden_sex, proposed_to

pytestmark = [pytest.mark.journey, pytest.mark.slow]
Browse = Callable[..., Browsing]
TABLE = "/tables/table/?table=person_case&rows="


def press(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name, exact=True)
    follow(button.or_(page.get_by_role("link", name=name, exact=True)).first)


def look(page: Page, *, rules: Sequence[str] = ()) -> None:
    assert [*faults_of(page, rules=rules), *too_wide(page)] == []


def propose(page: Page, address: str, title: str, into: str = "") -> None:
    page.goto(address)
    press(page, "Propose for release")
    if into:
        page.get_by_label(into).check()
    else:
        page.get_by_label("Title").fill(title)
        page.get_by_label("Purpose").fill("For the annual report to parliament.")
    press(page, "Put it into the release")


def test_a_release_that_gives_a_hidden_number_away_is_held_up_and_mended(
    browsing: Browse, installation: Installation
) -> None:
    page = browsing("statistician").page
    propose(page, f"{TABLE}year_opened&only-sex={hidden_sex()}", "Identified persons")
    findings = page.locator("#findings")
    expect(findings).to_contain_text("A hidden number can be worked out")
    expect(findings).to_contain_text("leave exactly 1, which nobody may learn")
    look(page)
    release = Release.objects.latest("made_at")
    press(page, "Put it up for review")
    expect(page.locator("main")).to_contain_text("It cannot go on as it is")
    propose(page, f"{TABLE}identification", "", into=f"{release.number}: Identified persons")
    page.get_by_role("button", name="Take").first.click()
    expect(page.locator("#checks")).to_contain_text("Nothing found")
    press(page, "Put it up for review")
    press(page, "Put it up for review")
    expect(page.locator("main")).to_contain_text("waits for a reviewer")
    look(page)
    release.refresh_from_db()
    assert release.state == ReleaseState.PROPOSED


def test_a_release_is_reviewed_and_let_out_by_two_people_in_arabic_one_of_them_without_a_script(
    browsing: Browse, installation: Installation
) -> None:
    snapshot = str(installation.snapshot)
    release = proposed_to(installation.viewers["statistician"], snapshot, "stage", now=installation.now)
    preparing = browsing("statistician", language="ar", script=False)
    reviewing = browsing(ELSEWHERE, language="ar", width=320)
    address = f"/releases/{release}/"

    def step(browse: Browsing, name: str) -> None:
        follow(browse.open(address).locator(f"form[action='{address}{name}/'] button"))

    follow(preparing.open(f"{address}propose/").locator("main form button").last)
    follow(reviewing.open("/releases/?shelf=review").locator(f"a[href='{address}']"))
    step(reviewing, "take-up")
    page = reviewing.page
    page.locator(f"a[href='{address}note/']").click()
    page.locator("textarea").fill("هل التعريف هو نفسه؟")
    page.locator("main form button").last.click()
    expect(page.locator("#notes")).to_contain_text("هل التعريف هو نفسه؟")
    assert page.get_attribute("html", "dir") == "rtl"
    look(page, rules=WITH_LANGUAGE)
    step(reviewing, "clear")
    step(preparing, "ask")
    follow(reviewing.open(address).locator("a[href^='/two-people/']").last)
    follow(page.locator("button[value=approve]"))
    row = Release.objects.get(pk=release)
    second = installation.viewers[ELSEWHERE].user_id
    assert (row.state, row.published_by_id) == (ReleaseState.PUBLISHED, second)
