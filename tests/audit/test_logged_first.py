"""P11: a reading is in the log, for good, before the first byte leaves; what cannot be logged is not shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client, RequestFactory
from django.urls import reverse

from amparo.audit.chain.connecting import own_connection
from amparo.audit.models import Event
from tests.audit.sealed import break_log
from tests.cases.pages import case_url, text_of
from tests.factories.accounts import make_viewer, sign_in
from tests.factories.cases import make_case, make_person_details

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NAME = "Zenobia"


@pytest.fixture
def reader() -> tuple[Client, list[str]]:
    """Give a browser, and every address at which the name of one person stands."""
    viewer = make_viewer("supervisor")
    reference = make_case(viewer, person=make_person_details(called=NAME))
    pages = [
        case_url(name, reference)
        for name in ("detail", "person", "notes", "timeline", "documents", "episodes")
    ]
    client = sign_in(Client(headers={"accept-language": "en"}), viewer)
    client.raise_request_exception = False
    return client, [*pages, reverse("cases:list"), f"/api/v1/cases/{reference}", "/api/v1/cases"]


def readings() -> int:
    """Count, on a connection of its own, the readings that are there for good."""
    with own_connection() as connection:
        row = connection.execute(
            "SELECT count(*) FROM audit_event WHERE cardinality(persons) > 0 AND via <> ''"
        ).fetchone()
    return int(row[0]) if row else 0


def test_p11_the_reading_is_logged_before_the_bytes_leave(reader: tuple[Client, list[str]]) -> None:
    client, addresses = reader
    answer = get_wsgi_application()
    for address in addresses:
        factory = RequestFactory()
        factory.cookies = client.cookies
        environ = factory.get(address, headers={"accept-language": "en"}).environ
        before, seen = readings(), []

        def start_response(status: str, headers: Any, seen: list[Any] = seen) -> None:
            seen.extend((status, readings()))
            raise BrokenPipeError  # the line breaks before the first byte of the answer

        with pytest.raises(BrokenPipeError):
            answer(environ, start_response)
        assert seen[0].startswith("200"), address
        assert seen[1] > before, f"{address} is not in the log before its bytes leave"
        assert readings() == seen[1], f"{address}: the log forgets it when the line breaks"


def test_p11_what_stands_on_the_pages_is_personal(reader: tuple[Client, list[str]]) -> None:
    client, addresses = reader
    assert [address for address in addresses if NAME not in text_of(client.get(address))] == []


@pytest.mark.parametrize("at_commit", [False, True], ids=["refused at once", "refused at commit"])
def test_p11_without_the_log_there_is_no_data(reader: tuple[Client, list[str]], at_commit: bool) -> None:
    client, addresses = reader
    break_log(at_commit=at_commit)
    for address in addresses:
        shown = client.get(address)
        assert shown.status_code in ((500, 503) if at_commit else (503,)), address
        assert NAME not in text_of(shown), address


def test_the_log_says_by_which_door_and_in_which_session(reader: tuple[Client, list[str]]) -> None:
    client, addresses = reader
    for address in addresses:
        client.get(address)
    key = client.session.session_key
    found = set(Event.objects.exclude(via__in=["job", ""]).values_list("via", "session"))
    assert {via for via, _ in found} == {"page", "api"}
    sessions = {session for _, session in found}
    assert len(sessions) == 1
    assert key not in sessions
    assert all(len(session) == 16 for session in sessions)
