"""What no form may fall over: each text field of each page takes hostile text with a calm answer, and keeps what is only unusual."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import cycle, islice
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.db import transaction
from django.test import Client

from amparo.access.rules import ROLES
from amparo.cases.models import Note
from amparo.cases.queries import list_notes
from tests.cases.pages import filled
from tests.contracts.denial_asking import may_pass
from tests.contracts.denial_rows import PAGES
from tests.contracts.denial_world import ANONYMOUS, World
from tests.contracts.test_denials import ROUTES
from tests.factories.accounts import NOW

pytestmark = pytest.mark.django_db

# What many fields take: each is tried in all fields at once, so that a form may be carried out with it.
TAKEN = {
    "direction marks": quote_plus("\u202eAmina\u202c \u200fHaddad\u2066"),
    "a template": quote_plus("{{ settings.SECRET_KEY }}{% debug %}<script>alert(1)</script>"),
}
# What no field takes: a form reads all its fields before it says so, and each has another of them.
REFUSED = {
    "a NUL byte": "Amina%00Haddad",
    "bytes that are no UTF-8": "Amina%ED%A0%80%FF",
    "20,000 characters": "Ж" * 20_000,
    "a number without end": "9" * 5_000,
}
HOSTILE = TAKEN | REFUSED
ANSWERS = (200, 302, 400, 403, 404, 405, 409, 413, 429)
FORMS = [name for name, row in PAGES.items() if {"get", "post"} <= set(row.methods)]
FIELD = re.compile(r"<(input|textarea|select)\b([^>]*)>")
CHOICE = re.compile(r'<option value="([^"]+)"')
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
    kept, typed, chosen = fields_of(shown.content.decode())
    # A choice that is none stops a form before the rest of it is read, so the texts are tried beside good choices; and one
    # of them, another for each form, as a choice.
    as_choice = tuple(HOSTILE)[FORMS.index(name) % len(HOSTILE)]
    sendings = [(what, texts, chosen) for what, texts in tried(typed)]
    if chosen:
        text = HOSTILE[as_choice]
        sendings.append((as_choice, dict.fromkeys(typed, text), dict.fromkeys(chosen, text)))
    for what, texts, choices in sendings:
        pairs = [*((key, quote_plus(text)) for key, text in kept), *texts.items(), *choices.items()]
        body = "&".join(f"{quote_plus(key)}={text}" for key, text in pairs)
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
    kept, _typed, _chosen = fields_of(client.get(address).content.decode())
    answer = client.post(address, {**dict(kept), "text": text, "kind": "general"}, follow=True)
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


def tried(typed: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Give what is typed into a form, one sending after the other; two sendings hold all that is refused, one field four."""
    for what, text in TAKEN.items():
        yield what, dict.fromkeys(typed, text)
    for first in range(0, len(REFUSED), 1 if len(typed) == 1 else 2):
        texts = islice(cycle(REFUSED.values()), first, None)
        yield f"what is refused, from {first}", dict(zip(typed, texts, strict=False))


def looker_of(name: str) -> str:
    return next((role for role in ROLES if may_pass(PAGES[name], role)), ANONYMOUS)


def fields_of(html: str) -> tuple[list[tuple[str, str]], list[str], dict[str, str]]:
    """Return the hidden fields with what stands in them, the names of those in which something is typed, and of those in
    which something is chosen the first good choice.
    """
    kept: list[tuple[str, str]] = []
    typed: list[str] = []
    chosen: dict[str, str] = {}
    main = html[html.find("<main") : html.find("</main>")]
    for field in FIELD.finditer(main):
        found = dict(ATTRIBUTE.findall(field[2]))
        name, kind = found.get("name", ""), found.get("type", "text")
        if not name or kind in ("submit", "file"):
            continue
        if kind == "hidden":
            kept.append((name, unescape(found.get("value", ""))))
        elif kind in ("radio", "checkbox"):
            chosen.setdefault(name, quote_plus(unescape(found.get("value", "on"))))
        elif field[1] == "select":
            options = CHOICE.findall(main[field.end() : main.find("</select>", field.end())])
            chosen.setdefault(name, quote_plus(unescape(options[0])) if options else "")
        elif name not in typed:
            typed.append(name)
    return kept, typed, chosen
