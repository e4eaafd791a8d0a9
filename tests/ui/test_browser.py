"""The gallery in a real browser: accessible, nothing wider than the screen, turned the right way, and working without a script."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, Page, Route

from tests.browser import faults_of, follow, too_wide
from tests.ui.site import PAGES

SITE = "https://amparo.test"
Opener = Callable[..., Page]
Scheme = Literal["light", "dark"]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opener]:
    """Open pages of the small site in the browser, without a server: the test client answers each request."""
    contexts = []

    def open_page(
        address: str,
        *,
        language: str = "en",
        width: int = 1280,
        scheme: Scheme = "light",
        script: bool = True,
    ) -> Page:
        # axe needs to run its own script in the page, which our policy forbids; the policy is tested by itself.
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=script,
            bypass_csp=True,
        )
        contexts.append(context)
        shown = context.new_page()
        client = Client(headers={"accept-language": language})
        shown.route("**/*", lambda route: _answer(route, client))
        shown.goto(SITE + address)
        return shown

    yield open_page
    for context in contexts:
        context.close()


def _answer(route: Route, client: Client) -> None:
    request = route.request
    path = request.url.removeprefix(SITE)
    if path.startswith("/static/"):
        found = finders.find(path.removeprefix("/static/").split("?")[0])
        route.fulfill(path=Path(str(found)))
        return
    if request.method == "POST":
        kind = request.headers["content-type"]
        answer = client.generic("POST", path, request.post_data_buffer or b"", content_type=kind)
    else:
        answer = client.get(path)
    headers = {name: value for name, value in answer.headers.items() if name != "Content-Length"}
    route.fulfill(status=answer.status_code, headers=headers, body=answer.content)


# Each page in the look that is the hardest, the gallery (which holds every component) in the others too.
LOOKS = [
    *((address, "ar", 320, "dark") for address in PAGES),
    ("/ui/", "en", 1280, "light"),
    ("/ui/", "en", 1280, "dark"),
    ("/ui/example/case", "ar", 1280, "light"),
    ("/ui/example/list", "en", 320, "light"),
]


@pytest.mark.parametrize(("address", "language", "width", "scheme"), LOOKS)
def test_pages_are_accessible_and_fit(
    opened: Opener, address: str, language: str, width: int, scheme: Scheme
) -> None:
    shown = opened(address, language=language, width=width, scheme=scheme)
    assert faults_of(shown) == []
    assert too_wide(shown) == []


def turned(shown: Page, selector: str, pseudo: str) -> list[float]:
    matrix = shown.evaluate(
        "([selector, pseudo]) => getComputedStyle(document.querySelector(selector), pseudo).transform",
        [selector, pseudo],
    )
    return [round(float(part), 3) for part in matrix.removeprefix("matrix(").removesuffix(")").split(",")][:4]


def test_arrows_turn_with_the_direction_and_ticks_do_not(opened: Opener) -> None:
    english, arabic = opened("/ui/"), opened("/ui/", language="ar")
    back = (".govuk-back-link", "::before")
    tick = (".govuk-checkboxes__label", "::after")
    assert turned(english, *back) != turned(arabic, *back)
    assert turned(english, *tick) == turned(arabic, *tick)
    widths = "(selector) => getComputedStyle(document.querySelector(selector), '::after').borderWidth"
    assert english.evaluate(widths, tick[0]) == arabic.evaluate(widths, tick[0])


def test_rows_are_added_and_menus_open_without_a_script(opened: Opener) -> None:
    shown = opened("/ui/example/question", width=320, script=False)
    shown.fill("#id_names-0-text", "Amal Haddad-Moreno")
    assert shown.locator("[name=names-row]").count() == 2
    follow(shown.get_by_role("button", name="Add another").first)
    assert shown.locator("[name=names-row]").count() == 3
    assert shown.input_value("#id_names-0-text") == "Amal Haddad-Moreno"
    assert shown.locator(".govuk-error-summary").count() == 0
    shown.locator(".amparo-header__fold > summary").click()
    assert shown.locator(".amparo-folded").is_visible()


def test_enter_in_a_field_sends_the_form_instead_of_removing_a_row(opened: Opener) -> None:
    shown = opened("/ui/example/question", script=False)
    shown.fill("#id_names-0-text", "")
    with shown.expect_navigation(wait_until="domcontentloaded"):
        shown.press("#id_names-0-text", "Enter")
    assert shown.locator("[name=names-row]").count() == 2
    assert shown.locator(".govuk-error-summary").count() == 1


def test_a_line_of_the_error_summary_leads_to_its_control(opened: Opener) -> None:
    shown = opened("/ui/example/errors")
    assert shown.evaluate("document.activeElement.hasAttribute('data-errors')")
    for line in shown.locator(".govuk-error-summary__list a").all():
        target = str(line.get_attribute("href")).removeprefix("#")
        line.click()
        focused = shown.evaluate("document.activeElement.id")
        assert focused == target


def test_the_filters_refresh_the_list_without_loading_the_page(opened: Opener) -> None:
    shown = opened("/ui/example/list")
    shown.evaluate("window.stays = true")
    shown.get_by_label("Closed").check()
    shown.wait_for_url("**stage=closed**")
    assert shown.evaluate("window.stays")
    assert shown.locator("#people .amparo-table").count() == 1


def test_characters_left_are_counted(opened: Opener) -> None:
    shown = opened("/ui/example/public")
    shown.fill("textarea", "x" * 510)
    shown.wait_for_function("document.querySelector('[data-count]').textContent.startsWith('10 ')")
    assert "too many" in shown.inner_text("[data-count]")


def test_a_reason_for_no_answer_takes_the_answers_off(opened: Opener) -> None:
    shown = opened("/ui/")
    shown.get_by_label("Deception").check()
    shown.locator("[data-exclusive]").first.check()
    assert not shown.get_by_label("Deception").is_checked()


def test_the_areas_of_our_state_are_offered_for_our_state_only(opened: Opener) -> None:
    shown = opened("/ui/")
    own, other = shown.locator("#id_route-0-area_own"), shown.locator("#id_route-0-area_other")
    assert other.is_visible()
    assert not own.is_visible()
    shown.select_option("#id_route-0-country", "XA")
    own.select_option("XA-03")
    assert not other.is_visible()
    shown.select_option("#id_route-0-country", "ET")
    assert own.is_disabled()
    bare = opened("/ui/", script=False)
    assert bare.locator("#id_route-0-area_own").is_visible()
    assert bare.locator("#id_route-0-area_other").is_visible()


def test_on_a_phone_the_name_the_child_and_the_safe_way_stay_in_sight(opened: Opener) -> None:
    shown = opened("/ui/example/case", width=320)
    for look in ("0", "document.body.scrollHeight"):
        shown.evaluate(f"window.scrollTo(0, {look})")
        for selector in (".amparo-identity__name", ".amparo-mark--child", ".amparo-identity__reach"):
            box = shown.locator(selector).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 320
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= 400


def test_the_policy_allows_what_the_pages_do(browser: Browser) -> None:
    context = browser.new_context()
    shown, said = context.new_page(), []
    shown.on("console", lambda message: said.append(message.text))
    client = Client()
    shown.route("**/*", lambda route: _answer(route, client))
    for address in PAGES:
        shown.goto(SITE + address)
    shown.goto(SITE + "/ui/example/list")
    shown.get_by_label("Closed").check()
    shown.wait_for_url("**stage=closed**")
    context.close()
    assert said == []
