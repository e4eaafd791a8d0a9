"""The same for each operation of the API, and what a key opens. What each answers to whom is asked in `test_grid.py`."""

from __future__ import annotations

import time
from itertools import product

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from amparo.access.actions import make_token
from amparo.access.rules import IN_PERSON, READING, ROLES
from tests.contracts.denial_asking import names_something, seen, send
from tests.contracts.denial_rows import OPERATIONS, SIGNED_IN
from tests.contracts.denial_world import (
    ABSENT,
    World,
)
from tests.contracts.routes import operations, permission_said
from tests.factories.accounts import show_who, user_of

pytestmark = pytest.mark.django_db

ROUTES = {route.name: route for route in operations()}


def test_every_operation_has_a_row_and_a_name_of_its_own() -> None:
    assert sorted(route.name for route in operations()) == sorted(OPERATIONS), (
        "write a row in tests/contracts/denial_rows.py"
    )


def test_the_permission_is_the_one_of_the_table() -> None:
    said = {name: permission_said(route.view) for name, route in ROUTES.items()}
    known = [name for name in said if said[name] is not None or OPERATIONS[name].guard == SIGNED_IN]
    assert {name: said[name] or SIGNED_IN for name in known} == {
        name: OPERATIONS[name].guard for name in known
    }


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if route.verb != "get"])
def test_a_session_writes_only_with_the_token_against_forgery(world: World, name: str) -> None:
    row = OPERATIONS[name]
    looker = next(role for role in ROLES if row.guard in ROLES[role].permissions)
    answer = send(world.client(looker, enforce_csrf_checks=True), ROUTES[name], row, world.own[looker])
    assert answer.status_code == 403
    assert not answer.touched


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_key_opens_what_the_session_opens_and_nothing_else(world: World, name: str) -> None:
    route, row, own = ROUTES[name], OPERATIONS[name], world.own["supervisor"]
    by_key = Client(headers={"Authorization": f"Bearer {own['key']}", "Amparo-Purpose": "supervision"})
    beyond = (ABSENT, *world.beyond["supervisor"].values())[:2] if names_something(route, row) else ()
    for things in (own, *beyond):
        answers = []
        for client in (by_key, world.client("supervisor")):
            with transaction.atomic():
                answers.append(send(client, route, row, things))
                transaction.set_rollback(True)
        if row.guard in IN_PERSON:
            assert (answers[0].status_code, answers[0].json()["code"]) == (403, "not_allowed")
            assert set(answers[0].touched) <= {"accounts_apitoken"}  # when it was last used
            continue
        assert answers[0].status_code == answers[1].status_code
        if things is not own:
            assert seen(answers[0]) == seen(answers[1])


def test_p25_what_asks_again_does_so_and_nothing_else_does(world: World) -> None:
    faults = []
    for name, is_own in product(OPERATIONS, (True, False)):
        row = OPERATIONS[name]
        looker = next(
            role for role in ROLES if row.guard == SIGNED_IN or row.guard in ROLES[role].permissions
        )
        things = world.own[looker] if is_own else ABSENT
        with transaction.atomic():
            client = world.client(looker)
            show_who(session := client.session, user_of(world.viewers[looker]), at=time.time() - 3600)
            session.save()
            answer = send(client, ROUTES[name], row, things)
            transaction.set_rollback(True)
        said = answer.json().get("code") if answer.status_code == 403 else None
        if (said == "show_again") is not row.asks_again or (row.asks_again and answer.touched):
            faults.append((name, is_own, said, answer.touched))
    assert faults == []


def test_p25_a_key_that_only_reads_writes_nothing(world: World) -> None:
    supervisor = world.viewers["supervisor"]
    key = make_token(name="reads", days=1, by=supervisor, now=timezone.now())
    client = Client(headers={"Authorization": f"Bearer {key}", "Amparo-Purpose": "supervision"})
    read = 0
    for name, row in OPERATIONS.items():
        with transaction.atomic():
            answer = send(client, ROUTES[name], row, world.own["supervisor"])
            transaction.set_rollback(True)
        may = row.guard == SIGNED_IN or row.guard in READING & supervisor.permissions
        assert may is (answer.status_code != 403), name
        assert not (ROUTES[name].verb != "get" and may), name
        read += may
    assert read > 5
