"""The frame, the gallery, the headers, the language and the error pages."""

import gzip
import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory, override_settings

from amparo.ui import errors
from amparo.ui.parts import Cell, Column, DataTable, Row, State
from amparo.ui.web import page, security_headers
from tests.ui.site import PAGES


@pytest.mark.parametrize("language", ["en", "ar", "fr", "ru", "es", "zh-hans"])
@pytest.mark.parametrize("address", PAGES)
def test_each_page_of_the_gallery_opens(address: str, language: str) -> None:
    answer = Client(headers={"accept-language": language}).get(address)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in html
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]* src=)|javascript:", html)
    assert html.count("<h1") == 1


def test_identifiers_on_a_page_are_unique() -> None:
    html = Client().get("/ui/").content.decode()
    identifiers = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(identifiers) == sorted(set(identifiers))


def test_the_window_s_title_tells_nothing() -> None:
    request = RequestFactory().get("/")
    answer = page(request, "ui/hide_visit.html", title="Amal Haddad")
    assert "<title>Amparo</title>" in answer.content.decode()
    named = page(request, "ui/hide_visit.html", title="Figures", neutral=False)
    assert "<title>Figures · Amparo</title>" in named.content.decode()


def test_the_navigation_is_sorted_and_marks_where_we_are() -> None:
    html = Client().get("/ui/").content.decode()
    shown = re.findall(r'amparo-navigation__link" href="([^"]+)"( aria-current="page")?', html)
    assert shown[:2] == [("/", ""), ("/ui/", ' aria-current="page"')]


def test_every_answer_carries_the_headers() -> None:
    for address in ["/ui/", "/nothing", "/ui/exit"]:
        answer = Client().get(address)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_a_view_says_of_caching_is_kept() -> None:
    def view(request: HttpRequest) -> HttpResponseBase:
        return HttpResponse("", headers={"Cache-Control": "max-age=60"})

    answer = security_headers(view)(RequestFactory().get("/"))
    assert answer.headers["Cache-Control"] == "max-age=60"


@override_settings(SECURE_CSP={"default-src": ["'self'"]})
def test_the_policy_comes_from_the_settings_when_they_have_one() -> None:
    answer = security_headers(lambda request: HttpResponse(""))(RequestFactory().get("/"))
    assert answer.headers["Content-Security-Policy"] == "default-src 'self'"


def test_signing_out_and_leaving_make_the_browser_forget() -> None:
    client = Client()
    assert "cookies" in client.post("/out").headers["Clear-Site-Data"]
    assert "Clear-Site-Data" not in client.get("/out").headers
    assert "cache" in client.get("/ui/exit").headers["Clear-Site-Data"]
    assert "Clear-Site-Data" not in client.get("/ui/").headers


@override_settings(AMPARO_EXIT_ADDRESS="https://weather.example/")
def test_leaving_goes_to_the_address_of_the_state_and_tells_it_nothing() -> None:
    answer = Client().get("/ui/exit")
    assert answer.headers["Location"] == "https://weather.example/"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_language_is_kept_and_the_way_back_stays_here() -> None:
    client = Client()
    answer = client.post("/ui/language", {"language": "ar", "next": "/ui/example/list?stage=open"})
    assert answer.headers["Location"] == "/ui/example/list?stage=open"
    assert 'dir="rtl"' in client.get("/ui/").content.decode()
    away = client.post("/ui/language", {"language": "en", "next": "https://evil.example/"})
    assert away.headers["Location"] == "/"
    client.post("/ui/language", {"language": "tlh", "next": "/"})
    assert 'lang="en"' in client.get("/ui/").content.decode()


def test_error_pages_say_what_and_how_to_go_on() -> None:
    client = Client(raise_request_exception=False)
    missing, failed = client.get("/nothing"), client.get("/broken")
    assert (missing.status_code, failed.status_code) == (404, 500)
    assert "not open to you" in missing.content.decode()
    assert "was not saved" in failed.content.decode()
    assert "a secret name" not in failed.content.decode()
    request = RequestFactory().get("/")
    for answer, status in [
        (errors.bad_request(request), 400),
        (errors.forbidden(request), 403),
        (errors.unavailable(request), 503),
    ]:
        assert answer.status_code == status
        assert answer.content.decode().count("<h1") == 1
    assert errors.unavailable(request).headers["Retry-After"] == "60"


LONG = "She told it once and should not have to tell it again. " * 3


def test_a_form_from_an_old_page_gives_back_what_was_typed() -> None:
    client = Client(enforce_csrf_checks=True, headers={"sec-fetch-site": "same-origin"})
    answer = client.post("/form?a=1", {"note": LONG, "stage": "open", "csrfmiddlewaretoken": "old"})
    html = answer.content.decode()
    assert answer.status_code == 403
    assert html.count(LONG.strip()) == 2
    assert 'action="/form?a=1"' in html
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    assert token is not None
    again = client.post("/form?a=1", {"note": LONG, "csrfmiddlewaretoken": token[1]})
    assert again.content == b"saved"


def test_words_from_another_site_are_not_shown_and_secrets_never() -> None:
    other = Client(enforce_csrf_checks=True, headers={"sec-fetch-site": "cross-site"})
    assert LONG.strip() not in other.post("/form", {"note": LONG}).content.decode()
    own = Client(enforce_csrf_checks=True, headers={"sec-fetch-site": "same-origin"})
    html = own.post(
        "/form", {"note": LONG, "password": "correct horse battery staple and so on and on"}
    ).content.decode()
    assert LONG.strip() in html
    assert "battery" not in html
    assert "Send again" not in html


def test_a_table_refuses_rows_of_another_width() -> None:
    columns = (Column(key="a", label="A"), Column(key="b", label="B"))
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        DataTable(caption="x", columns=columns, rows=(Row(cells=(Cell(value=1),)),))


def test_a_state_has_a_colour_of_the_vocabulary() -> None:
    with pytest.raises(ValueError, match="pink"):
        State(label="x", colour="pink")


def test_the_gallery_stays_within_the_weight_of_a_page() -> None:
    html = len(gzip.compress(Client().get("/ui/example/list").content))
    assert html < 8_000
