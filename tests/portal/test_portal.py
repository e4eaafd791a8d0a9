"""The first page, by role, and the search."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.urls import resolve
from django.utils import timezone
from django.utils.module_loading import import_string

from amparo.access.rules import ROLES
from amparo.access.web import guard_of
from amparo.cases.queries.lists import PAGE
from amparo.cases.rules import Name, Stage
from tests.cases.conftest import _without_second_factor  # noqa: F401 - the same fixture for these pages
from tests.cases.pages import browser_of, organisation_of, text_of
from tests.factories.accounts import make_viewer
from tests.factories.cases import PERSON, make_case, make_person_details

pytestmark = pytest.mark.django_db


def _called(name: str) -> Any:
    return make_person_details(called=name, names=(Name(text=name, kind="given"),))


@pytest.mark.parametrize("role", ROLES)
def test_the_menu_offers_what_the_role_may_open_and_nothing_else(role: str) -> None:
    viewer = make_viewer(role)
    offered = [item for path in settings.AMPARO_NAVIGATION if (item := import_string(path)(viewer))]
    guards = {item.url: guard_of(resolve(item.url.partition("?")[0]).func) for item in offered}
    assert guards
    for url, guard in guards.items():
        assert guard is not None
        assert guard.permission is None or guard.permission in viewer.permissions, url


def test_a_worker_sees_what_waits_and_who_is_new() -> None:
    viewer, now = make_viewer("caseworker"), timezone.now()
    long_ago = now - timedelta(days=40)
    make_case(viewer, person=_called("Waiting"), opened=long_ago.date(), now=long_ago)
    make_case(viewer, person=_called("Fresh"), opened=now.date(), now=now)
    middle = now - timedelta(days=12)
    make_case(viewer, person=_called("Neither"), opened=middle.date(), now=middle)
    make_case(viewer, person=_called("Closed"), opened=long_ago.date(), now=long_ago, stage=Stage.CLOSED)
    text = text_of(browser_of(viewer).get("/"))
    needs, _, rest = text.partition("New for you")
    assert "Waiting" in needs
    assert "Fresh" in rest
    assert "Neither" not in text
    assert "Closed" not in needs
    assert "Who has how much" not in text


def test_a_supervisor_sees_the_load_by_worker() -> None:
    viewer = make_viewer("supervisor")
    worker = make_viewer("caseworker", organisation=organisation_of(viewer))
    make_case(worker)
    text = text_of(browser_of(viewer).get("/"))
    assert "Who has how much" in text
    assert worker.name in text


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("caseworker", "Nothing waits for you"),
        ("first_responder", "Nobody is new for you"),
        ("competent_authority", "Nobody is new for you"),
        ("statistician", "State of the figures"),
        ("national_rapporteur", "State of the figures"),
        ("organisation_administrator", "People and roles"),
        ("installation_administrator", "Organisations"),
    ],
)
def test_each_role_has_a_first_page_that_teaches(role: str, said: str) -> None:
    answer = browser_of(make_viewer(role)).get("/")
    assert answer.status_code == 200
    assert said in text_of(answer)


def test_a_visitor_is_asked_to_sign_in(client: Any) -> None:
    assert client.get("/").status_code == 302
    assert client.get("/search/").status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        str,
        str.lower,
        lambda text: text.replace("-", ""),
        lambda text: text.replace("0", "O"),
        lambda text: f"  {text} ",
    ],
)
def test_a_reference_is_found_however_it_is_typed(change: Any) -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer)
    answer = browser_of(viewer).get("/search/", {"q": change(reference)})
    assert answer.status_code == 302
    assert reference in answer["Location"]


def test_a_reference_out_of_reach_is_not_there() -> None:
    reference = make_case(make_viewer("supervisor"))
    answer = browser_of(make_viewer("supervisor")).get("/search/", {"q": reference})
    assert answer.status_code == 200
    assert "No case within your reach has this reference" in text_of(answer)


def _search(browser: Any, typed: str) -> Any:
    """Send what is typed, and go where the answer is."""
    return browser.post("/search/", {"q": typed}, follow=True)


def test_a_name_is_searched_in_the_own_caseload_only() -> None:
    viewer = make_viewer("supervisor")
    mine = make_case(viewer, person=PERSON)
    theirs = make_case(make_viewer("caseworker", organisation=organisation_of(viewer)), person=PERSON)
    for typed in ("amina", "HADD", "أمينة", "Mina"):
        text = text_of(_search(browser_of(viewer), typed))
        assert mine in text
        assert theirs not in text


def test_p22_a_name_that_is_searched_stands_in_no_address_and_not_in_the_session() -> None:
    viewer = make_viewer()
    make_case(viewer, person=PERSON)
    browser = browser_of(viewer)
    answer = _search(browser, "Haddad")
    addresses = [address for address, _status in answer.redirect_chain]
    assert len(addresses) == 1
    kept = dict(browser.session.items())
    assert kept["search"]
    told = f"{addresses} {kept} {re.findall(r'(?:href|action)=.([^ >]*)', text_of(answer))}"
    for form in ("haddad", b"haddad".hex(), base64.b64encode(b"Haddad").decode().rstrip("=").lower()):
        assert form not in told.lower()


def test_p22_a_name_in_an_address_is_not_searched() -> None:
    viewer = make_viewer()
    mine = make_case(viewer, person=PERSON)
    assert mine not in text_of(browser_of(viewer).get("/search/", {"q": "Haddad"}))


def test_the_answer_can_be_gone_back_to_until_another_search_or_another_session() -> None:
    viewer = make_viewer()
    mine = make_case(viewer, person=PERSON)
    browser = browser_of(viewer)
    address = _search(browser, "Haddad").redirect_chain[0][0]
    assert mine in text_of(browser.get(address))
    assert mine not in text_of(browser_of(viewer).get(address))
    _search(browser, "Grace")
    assert mine not in text_of(browser.get(address))


def test_what_is_found_is_paged_without_the_name_in_an_address() -> None:
    viewer = make_viewer()
    references = {make_case(viewer, person=_called("Amina"), episodes=()) for _ in range(PAGE + 2)}
    browser = browser_of(viewer)
    first = _search(browser, "amina")
    (following,) = re.findall(r'rel="next" href="([^"]*)"', text_of(first))
    assert "amina" not in following.lower()
    second = text_of(browser.get(f"/search/{following.replace('&amp;', '&')}"))
    pages = [{each for each in references if each in text} for text in (text_of(first), second)]
    assert [len(page) for page in pages] == [PAGE, 2]
    assert pages[0] | pages[1] == references
    assert 'rel="next"' not in second


@pytest.mark.parametrize("typed", ["", "   ", "\x00", "x" * 5_000, "<script>", "%", "'", "\u202e"])
def test_any_search_gets_a_page(typed: str) -> None:
    for answer in (
        _search(browser_of(make_viewer()), typed),
        browser_of(make_viewer()).get("/search/", {"q": typed}),
    ):
        assert answer.status_code == 200
        assert "<script>alert" not in text_of(answer)


@pytest.mark.parametrize(
    "query", [{"at": "x"}, {"at": "é"}, {"at": "AAAA", "page": "-1"}, {"page": "9" * 30}]
)
def test_an_address_of_no_search_gets_the_empty_page(query: dict[str, str]) -> None:
    assert browser_of(make_viewer()).get("/search/", query).status_code == 200


def test_roles_without_cases_do_not_search() -> None:
    assert browser_of(make_viewer("statistician")).get("/search/", {"q": "x"}).status_code == 403
