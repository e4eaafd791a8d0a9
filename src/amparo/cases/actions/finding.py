"""Keep what persons are found by beyond one's own cases: blind tokens, made of what is recorded of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from random import Random
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from amparo.access.actions import begin_reading
from amparo.access.context import keeping
from amparo.access.rules import Permission, Viewer, own_ground, system_viewer
from amparo.cases.actions.matching import SEARCHED_COMPARTMENTS, keep_colleagues_away
from amparo.cases.models import Person
from amparo.cases.rules.colleagues import telling_facts
from amparo.cases.rules.deriving import birth_year
from amparo.cases.rules.person import PersonDetails
from amparo.cases.rules.searching import SEARCHED, Fact, person_facts
from amparo.vault.actions import (
    delete_tokens,
    forget_search_days,
    order_tokens,
    waiting_persons,
    write_tokens,
)
from amparo.vault.queries import open_many
from amparo.vault.rules import NotOpened
from amparo.vault.storing import opened_fields, record_from
from amparo.vocab.state import load_state

WRITE_TASK = "cases.write_tokens"
TOGETHER = 50  # fewer are written only because they have waited
AT_ONCE = 1_000
BY_SYSTEM = system_viewer([Permission.CASE_READ], compartments=SEARCHED_COMPARTMENTS)


def country_of_state() -> str:
    """Return the country from which a telephone number without one would be dialled."""
    return load_state(settings.AMPARO_STATE).country


def make_findable(persons: Mapping[UUID, PersonDetails], *, by: Viewer, now: datetime) -> None:
    """Have the tokens of new persons written with the next batch, at once when enough persons wait.

    A member of staff who is one of them is kept away at once too; of many, by that batch. Part of the action that wrote them
    and their cases.
    """
    if order_tokens(list(persons), now=now, enough=TOGETHER):
        set_to_write()
    if len(persons) < TOGETHER:
        country = country_of_state()
        keep_colleagues_away(
            {person: _telling(one, person_facts(one, country=country)) for person, one in persons.items()},
            by=by,
            now=now,
        )


def follow_facts(
    old: PersonDetails,
    new: PersonDetails,
    *,
    changed: Collection[str],
    person: UUID,
    by: Viewer,
    now: datetime,
) -> None:
    """Find a person by what is recorded now: what no longer holds goes at once, what is new waits for its batch.

    Part of the action that changed the record, after its row was written: the job that writes tokens waits for that row.
    """
    if SEARCHED.isdisjoint(changed):
        return
    country = country_of_state()
    delete_tokens({person: person_facts(old, country=country) - person_facts(new, country=country)})
    make_findable({person: new}, by=by, now=now)


@transaction.atomic
def forget_facts(persons: Collection[UUID], *, by: Viewer, now: datetime) -> int:
    """Delete the tokens of persons who are about to be removed or erased; gives how many there were.

    To be called while their rows and keys stand. Whose record does not open any more is left to `sweep_tokens`.
    """
    rows = list(_searched(persons).order_by("id").select_for_update())
    return sum(
        delete_tokens(_searching(_details(rows[start : start + AT_ONCE], by=by, now=now)))
        for start in range(0, len(rows), AT_ONCE)
    )


def write_waiting_tokens(*, now: datetime, rng: Random | None = None) -> int:
    """Write the tokens of all who wait, many persons at once; gives how many persons that were. May be run again."""
    forget_search_days(before=timezone.localdate(now))
    waiting, written = waiting_persons(), 0
    while waiting:
        # What would be left over as a small batch of its own goes with the last one.
        count = len(waiting) if len(waiting) < AT_ONCE + TOGETHER else AT_ONCE
        _write(waiting[:count], now=now, rng=rng)
        written += count
        waiting = waiting[count:]
    return written


@transaction.atomic
def _write(ids: Sequence[UUID], *, now: datetime, rng: Random | None) -> None:
    """Lock the rows first, as whoever changes a record does: what is written is what is recorded."""
    with keeping(ids):
        rows = list(_searched(ids).order_by("id").select_for_update())
    nothing: dict[UUID, frozenset[Fact]] = {person: frozenset() for person in ids}
    details = _details(rows, by=BY_SYSTEM, now=now)
    facts = _searching(details)
    write_tokens(nothing | facts, rng=rng)
    keep_colleagues_away({person: _telling(details[person], facts[person]) for person in facts}, now=now)


def _searched(persons: Collection[UUID]) -> QuerySet[Person]:
    return Person.objects.filter(id__in=persons, compartment__in=SEARCHED_COMPARTMENTS)


def _searching(details: Mapping[UUID, PersonDetails]) -> dict[UUID, frozenset[Fact]]:
    country = country_of_state()
    return {person: person_facts(one, country=country) for person, one in details.items()}


def _telling(person: PersonDetails, facts: frozenset[Fact]) -> frozenset[Fact]:
    return telling_facts(facts, person.birth, year=birth_year(person))


def _details(rows: Sequence[Person], *, by: Viewer, now: datetime) -> dict[UUID, PersonDetails]:
    """Open persons; one whose record does not open is left out, and does not hold the others up."""
    if not rows:
        return {}
    try:
        return _opened(rows, by=by, now=now)
    except NotOpened:
        half = len(rows) // 2
        if not half:
            return {}
        return _details(rows[:half], by=by, now=now) | _details(rows[half:], by=by, now=now)


def _opened(rows: Sequence[Person], *, by: Viewer, now: datetime) -> dict[UUID, PersonDetails]:
    reading = begin_reading(
        by,
        action="cases.person.index",
        persons=[row.id for row in rows],
        basis=own_ground(by),
        fields=opened_fields(Person, only=("names", "identity")),
        now=now,
    )
    opened = open_many(reading, [sealed for row in rows for sealed in (row.names, row.identity)])
    return {
        row.id: record_from(row, PersonDetails, opened[2 * at : 2 * at + 2]) for at, row in enumerate(rows)
    }


def set_to_write() -> None:
    """Have the job run now; one that waits already is enough."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(WRITE_TASK, queueing_lock=WRITE_TASK, lock=WRITE_TASK).defer(timestamp=0)
