"""What no form may fall over: each text field of each page takes hostile text with a calm answer, and keeps what is only unusual."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.db import transaction
from django.test import Client

from amparo.access.rules import ROLES
from amparo.cases.models import Note
from amparo.cases.queries import list_notes
from tests.cases.pages import filled
from tests.contracts.denial_rows import PAGES
from tests.contracts.denial_world import ANONYMOUS, World
from tests.contracts.test_denials import ROUTES, may_pass, world
from tests.factories.accounts import NOW

__all__ = ["world"]  # a fixture
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("reach")]

HOSTILE = {
    "a NUL byte": "Amina%00Haddad",
    "bytes that are no UTF-8": "Amina%ED%A0%80%FF",
    "direction marks": quote_plus("\u202eAmina\u202c \u200fHaddad\u2066"),
    "20,000 characters": "Ж" * 20_000,
    "a template": quote_plus("{{ settings.SECRET_KEY }}{% debug %}<script>alert(1)</script>"),
    "a number without end": "9" * 5_000,
}
ANSWERS = (200, 302, 400, 403, 404, 405, 409, 413, 429)
FORMS = [name for name, row in PAGES.items() if {"get", "post"} <= set(row.methods)]
FIELD = re.compile(r"<(input|textarea|select)\b([^>]*)>")
ATTRIBUTE = re.compile(r'\b(name|value|type)="([^"]*)"')


@pytest.mark.parametrize("name", FORMS)
def test_hostile_text_gets_a_calm_answer(world: World, name: str) -> None:
    row, looker, address = PAGES[name], looker_of(name), ""
    things = world.own[looker]
    values = {
        part: row.fixed.get(part) or str(things[row.rename.get(part, part)]) for part in ROUTES[name].parts
    }
    address = ROUTES[name].address(**values)
    if row.query:
        address += "?" + "&".join(f"{query}={things[thing]}" for query, thing in row.query.items())
    shown = world.client(looker).get(address)
    hidden, typed = fields_of(shown.content.decode())
    for what, value in HOSTILE.items():
        body = "&".join(
            [f"{quote_plus(key)}={quote_plus(kept)}" for key, kept in hidden]
            + [f"{key}={value}" for key in typed]
        )
        with transaction.atomic():
            answer: Any = world.client(looker, raise_request_exception=False).post(
                address, body[:900_000], content_type="application/x-www-form-urlencoded"
            )
            transaction.set_rollback(True)
        assert answer.status_code in ANSWERS, what
        assert b"<script>alert(1)" not in b"".join(answer), what


def test_what_is_only_unusual_is_kept_to_the_letter(world: World) -> None:
    viewer, things = world.viewers["caseworker"], world.own["caseworker"]
    text = "Über 👩🏽‍🚀 \u200fأمينة\u200e ሰላም สมหญิง 王小明 O’Brien <b> {{ x }}"
    client: Client = world.client("caseworker")
    address = ROUTES["cases:note"].address(reference=things["reference"])
    hidden, _typed = fields_of(client.get(address).content.decode())
    answer = client.post(address, {**dict(hidden), "text": text, "kind": "general"}, follow=True)
    assert answer.status_code == 200
    assert Note.objects.filter(case__reference=things["reference"]).count() == 2
    assert text in {note.text for note in list_notes(viewer, things["reference"], now=NOW)}
    assert "<b>" not in answer.content.decode()


def test_a_form_in_arabic_takes_arabic_digits(world: World) -> None:
    client = world.client("caseworker", headers={"accept-language": "ar"})
    address = ROUTES["cases:new"].address()
    shown = filled(client.get(address).context["form"])
    typed = {
        "given": "أمينة",
        "birth-year": "١٩٩٨",
        "birth-month": "٤",
        "birth-day": "١٢",
        "consent": "yes",
        "age_status": "adult",
    }
    opened = {"opened_date-day": "١", "opened_date-month": "١٠", "opened_date-year": "٢٠٢٦"}
    answer = client.post(address, {**shown, **typed, **opened})
    assert answer.status_code == 302
    assert "1998" in client.get(answer["Location"] + "person/").content.decode()


def looker_of(name: str) -> str:
    return next((role for role in ROLES if may_pass(PAGES[name], role)), ANONYMOUS)


def fields_of(html: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the hidden fields with what stands in them, and the names of those in which something is typed or chosen."""
    hidden, typed = [], []
    main = html[html.find("<main") : html.find("</main>")]
    for _tag, attributes in FIELD.findall(main):
        found = dict(ATTRIBUTE.findall(attributes))
        if found.get("type") == "hidden":
            hidden.append((found["name"], unescape(found.get("value", ""))))
        elif "name" in found and found.get("type") not in ("submit", "file"):
            typed.append(found["name"])
    return hidden, sorted(set(typed))
