"""Read the log: who saw whom, what somebody opened, and how the sealing stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Max, Q, QuerySet

from amparo.audit.models import Anchor, Epoch, Event, Generation
from amparo.audit.queries.covert import of_unit

MOST_ROWS = 10_000
MOST_HOURS_UNWITNESSED = timedelta(hours=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class EventLine:
    """One event as a page or a command shows it."""

    id: int
    at: datetime
    recorded_at: datetime
    user: int | None
    membership: int | None
    organisation: int | None
    via: str
    action: str
    record: str
    persons: tuple[UUID, ...]
    fields: tuple[str, ...]
    count: int | None
    purpose: str
    basis: str
    outcome: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SealingState:
    """How far the log is sealed."""

    epochs: int
    sealed_at: datetime | None
    waiting: int
    lag: timedelta
    went_back: bool  # the database was restored, and no new generation began
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WitnessState:
    """What a witness said last."""

    place: str
    taken_at: datetime | None
    refused_at: datetime | None

    @property
    def is_refusing(self) -> bool:
        """Tell whether its last word was a refusal."""
        return self.refused_at is not None and (self.taken_at is None or self.refused_at > self.taken_at)

    def is_late(self, now: datetime) -> bool:
        """Tell whether it took nothing for two hours."""
        return self.taken_at is None or now - self.taken_at > MOST_HOURS_UNWITNESSED


def who_saw(person: UUID, *, unit: Collection[int], most: int = 100) -> list[EventLine]:
    """Give the newest events about a person, without those of the independent unit, which `unit` names by memberships."""
    return lines_of(Event.objects.filter(persons__contains=[person]).exclude(of_unit(unit)), most)


def who_saw_record(record: str, *, unit: Collection[int], most: int = 100) -> list[EventLine]:
    """Give the newest events about a record, and about the person or persons it was opened for, without the unit's."""
    told = Event.objects.exclude(of_unit(unit))
    named = told.filter(record=record)
    persons = {
        person for found in named.order_by("id").values_list("persons", flat=True)[:50] for person in found
    }
    # A list or an export names many persons at once; a record has few.
    about = Q(record=record)
    if 0 < len(persons) <= 10:
        for person in persons:
            about |= Q(persons__contains=[person])
    return lines_of(told.filter(about), most)


def who_took(
    numbers: Collection[str], labels: Collection[str], *, unit: Collection[int], most: int = 100
) -> list[EventLine]:
    """Give the newest events about copies, by their numbers or by the labels of their digests, without the unit's."""
    by_number = Q(record__in=[f"copy:{one}" for one in numbers])
    by_digest = Q(record__startswith="copy:", fields__overlap=list(labels))
    return lines_of(Event.objects.filter(by_number | by_digest).exclude(of_unit(unit)), most)


def counted_lately(user: int, action: str, *, hours: int) -> int:
    """Add up what the events of a user and an action count, within the last hours of the database's own time."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT coalesce(sum(count), 0) FROM audit_event WHERE "user" = %s AND action = %s'
            " AND recorded_at > pg_catalog.clock_timestamp() - make_interval(hours => %s)",
            [user, action, hours],
        )
        return int(cursor.fetchone()[0])


def sealing_state() -> SealingState:
    """Tell how far the log is sealed, and whether the sealer keeps up."""
    last = Epoch.objects.order_by("-number").first()
    generation, hi = (last.generation, last.hi) if last else (0, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(clock_timestamp() - min(recorded_at), interval '0'), "
            "pg_snapshot_xmin(pg_current_snapshot())::text::bigint, (SELECT max(number) FROM audit_generation) "
            "FROM audit_event WHERE (generation, xid) >= (%s::int2, %s::int8)",
            [generation, hi],
        )
        waiting, lag, oldest_running, current = cursor.fetchone()
    return SealingState(
        epochs=last.number if last else 0,
        sealed_at=last.sealed_at if last else None,
        waiting=waiting,
        lag=max(lag, timedelta(0)),
        went_back=generation == current and oldest_running < hi,
        key=last.key if last else "",
    )


def witness_state(place: str) -> WitnessState:
    """Tell what a witness said last."""
    heard = Anchor.objects.filter(kind="witness", place=place)
    return WitnessState(
        place=place,
        taken_at=heard.filter(outcome="taken").aggregate(last=Max("at"))["last"],
        refused_at=heard.filter(outcome="refused").aggregate(last=Max("at"))["last"],
    )


def installation_id() -> str:
    """Give the name under which witnesses know this installation."""
    return str(Generation.objects.order_by("number").values_list("installation", flat=True)[0])


def lines_of(found: QuerySet[Event], most: int) -> list[EventLine]:
    """Give the newest of some events as a page or a command shows them."""
    return [
        EventLine(
            id=event.pk, at=event.at, recorded_at=event.recorded_at, user=event.user, membership=event.membership,
            organisation=event.organisation, via=event.via, action=event.action, record=event.record,
            persons=tuple(event.persons), fields=tuple(event.fields), count=event.count, purpose=event.purpose,
            basis=event.basis, outcome=event.outcome,
        )
        for event in found.order_by("-id")[: min(most, MOST_ROWS)]
    ]  # fmt: skip
