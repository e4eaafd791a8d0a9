"""Write to the log."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, OperationalError, connection, transaction

from amparo.audit.models import Generation
from amparo.audit.rules import Actor, checked_labels, circumstances
from amparo.vault.storing import Ids, ask_binary

# In SQL, because every page waits for it: the model's way costs three times as much of the processor.
APPEND = """
    INSERT INTO audit_event (at, "user", membership, organisation, session, via, action, record, persons, fields, count,
        purpose, basis, outcome)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::varchar[], %s, %s, %s, %s)
"""
logger = logging.getLogger("amparo.audit")


class NotLogged(OperationalError):
    """The log does not take an event. What was to be logged does not happen: pages and the API answer 503."""


def record(
    action: str,
    *,
    by: Actor,
    at: datetime,
    record: str = "",
    persons: Iterable[UUID] = (),
    fields: Iterable[str] = (),
    count: int | None = None,
    purpose: str = "",
    basis: str = "",
    outcome: str = "done",
) -> None:
    """Append one event, in the transaction of what it tells of.

    The database stamps it with its transaction and its own time; `at` is what the application says. `basis` is the ground
    on which the record was open to the actor: own, team, organisation, grant:12. Raises `NotLogged`.
    """
    named = tuple(fields)
    how = circumstances(by)
    checked_labels(
        action=action, record=record, labels=(*named, purpose, basis, outcome, how.via), session=how.session
    )
    values = (
        at, by.user_id, by.membership_id, by.organisation_id, how.session, how.via, action, record,
        Ids(persons), _listed(named), count, purpose, basis, outcome,
    )  # fmt: skip
    try:
        ask_binary(APPEND, values)
    except DatabaseError as error:
        raise NotLogged(
            "The log does not take the event, so nothing is shown and nothing is done."
        ) from error


def _listed(words: Iterable[str]) -> str:
    """Write a list as PostgreSQL reads it; its words are checked labels, in which nothing is to be escaped."""
    return "{" + ",".join(f'"{word}"' for word in words) + "}"


_append = record  # in `record_refusal` a parameter has the name


def record_refusal(
    action: str,
    *,
    by: Actor,
    at: datetime,
    record: str = "",
    fields: Iterable[str] = (),
    outcome: str = "refused",
) -> None:
    """Append a refusal, in a transaction of its own, after the one that was refused has been rolled back.

    `fields` names the page or the operation. A refusal that cannot be logged is still a refusal: nothing is raised.
    """
    try:
        with transaction.atomic():
            _append(action, by=by, at=at, record=record, fields=fields, outcome=outcome)
    except DatabaseError:
        logger.error("a refusal could not be logged")


@transaction.atomic
def begin_generation(*, reason: str, now: datetime) -> int:
    """Begin the next generation, after a restore or a move to another server; gives its number.

    On a connection of the owner of the tables, while nobody works: it waits for everybody who is writing to the log.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE audit_event IN SHARE ROW EXCLUSIVE MODE")
    last = Generation.objects.order_by("-number").first()
    assert last is not None  # the migration made the first
    number = last.number + 1
    Generation.objects.create(number=number, installation=last.installation, reason=reason, began_at=now)
    return number
