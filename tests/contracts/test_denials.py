"""Each address has a row in the table of denials, the guard that it says, and asks again who somebody is where it says so.

What each answers to whom is asked in `test_grid.py`.
"""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from amparo.access.models import Grant
from amparo.access.rules import ROLES, Permission
from tests.contracts.denial_asking import ask, may_pass
from tests.contracts.denial_rows import PAGES, PUBLIC
from tests.contracts.denial_world import ANONYMOUS, World
from tests.contracts.routes import guard_said, pages
from tests.factories.accounts import show_who, user_of
from tests.factories.cases import row_of

pytestmark = pytest.mark.django_db

ROUTES = {route.name: route for route in pages()}


def test_every_address_has_a_row() -> None:
    assert set(ROUTES) == set(PAGES), "write a row in tests/contracts/denial_rows.py"


def test_the_guard_is_the_one_of_the_table() -> None:
    assert {name: guard_said(route.view) for name, route in ROUTES.items()} == {
        name: row.guard for name, row in PAGES.items()
    }


def test_p25_what_asks_again_does_so_and_nothing_else_does(world: World) -> None:
    """An hour after signing in the way leads to the page where somebody shows who they are, before anything is looked up."""
    asked = [name for name, row in PAGES.items() if row.guard != PUBLIC and "reauthenticate" not in name]
    assert len(asked) > 100
    faults = []
    for name, method in [(each, method) for each in asked for method in PAGES[each].methods]:
        row = PAGES[name]
        looker = next(role for role in ROLES if may_pass(row, role))
        with transaction.atomic():
            client = world.client(looker)
            show_who(session := client.session, user_of(world.viewers[looker]), at=time.time() - 3600)
            session.save()
            answer = ask(client, method, ROUTES[name], row, world.own[looker])
            transaction.set_rollback(True)
        asks = answer.get("Location", "").startswith("/sign-in/again/")
        if asks is not row.asks_again or (asks and answer.touched):
            faults.append((name, method, asks, answer.touched))
    assert faults == []


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, route in ROUTES.items()
        if "reference" in route.parts
        and isinstance(guard := PAGES[name].guard, Permission)
        and guard != Permission.CASE_READ
        and "get" in PAGES[name].methods
        and name != "cases:release"  # of what the own unit read, wherever it may read
    ],
)
def test_p02_a_grant_to_read_opens_no_page_of_what_it_does_not_allow(world: World, name: str) -> None:
    row = PAGES[name]
    looker = next(role for role in ("supervisor", *ROLES) if may_pass(row, role))
    things = world.beyond[looker]["another organisation"]
    case, now = row_of(str(things["reference"])), timezone.now()
    Grant.objects.create(
        record=case.id, user=user_of(world.viewers[looker]), permissions=[Permission.CASE_READ], reason="referral",
        granting_organisation=case.organisation, starts_at=now, ends_at=now + timedelta(days=1),
    )  # fmt: skip
    client = world.client(looker)
    assert client.get(f"/cases/{case.reference}/").status_code == 200
    assert ask(client, "get", ROUTES[name], row, things).status_code == 404


def test_a_form_without_the_token_against_forgery_is_refused(world: World) -> None:
    forms = [name for name, row in PAGES.items() if "post" in row.methods and not row.is_forgeable]
    assert len(forms) > 80
    faults = []
    for name in forms:
        looker = next((role for role in ROLES if may_pass(PAGES[name], role)), ANONYMOUS)
        client = world.client(looker, enforce_csrf_checks=True)
        answer = ask(client, "post", ROUTES[name], PAGES[name], world.own[looker])
        if answer.status_code != 403 or answer.touched:
            faults.append((name, answer.status_code, answer.touched))
    assert faults == []
