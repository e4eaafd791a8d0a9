"""Read the log for those whom it is told to: the lead of a case, the person herself, and who asks about own readings.

What a unit read without telling is left out everywhere here, until the unit releases it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from amparo.audit.models import Event, Release
from amparo.audit.queries.covert import UNIT_ACTIONS, begins_with, of_unit
from amparo.audit.queries.log import EventLine, lines_of

COVERT_ACTIONS: Final = ("justice.", *UNIT_ACTIONS)
SHOWN: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some lines, newest first; `next` is the key of the page after, or 0."""

    lines: tuple[EventLine, ...]
    next: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderLine:
    """Who of which organisation saw data of a person: under one membership, since when and until when, and what."""

    organisation: int | None
    membership: int | None
    first: datetime
    last: datetime
    fields: tuple[str, ...]


def seen_case(
    record: str,
    person: UUID,
    *,
    organisations: Collection[int],
    covert: Collection[int],
    before: int = 0,
    most: int = SHOWN,
) -> Page:
    """Give who did and read what about one case, newest first, page by page.

    Lists name persons and no case: those of the organisations that the case is open to are told, for another case of the
    same person is not this one. `covert` are the memberships that look without telling.
    """
    lists = Q(persons__contains=[person], record="") & (
        Q(organisation__in=list(organisations)) | Q(organisation=None)
    )
    return _page(_told(person, covert).filter(Q(record=record) | lists), before, most)


def seen_by(user: int, *, since: datetime, unit: Collection[int], before: int = 0, most: int = SHOWN) -> Page:
    """Give what a user did and read about persons and workbooks since a moment, newest first, page by page.

    `unit` are the memberships of the independent unit that are not told of: all of them, but to who works in it.
    """
    own = Event.objects.filter(user=user, recorded_at__gte=since)
    own = own.exclude(of_unit(unit)) if unit else own
    return _page(own.filter(Q(persons__len__gt=0) | Q(outcome__in=["refused", "hidden"])), before, most)


def readers_of(person: UUID, *, covert: Collection[int]) -> tuple[ReaderLine, ...]:
    """Give under which memberships a person's data were seen, for the person herself: no reading by itself, no time of day."""
    seen = _told(person, covert).filter(persons__contains=[person], user__isnull=False, outcome="done")
    fields: dict[int | None, dict[str, None]] = {}
    for membership, opened in (
        seen.values_list("membership", "fields").distinct().order_by("membership", "fields")
    ):
        fields.setdefault(membership, {}).update(dict.fromkeys(opened))
    rows = seen.values("organisation", "membership").annotate(
        first=Min("recorded_at"), last=Max("recorded_at"), times=Count("id")
    )
    return tuple(
        ReaderLine(
            organisation=row["organisation"], membership=row["membership"], first=row["first"], last=row["last"],
            fields=tuple(fields.get(row["membership"], {})),
        )
        for row in rows.order_by("organisation", "membership")
    )  # fmt: skip


def _told(person: UUID, covert: Collection[int]) -> QuerySet[Event]:
    """Leave out what a unit read without telling, but for what it released."""
    released = Release.objects.filter(
        person=person, organisation=OuterRef("organisation"), released_at__gte=OuterRef("recorded_at")
    )
    is_covert = Q(membership__in=list(covert)) | begins_with(COVERT_ACTIONS)
    return Event.objects.filter(~is_covert | Q(Exists(released)))


def _page(events: QuerySet[Event], before: int, most: int) -> Page:
    """Cut by the number of the last line shown: it does not slide when something is added meanwhile."""
    found = lines_of(events.filter(id__lt=before) if before else events, most + 1)
    more = len(found) > most
    return Page(lines=tuple(found[:most]), next=found[most - 1].id if more else 0)
