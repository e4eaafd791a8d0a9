"""No address answers with data to somebody without role and reach for it, and what is hidden looks absent.

One test is made for each address and each role. An address without a row in the table fails.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from amparo.access.rules import ROLES
from tests.contracts.denial_rows import COMPLETES, PAGES, PUBLIC, SIGNED_IN, Row
from tests.contracts.denial_world import (
    ABSENT,
    ANONYMOUS,
    LOOKERS,
    WITHOUT_ROLE,
    WITHOUT_SECOND_STEP,
    Things,
    World,
    build,
)
from tests.contracts.routes import Route, guard_said, pages
from tests.factories.accounts import show_who, user_of

pytestmark = pytest.mark.django_db

ROUTES = {route.name: route for route in pages()}
FOUND = (200, 302, 400, 409)
# What a refused request may write: that it was asked, and the session.
MAY_BE_WRITTEN = {
    "audit_event",
    "accounts_session",
    "amparo_cache",
    "accounts_signinattempts",
}
# Written first and taken back with the refusal; counted where it is used.
MAY_BE_WRITTEN |= {"access_submission"}


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Build everything once; each test stands on it and is rolled back to it."""
    usual = settings.AMPARO_FACTS_DIRECTORY
    settings.AMPARO_FACTS_DIRECTORY = tmp_path_factory.mktemp("facts")
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(timezone.now())
        transaction.set_rollback(True)
    settings.AMPARO_FACTS_DIRECTORY = usual


def test_every_address_has_a_row() -> None:
    assert set(ROUTES) == set(PAGES), "write a row in tests/contracts/denial_rows.py"


@pytest.mark.parametrize("name", PAGES)
def test_the_guard_is_the_one_of_the_table(name: str) -> None:
    assert guard_said(ROUTES[name].view) == PAGES[name].guard


@pytest.mark.parametrize("looker", LOOKERS)
@pytest.mark.parametrize("name", PAGES)
def test_address(world: World, name: str, looker: str) -> None:
    route, row = ROUTES[name], PAGES[name]
    if row.guard == PUBLIC:
        assert_public(world, route, row, looker)
    elif not may_pass(row, looker):
        assert_refused(world, route, row, looker)
    else:
        assert_reached(world, route, row, looker)
        assert_hidden(world, route, row, looker)


@pytest.mark.parametrize(
    "name", [name for name, row in PAGES.items() if row.guard != PUBLIC and "reauthenticate" not in name]
)
def test_p25_what_asks_again_does_so_and_nothing_else_does(world: World, name: str) -> None:
    """An hour after signing in the way leads to the page where somebody shows who they are, before anything is looked up."""
    row = PAGES[name]
    looker = next(role for role in ROLES if may_pass(row, role))
    for method in row.methods:
        with transaction.atomic():
            client = world.client(looker)
            show_who(session := client.session, user_of(world.viewers[looker]), at=time.time() - 3600)
            session.save()
            answer = ask(client, method, ROUTES[name], row, world.own[looker])
            transaction.set_rollback(True)
        asks = answer.get("Location", "").startswith("/sign-in/again/")
        assert asks is row.asks_again, method
        assert not (asks and answer.touched)


@pytest.mark.parametrize(
    "name", [name for name, row in PAGES.items() if "post" in row.methods and not row.is_forgeable]
)
def test_a_form_without_the_token_against_forgery_is_refused(world: World, name: str) -> None:
    row = PAGES[name]
    looker = next((role for role in ROLES if may_pass(row, role)), ANONYMOUS)
    client = world.client(looker, enforce_csrf_checks=True)
    answer = ask(client, "post", ROUTES[name], row, world.own[looker])
    assert answer.status_code == 403
    assert not answer.touched


def may_pass(row: Row, looker: str) -> bool:
    if looker == ANONYMOUS:
        return False
    if row.guard == COMPLETES:
        return True
    if looker == WITHOUT_SECOND_STEP:
        return False
    if row.guard == SIGNED_IN:
        return True
    return looker != WITHOUT_ROLE and row.guard in ROLES[looker].permissions


def assert_public(world: World, route: Route, row: Row, looker: str) -> None:
    for method in row.methods:
        answer = ask(world.client(looker), method, route, row, world.own[looker])
        assert answer.status_code in ((row.reached,) if row.reached else FOUND)
        if names_something(route, row):
            assert ask(world.client(looker), method, route, row, ABSENT).status_code == row.hidden


def assert_refused(world: World, route: Route, row: Row, looker: str) -> None:
    """Somebody without the role gets the same answer whether the address names something or nothing."""
    asked = [("get", world.own[looker]), ("post", world.own[looker])]
    if names_something(route, row):
        asked.insert(1, ("get", ABSENT))
    answers = [ask(world.client(looker), method, route, row, things) for method, things in asked]
    for answer in answers:
        assert not answer.touched
        if looker in (ANONYMOUS, WITHOUT_SECOND_STEP):
            assert answer.status_code == 302
            place = "account_login" if looker == ANONYMOUS else "accounts:second-factor"
            assert answer["Location"].partition("?")[0] == reverse(place)
        else:
            assert answer.status_code == 403
    assert len({seen(answer) for answer in answers[:-1]}) == 1


def assert_reached(world: World, route: Route, row: Row, looker: str) -> None:
    """The other half: without it a page that nobody can open would pass for a safe one."""
    for method in row.methods:
        with transaction.atomic():
            answer = ask(world.client(looker), method, route, row, world.own[looker])
            transaction.set_rollback(True)
        assert answer.status_code in ((row.reached,) if row.reached else FOUND), method
        assert answer.get("Location", "").partition("?")[0] not in (
            reverse("account_login"),
            reverse("accounts:second-factor"),
        )


def assert_hidden(world: World, route: Route, row: Row, looker: str) -> None:
    """What is beyond reach, and a child of another parent, is answered as what is not there: to the byte, and after the
    same questions to the database, for the time that an answer takes tells too.
    """
    if not names_something(route, row):
        return
    own, beyond = world.own[looker], world.beyond[looker]
    cases = {**beyond, **crossed(route, own, beyond)}
    for method in ("get", "post"):
        absent = ask(world.client(looker), method, route, row, ABSENT)
        if method in row.methods and not (method == "get" and row.body):
            assert absent.status_code == row.hidden
        for name, things in cases.items():
            hidden = ask(world.client(looker), method, route, row, things)
            assert seen(hidden) == seen(absent), f"{method}: {name}"
            twin = as_absent(name, things)
            same = absent if twin is ABSENT else ask(world.client(looker), method, route, row, twin)
            assert hidden.asked == same.asked, f"{method}: {name}"
            assert not hidden.touched, f"{method}: {name}"


def crossed(route: Route, own: Things, beyond: dict[str, Things]) -> dict[str, Things]:
    """Put a child that is not its own under each parent, and its own child under a parent beyond reach."""
    children = [part for part in route.parts if part in ("episode", "document", "note")]
    if "reference" not in route.parts or not children:
        return {}
    mixed: dict[str, Things] = {}
    for name, things in beyond.items():
        mixed[f"own case, child of {name}"] = {**own, **{child: things[child] for child in children}}
        mixed[f"case of {name}, own child"] = {**own, "reference": things["reference"]}
    mixed["own case, absent child"] = {**own, **{child: ABSENT[child] for child in children}}
    return mixed


def as_absent(name: str, things: Things) -> Things:
    """Return what must look the same to a clock: under an own case another child that is not there, else nothing at all."""
    if not name.startswith("own case"):
        return ABSENT
    return {**things, **{child: ABSENT[child] for child in ("episode", "document", "note")}}


def names_something(route: Route, row: Row) -> bool:
    return bool(row.query or row.body or set(route.parts) - set(row.fixed))


def ask(client: Client, method: str, route: Route, row: Row, things: Things) -> Any:
    """Ask an address for things, and keep beside the answer what was asked and what was written."""
    values = {part: row.fixed.get(part) or str(things[row.rename.get(part, part)]) for part in route.parts}
    path = route.address(**values)
    query = {name: str(things[thing]) for name, thing in row.query.items()}
    body = {**row.typed, **{name: str(things[thing]) for name, thing in row.body.items()}}
    url = f"{path}?{urlencode(query)}" if query else path
    before = touched()
    with CaptureQueriesContext(connection) as queries:
        answer: Any = client.get(url) if method == "get" else client.post(url, body)
    answer.asked = asked_of(queries)
    answer.touched = touched() - before
    answer.whole = b"".join(answer).decode("utf-8", "replace")
    answer.named = sorted(
        {url, path, urlencode(query), *values.values()} - {"", *row.fixed.values()}, key=len
    )
    assert answer.status_code < 500
    return answer


def touched() -> Counter[str]:
    """Count the rows that this transaction has written, by table, but for what a refused request may write."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
        return Counter({table: count for table, count in cursor.fetchall() if table not in MAY_BE_WRITTEN})


def asked_of(queries: CaptureQueriesContext) -> list[str]:
    """Return the statements that went to the database, without their values; a session is written on its first page only."""
    said = [re.sub(r"'(?:[^']|'')*'|\b\d+\b", "?", query["sql"].lower()) for query in queries]
    return [one for one in said if "savepoint" not in one and not one.startswith('update "accounts_session"')]


def seen(answer: Any) -> tuple[int, tuple[tuple[str, str], ...], str]:
    """Return all that somebody sees of an answer, without what differs by itself: what was asked for, and the form's token."""
    headers = {
        name: value for name, value in answer.headers.items() if name not in ("Date", "Content-Length")
    }
    said = "\n".join((answer.whole, *(f"{name}: {value}" for name, value in headers.items())))
    for asked in reversed(answer.named):
        for form in (asked, quote(asked, safe=""), quote(asked)):
            said = said.replace(form, "ASKED")
    said = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1", said)
    said = re.sub(r'(name="submission"[^>]* value=")[^"]+', r"\1", said)
    return answer.status_code, (), said
