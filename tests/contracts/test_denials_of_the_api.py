"""The same proof for each operation of the API: by session, as the pages are asked, and by key."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from amparo.access.actions import make_token
from amparo.access.models import Submission
from amparo.access.rules import IN_PERSON, READING, ROLES
from tests.contracts.denial_rows import OPERATIONS, SIGNED_IN, Row
from tests.contracts.denial_world import (
    ABSENT,
    ANONYMOUS,
    LOOKERS,
    WITHOUT_ROLE,
    WITHOUT_SECOND_STEP,
    Things,
    World,
)
from tests.contracts.routes import Route, operations, permission_said
from tests.contracts.test_denials import as_absent, asked_of, crossed, names_something, seen, touched, world
from tests.factories.accounts import show_who, user_of

__all__ = ["world"]  # a fixture
pytestmark = pytest.mark.django_db

ROUTES = {route.name: route for route in operations()}
REFUSED = {401: "not_signed_in", 403: "not_allowed"}


def test_every_operation_has_a_row_and_a_name_of_its_own() -> None:
    assert sorted(route.name for route in operations()) == sorted(OPERATIONS), (
        "write a row in tests/contracts/denial_rows.py"
    )


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_permission_is_the_one_of_the_table(name: str) -> None:
    said = permission_said(ROUTES[name].view)
    if said is not None or OPERATIONS[name].guard == SIGNED_IN:
        assert (said or SIGNED_IN) == OPERATIONS[name].guard


@pytest.mark.parametrize("looker", LOOKERS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_operation(world: World, name: str, looker: str) -> None:
    route, row, own = ROUTES[name], OPERATIONS[name], world.own[looker]
    if looker in (ANONYMOUS, WITHOUT_ROLE, WITHOUT_SECOND_STEP):
        assert_refused(world, route, row, looker, status=401)
    elif row.guard != SIGNED_IN and row.guard not in ROLES[looker].permissions:
        assert_refused(world, route, row, looker, status=403)
    else:
        with transaction.atomic():
            answer = send(world.client(looker), route, row, own)
            transaction.set_rollback(True)
        assert answer.status_code in (200, 201, 202, 204, 409, 422), answer.whole
        assert_hidden(world, route, row, looker)


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
    by_key = Client(headers={"Authorization": f"Bearer {own['key']}"})
    beyond = (ABSENT, *world.beyond["supervisor"].values()) if names_something(route, row) else ()
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


@pytest.mark.parametrize("name", OPERATIONS)
def test_p25_what_asks_again_does_so_and_nothing_else_does(world: World, name: str) -> None:
    row = OPERATIONS[name]
    looker = next(role for role in ROLES if row.guard == SIGNED_IN or row.guard in ROLES[role].permissions)
    for things in (world.own[looker], ABSENT):
        with transaction.atomic():
            client = world.client(looker)
            show_who(session := client.session, user_of(world.viewers[looker]), at=time.time() - 3600)
            session.save()
            answer = send(client, ROUTES[name], row, things)
            transaction.set_rollback(True)
        said = answer.json().get("code") if answer.status_code == 403 else None
        assert (said == "show_again") is row.asks_again
        assert not (row.asks_again and answer.touched)


def test_p25_a_key_that_only_reads_writes_nothing(world: World) -> None:
    supervisor = world.viewers["supervisor"]
    key = make_token(name="reads", days=1, by=supervisor, now=timezone.now())
    client = Client(headers={"Authorization": f"Bearer {key}"})
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


def assert_refused(world: World, route: Route, row: Row, looker: str, *, status: int) -> None:
    asked = (world.own[looker], ABSENT) if names_something(route, row) else (ABSENT,)
    answers = [send(world.client(looker), route, row, things) for things in asked]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (status, REFUSED[status])
        assert not answer.touched
    assert len({seen(answer) for answer in answers}) == 1


def assert_hidden(world: World, route: Route, row: Row, looker: str) -> None:
    if not names_something(route, row):
        return
    own, beyond = world.own[looker], world.beyond[looker]
    absent = send(world.client(looker), route, row, ABSENT)
    assert (absent.status_code, absent.json()["code"]) == (row.hidden, "absent")
    for name, things in {**beyond, **crossed(route, own, beyond)}.items():
        hidden = send(world.client(looker), route, row, things)
        assert seen(hidden) == seen(absent), name
        twin = as_absent(name, things)
        same = absent if twin is ABSENT else send(world.client(looker), route, row, twin)
        assert hidden.asked == same.asked, name
        assert not hidden.touched, name


def send(client: Client, route: Route, row: Row, things: Things) -> Any:
    """Send an operation, with a new key, as the table says that its body looks."""
    values = {part: row.fixed.get(part) or str(things[row.rename.get(part, part)]) for part in route.parts}
    path = route.address(**values)
    query = {name: str(things[thing]) for name, thing in row.query.items()}
    given = dict(row.typed)
    headers = {"Idempotency-Key": uuid4().hex}
    options: dict[str, Any] = {"headers": headers}
    files = {
        name: SimpleUploadedFile("a.csv" if name == "workbook" else "a.txt", value)
        for name, value in given.items()
        if isinstance(value, bytes)
    }
    if route.verb == "get":
        query |= given
    elif files:
        options["data"] = {**given, **files}
    else:
        options |= {"data": given, "content_type": "application/json"}
    url = f"{path}?{urlencode(query)}" if query else path
    before, kept = touched(), Submission.objects.count()
    with CaptureQueriesContext(connection) as queries:
        answer: Any = getattr(client, route.verb)(url, **options)
    answer.asked = asked_of(queries)
    answer.touched = touched() - before
    assert answer.status_code < 400 or Submission.objects.count() == kept, "a refused key must work again"
    answer.whole = b"".join(answer).decode("utf-8", "replace")
    answer.named = sorted({url, path, *values.values()} - set(row.fixed.values()), key=len)
    assert answer.status_code < 500
    return answer
