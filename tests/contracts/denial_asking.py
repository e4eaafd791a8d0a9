"""Ask a page or an operation, and keep beside the answer what it asked of the database, what it wrote and what it shows."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from amparo.access.models import Submission
from amparo.access.rules import ROLES
from tests.contracts.denial_rows import COMPLETES, SIGNED_IN, Row
from tests.contracts.denial_world import ANONYMOUS, WITHOUT_ROLE, WITHOUT_SECOND_STEP, Things
from tests.contracts.routes import Route

# What a refused request may write: that it was asked, and the session.
MAY_BE_WRITTEN = {
    "audit_event",
    "accounts_session",
    "amparo_cache",
    "accounts_signinattempts",
}
# Written first and taken back with the refusal; counted where it is used.
MAY_BE_WRITTEN |= {"access_submission"}


# As the view pg_stat_xact_user_tables has it, which costs ten times as much: it joins the indexes of each table.
WRITTEN = """
SELECT relname, written FROM (
  SELECT relname, pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
    + pg_stat_get_xact_tuples_deleted(oid) AS written
  FROM pg_class WHERE relkind = 'r' AND oid > 16384
) AS tables WHERE written > 0
"""


def may_pass(row: Row, looker: str, *, is_page: bool = True) -> bool:
    """Tell whether the guard of a route lets somebody through."""
    if not is_page and looker in (ANONYMOUS, WITHOUT_ROLE, WITHOUT_SECOND_STEP):
        return False
    if looker == ANONYMOUS:
        return False
    if row.guard == COMPLETES:
        return True
    if looker == WITHOUT_SECOND_STEP:
        return False
    if row.guard == SIGNED_IN:
        return True
    return looker != WITHOUT_ROLE and row.guard in ROLES[looker].permissions


def names_something(route: Route, row: Row) -> bool:
    """Tell whether a request names a thing by its id."""
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
        {url, path, urlencode(query), *values.values()} - {"", "/", *row.fixed.values()}, key=len
    )
    assert answer.status_code < 500
    return answer


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


def touched() -> Counter[str]:
    """Count the rows that this transaction has written, by table, but for what a refused request may write."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
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
