"""What goes out with an address or a page, and to whom."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.routes import operations

SOURCES = Path(__file__).parents[2] / "src" / "amparo"
# Names of parts of the demonstration of components, which holds nobody's data and is not in an installation of people.
OPEN_PARTS = {"example"}
# What a browser fetches by itself. A link that somebody follows is none.
FETCHED = re.compile(
    r"""(?:src|srcset|poster|data|action|formaction)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//"""
    r"""|@import\s+["'](?:https?:)?//|<link[^>]+href\s*=\s*["']?(?:https?:)?//"""
    r"""|(?:fetch|import|WebSocket|EventSource|sendBeacon)\(\s*["'`](?:https?:|wss?:)?//""",
    re.IGNORECASE,
)


def parts_of(resolver: URLResolver) -> Iterator[tuple[str, str]]:
    """Give the name of every part of a page's address that varies, and what it takes."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from parts_of(pattern)
        elif not pattern.callback.__module__.startswith("ninja"):
            yield from ((name, converter.regex) for name, converter in pattern.pattern.converters.items())


PARTS = {
    (name, regex)
    for name, regex in parts_of(get_resolver("amparo.config.urls"))
    if name not in OPEN_PARTS and not name.startswith("_")
}


def test_p22_every_address_was_looked_at() -> None:
    assert {"reference", "document", "batch"} <= {name for name, _regex in PARTS}


@given(st.text(alphabet=st.characters(categories=("L", "Nd", "Zs"), include_characters="'-. "), max_size=24))
@pytest.mark.parametrize(
    "name", ["Amina", "Amina Haddad", "amina-haddad", "+99912345", "a@example.org", "أمينة"]
)
def test_p22_no_address_takes_a_name(name: str, other: str) -> None:
    for part, regex in PARTS:
        for text in (name, other):
            if re.fullmatch(regex, text):
                # a number or a key that we drew and that tells nothing, or one of a closed list of our own words
                assert (
                    part in {"code", "form", "position", "reference", "secret", "table"} and text.isascii()
                ), (part, text)


def test_p22_an_address_of_the_api_names_records_by_their_numbers() -> None:
    taken = {
        (part, inspect.signature(route.view, eval_str=True).parameters[part].annotation)
        for route in operations()
        for part in route.parts
    }
    assert ("reference", str) in taken
    assert {(part, kind) for part, kind in taken if kind not in (UUID, int)} <= {
        ("reference", str),
        ("name", str),  # of a list of codes
    }


def test_p33_no_page_fetches_anything_of_another() -> None:
    files = [
        path
        for path in SOURCES.rglob("*")
        if path.suffix in {".html", ".css", ".js", ".svg", ".txt"} and path.is_file()
    ]
    assert len(files) > 50
    found = {
        path.relative_to(SOURCES).as_posix(): FETCHED.findall(text)
        for path in files
        if FETCHED.search(text := path.read_text(encoding="utf-8"))
    }
    assert found == {}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/sign-in/", "/nothing-there/", "/health"])
def test_p33_a_browser_is_told_to_fetch_nothing_of_another(address: str) -> None:
    policy = Client().get(address).headers["Content-Security-Policy"]
    allowed = {source for rule in policy.split(";") for source in rule.split()[1:]}
    assert "default-src" in policy
    assert allowed <= {"'self'", "'none'", "blob:"}
