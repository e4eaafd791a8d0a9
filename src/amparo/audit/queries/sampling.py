"""Draw readings that somebody is asked about."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from random import Random

from django.db.models import Q

from amparo.audit.models import Epoch, Event
from amparo.audit.queries.covert import of_unit
from amparo.audit.queries.log import MOST_ROWS, EventLine, lines_of
from amparo.audit.rules.wording import SINGLE_READINGS


def units_that_read(*, since: datetime, until: datetime, unit: Collection[int]) -> tuple[int, ...]:
    """Name the organisations whose people opened cases in that time; of what the independent unit opened nothing is drawn."""
    found = Event.objects.filter(
        recorded_at__gte=since, recorded_at__lt=until, action__in=SINGLE_READINGS, organisation__isnull=False
    ).exclude(of_unit(unit))
    return tuple(
        sorted({one for one in found.values_list("organisation", flat=True).distinct() if one is not None})
    )


def sampled_readings(
    organisation: int, *, since: datetime, until: datetime, rng: Random, most: int, unit: Collection[int]
) -> list[EventLine]:
    """Draw sealed readings of single records by the people of an organisation, each with the same chance; none of the unit's."""
    last = Epoch.objects.order_by("-number").first()
    if last is None:
        return []
    readings = Event.objects.filter(
        organisation=organisation, user__isnull=False, recorded_at__gte=since, recorded_at__lt=until,
        action__in=SINGLE_READINGS, persons__len=1, outcome="done",
    ).exclude(of_unit(unit) | Q(record=""))  # fmt: skip
    sealed = readings.exclude(generation__gt=last.generation).exclude(
        generation=last.generation, xid__gte=last.hi
    )
    ids = list(sealed.order_by("id").values_list("id", flat=True)[: MOST_ROWS * 10])
    return lines_of(Event.objects.filter(pk__in=rng.sample(ids, min(most, len(ids)))), most)
