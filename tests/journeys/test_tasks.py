"""Whole tasks in a real browser, as somebody does them on a working day."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from amparo.cases.models import Case
from amparo.intake.actions import check_batch, write_batch
from amparo.intake.models import ImportBatch
from amparo.intake.rules import BatchState
from tests.browser import faults_of, follow
from tests.contracts.denial_states import PICTURE
from tests.contracts.denial_world import faulty_file
from tests.factories.intake import AMINA, make_workbook
from tests.journeys.conftest import Browsing
from tests.journeys.installation import Installation

pytestmark = [pytest.mark.journey, pytest.mark.slow]
Browse = Callable[..., Browsing]


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def run_jobs() -> None:
    """Do what a worker does with workbooks that wait."""
    for batch in ImportBatch.objects.filter(state=BatchState.CHECKING):
        check_batch(batch.id, now=timezone.now())
    for batch in ImportBatch.objects.filter(state=BatchState.WRITING):
        write_batch(batch.id, now=timezone.now())


def unlike_any_other() -> str:
    """Make up a name that is like none before, or the page asks whether she is known."""
    return uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))[:16].title()


def send(page: Page) -> None:
    """Press the button of the form in the middle of the page."""
    follow(page.locator("main form[method=post] button:not([formnovalidate])").last)


def press(page: Page, name: str) -> None:
    follow(page.get_by_role("button", name=name, exact=True).first)


def test_an_invited_colleague_sets_up_the_second_step_and_signs_in_without_her_phone(
    browsing: Browse, installation: Installation
) -> None:
    email = f"{uuid4().hex[:8]}@example.org"
    administrator = browsing("organisation_administrator").open("/people/")
    administrator.get_by_role("link", name="Invite somebody").click()
    administrator.get_by_label("E-mail address at work").fill(email)
    administrator.get_by_label(re.compile("^Caseworker")).check()
    send(administrator)
    link = administrator.locator("code").inner_text().strip("\u2068\u2069 \n")
    supervisor = browsing("supervisor").open("/two-people/")
    follow(supervisor.get_by_role("link", name="Let somebody into the organisation").first)
    assert faults_of(supervisor) == []
    press(supervisor, "Agree and carry it out")
    expect(supervisor.get_by_role("heading", level=1)).to_be_visible()

    settings.AMPARO_TRAINING = False
    try:
        page = browsing().open(link)
        page.get_by_label("Your name").fill("Noor Amari")
        page.locator("input[type=password]").fill("nine quiet herons 47")
        send(page)
        page.get_by_label(re.compile("address", re.I)).fill(email)
        page.locator("input[type=password]").fill("nine quiet herons 47")
        press(page, "Sign in")
        page.goto("/cases/")
        expect(page).to_have_url(re.compile("/me/second-step/"))
        page.goto("/me/second-step/set-up/")
        if page.locator("input[type=password]").count():
            page.locator("input[type=password]").fill("nine quiet herons 47")
            send(page)
        secret = page.locator("code").inner_text().strip("\u2068\u2069 \n")
        page.locator("main input[name=code]").fill(code_of(secret))
        press(page, "Set up")
        page.goto("/cases/")
        expect(page.get_by_role("heading", level=1)).to_have_text("People")

        page.goto("/me/recovery-codes/new/")
        press(page, "Make new codes")
        written_down = page.locator("main li code").first.inner_text().strip("\u2068\u2069 \n")
        assert faults_of(page) == []
        page.goto("/sign-out/")
        press(page, "Sign out")
        page.goto("/sign-in/")
        page.get_by_label(re.compile("address", re.I)).fill(email)
        page.locator("input[type=password]").fill("nine quiet herons 47")
        press(page, "Sign in")
        expect(page).to_have_url(re.compile("/sign-in/code/"))
        assert faults_of(page) == []
        page.locator("main input[name=code]").fill(written_down)
        press(page, "Sign in")
        page.goto("/cases/")
        expect(page.get_by_role("heading", level=1)).to_have_text("People")
    finally:
        settings.AMPARO_TRAINING = True


def test_a_case_is_opened_once_though_the_button_is_pressed_twice(
    browsing: Browse, installation: Installation
) -> None:
    page = browsing("caseworker").open("/cases/new/")
    before = Case.objects.count()
    family = unlike_any_other()
    page.get_by_label("Given name").fill("Samira")
    page.get_by_label("Family name").fill(family)
    page.locator("input[name=consent][value=yes]").check()
    first = "form => fetch(form.action || location.href, {method: 'POST', body: new FormData(form)}).then(sent => sent.status)"
    assert page.eval_on_selector("main form[method=post]", first) == 200
    press(page, "Open the case")
    page.wait_for_url(re.compile(r"/cases/XA-[^/]+/$"))
    expect(page.locator("body")).to_contain_text(family)
    assert Case.objects.count() == before + 1


def test_two_people_change_the_same_answer_and_choose(browsing: Browse, installation: Installation) -> None:
    address = f"/cases/{installation.reference}/change/names/"
    first, second = browsing("caseworker").open(address), browsing("supervisor").open(address)
    first.locator("input[name=called]").fill("Mimi")
    second.locator("input[name=called]").fill("Nana")
    press(first, "Save")
    expect(first).to_have_url(re.compile("/person/"))
    press(second, "Save")
    expect(second.get_by_role("heading", level=1)).to_have_text("Somebody else changed this too")
    expect(second.locator("main")).to_contain_text("Mimi")
    expect(second.locator("main")).to_contain_text("Nana")
    assert faults_of(second) == []
    second.locator("input[name=choice-called][value=yours]").check()
    press(second, "Save what is chosen")
    expect(second.locator("body")).to_contain_text("Nana")


def test_note_and_document_go_in_and_come_out(browsing: Browse, installation: Installation) -> None:
    page = browsing("caseworker").open(f"/cases/{installation.reference}/notes/new/")
    words = f"She called, and laughed \u200f🙂 {uuid4().hex[:6]}"
    page.locator("textarea[name=text]").fill(words)
    send(page)
    expect(page.locator("main")).to_contain_text(words)
    page.goto(f"/cases/{installation.reference}/documents/new/")
    page.locator("input[type=file]").set_input_files(
        {"name": "card.png", "mimeType": "image/png", "buffer": PICTURE}
    )
    page.locator("input[name=title]").fill("Her card")
    send(page)
    with page.expect_download() as started:
        page.get_by_role("link", name="Her card").first.click()
    assert started.value.suggested_filename == "document.png"
    assert started.value.path().read_bytes() == PICTURE


def test_a_list_is_narrowed_kept_and_found_again(browsing: Browse, installation: Installation) -> None:
    page = browsing("caseworker").open("/cases/")
    page.locator("select[name=stage]").select_option("support")
    press(page, "Apply filters")
    page.wait_for_url(re.compile("stage=support"))
    page.goto("/cases/lists/?stage=support")
    name = f"List {uuid4().hex[:6]}"
    page.get_by_label("Name of the list").fill(name)
    press(page, "Keep the list")
    page.get_by_role("link", name=name).first.click()
    expect(page).to_have_url(re.compile("stage=support"))
    page.goto(f"/search/?q={installation.reference.replace('-', ' ').lower()}")
    expect(page).to_have_url(re.compile(re.escape(installation.reference)))


def test_a_workbook_comes_in_and_is_taken_back(browsing: Browse, installation: Installation) -> None:
    page = browsing("supervisor").open("/import/")
    page.locator("input[type=file]").set_input_files(
        {"name": "cases.csv", "mimeType": "text/csv", "buffer": faulty_file()}
    )
    press(page, "Check the workbook")
    page.wait_for_url(re.compile("/import/[0-9a-f-]{36}/"))
    run_jobs()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("2001-02 has 28 days", timeout=20_000)
    page.goto("/import/")
    rows = [
        {**AMINA, "prs_SecondName": f"Journey{number}", "prs_MobilePhone": uuid4().hex[:8]}
        for number in range(3)
    ]
    page.locator("input[type=file]").set_input_files(
        {"name": "cases.xlsx", "mimeType": "application/octet-stream", "buffer": make_workbook(rows)}
    )
    press(page, "Check the workbook")
    page.wait_for_url(re.compile("/import/[0-9a-f-]{36}/"))
    run_jobs()
    page.reload()  # that it looks by itself was seen above
    before = Case.objects.count()
    press(page, "Bring the rows in")
    page.wait_for_load_state()
    run_jobs()
    page.reload()
    press(page, "Undo this import")
    expect(page.locator("body")).to_contain_text("3 cases were removed")
    assert Case.objects.count() == before


def test_a_table_hides_small_numbers_and_is_downloaded(browsing: Browse, installation: Installation) -> None:
    page = browsing("national_rapporteur").open(
        "/tables/table/?table=person_case&rows=citizenship&columns=sex"
    )
    expect(page.locator("main table")).to_contain_text("hidden")
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile("CSV")).click()
    text = started.value.path().read_text(encoding="utf-8-sig")
    assert "hidden" in text.lower() or "(a)" in text


def test_the_language_is_changed_and_stays(browsing: Browse, installation: Installation) -> None:
    page = browsing("caseworker").open("/cases/")
    page.locator("form[action='/ui/language'] [value=ar], form[action='/ui/language'] select").first.evaluate(
        "one => one.tagName === 'SELECT' ? (one.value = 'ar', one.form.requestSubmit()) : one.click()"
    )
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.goto(f"/cases/{installation.reference}/")
    assert page.get_attribute("html", "dir") == "rtl"
    reference = page.locator("bdi", has_text=installation.reference).first
    assert reference.count() == 1


def test_a_note_is_written_with_the_keyboard_alone(browsing: Browse, installation: Installation) -> None:
    page = browsing("caseworker").open(f"/cases/{installation.reference}/notes/new/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("govuk-skip-link")
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")
    words = f"Written without a mouse {uuid4().hex[:6]}"
    reach(page, "textarea")
    page.keyboard.type(words)
    reach(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(words)


def reach(page: Page, selector: str, *, most: int = 40) -> None:
    """Press Tab until the control has the focus, and see that each focus is seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(one => one.outlineStyle + one.boxShadow)(getComputedStyle(document.activeElement))"
        )
        assert style != "nonenone", page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by the keyboard")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_main_task_works_on_a_phone_without_a_script(
    browsing: Browse, installation: Installation, language: str
) -> None:
    page = browsing("caseworker", script=False, width=320, language=language).open("/cases/new/")
    family = unlike_any_other()
    page.locator("input[name=family]").fill(family)
    send(page)
    expect(page.locator(".govuk-error-summary a")).to_have_attribute("href", re.compile("consent"))
    assert page.locator("input[name=family]").input_value() == family
    page.locator("input[name=consent][value=yes]").check()
    send(page)
    page.wait_for_url(re.compile(r"/cases/XA-[^/]+/$"))
    case = page.url
    page.goto(f"{case}change/reach/")
    rows = page.locator("[name=contacts-row]").count()
    follow(page.locator("button[formnovalidate]").last)
    assert page.locator("[name=contacts-row]").count() == rows + 1
    assert page.locator(".govuk-error-summary").count() == 0
    page.goto(f"{case}notes/new/")
    words = f"أمينة {uuid4().hex[:6]}"
    page.locator("textarea[name=text]").fill(words)
    send(page)
    expect(page.locator("main")).to_contain_text(words)


def test_a_page_that_a_person_in_need_may_see_is_left_at_once(
    browsing: Browse, installation: Installation
) -> None:
    browse = browsing(script=False)
    page = browse.open("/ui/example/public")
    with page.expect_request(lambda asked: asked.url.startswith("https://")) as left:
        page.locator("[data-exit], a[href='/ui/exit']").first.click(no_wait_after=True)
    assert left.value.is_navigation_request()
    browse.strange = [line for line in browse.strange if "another host" not in line]


def test_pages_that_are_opened_all_day_are_light(browsing: Browse, installation: Installation) -> None:
    import gzip

    for address in ("/cases/", f"/cases/{installation.reference}/"):
        browse = browsing("caseworker")
        weights: list[int] = []
        browse.page.on(
            "response", lambda answer, weights=weights: weights.append(len(gzip.compress(answer.body())))
        )
        browse.open(address)
        browse.page.wait_for_load_state("networkidle")
        assert sum(weights) <= 60_000, (address, weights)


@pytest.mark.parametrize("width", [320, 1280])
def test_very_long_names_do_not_break_the_page(
    browsing: Browse, installation: Installation, width: int
) -> None:
    page = browsing("caseworker", width=width).open("/cases/new/")
    page.get_by_label("Given name").fill(unlike_any_other() * 10)
    page.get_by_label("Family name").fill(unlike_any_other() * 10 + " 👩🏽‍🚀 " + "Ж" * 120)
    page.locator("input[name=consent][value=yes]").check()
    press(page, "Open the case")
    page.wait_for_url(re.compile(r"/cases/XA-[^/]+/$"))
    expect(page.locator("body")).to_contain_text("👩🏽‍🚀")
    for address in ("", "/cases/", "/"):
        if address:
            page.goto(address)
        widths: Any = page.evaluate(
            "[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]"
        )
        assert widths[0] <= widths[1], page.url
