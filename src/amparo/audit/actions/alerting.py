"""Ask the rules about what was sealed since the last time, and keep what they raise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

from amparo.audit.models import Alert, AlertMark, Canary, Epoch, Event
from amparo.audit.rules.alerts import RULES, AlertRule, Over, Raised, Seen, raised_by, touched_by

MOST_EPOCHS: Final = 2000  # at one time; the rest follows a minute later


class _About(NamedTuple):
    """Whose events a rule counts together."""

    rule: str
    of: object


@transaction.atomic
def raise_alerts(*, zone: tzinfo, now: datetime) -> int:
    """Ask the rules about each event that was sealed since; gives how many alerts were raised.

    Two that run at once wait for each other at the mark. Who dies in between has raised nothing, and is asked again.
    """
    mark, _ = AlertMark.objects.select_for_update().get_or_create(pk=1, defaults={"epoch": 0})
    epochs = list(Epoch.objects.filter(number__gt=mark.epoch).order_by("number")[:MOST_EPOCHS])
    raised = 0
    if epochs:
        canaries = frozenset(Canary.objects.filter(ended_at=None).values_list("reference", flat=True))
        for epoch in epochs:
            raised += _ask_about(epoch, zone, canaries, now)
        AlertMark.objects.filter(pk=1).update(epoch=epochs[-1].number)
    return raised


def _ask_about(epoch: Epoch, zone: tzinfo, canaries: frozenset[str], now: datetime) -> int:
    touched: dict[_About, list[Seen]] = defaultdict(list)
    for event in _seen(_sealed_in(epoch), zone):
        for code in touched_by(event, canaries):
            touched[_about(code, event)].append(event)
    told: dict[str, Raised] = {}
    for about, events in touched.items():
        rule = RULES[about.rule]
        window = _window(rule, events, epoch, zone, canaries)
        for last in events:
            counted = [last] if rule.is_alone else [event for event in window if event.at <= last.at]
            found = raised_by(rule, counted, last)
            if found is not None:
                told.setdefault(found.key, found)
    known = set(Alert.objects.filter(key__in=told).values_list("key", flat=True))
    alerts = [
        Alert(
            rule=one.rule, key=one.key, user=one.user, organisation=one.organisation, count=one.count, event=one.event,
            epoch=epoch.number, raised_at=now,
        )
        for one in told.values() if one.key not in known
    ]  # fmt: skip
    Alert.objects.bulk_create(alerts)
    return len(alerts)


def _about(code: str, event: Seen) -> _About:
    is_person = RULES[code].over is Over.PERSON
    return _About(code, (event.organisation, event.persons[0]) if is_person else event.user)


def _sealed_in(epoch: Epoch) -> QuerySet[Event]:
    return Event.objects.filter(
        generation=epoch.generation, xid__gte=epoch.lo, xid__lt=epoch.hi, user__isnull=False
    )


def _window(
    rule: AlertRule, events: list[Seen], epoch: Epoch, zone: tzinfo, canaries: frozenset[str]
) -> list[Seen]:
    """Give what was sealed up to this epoch and counts together with these events, in the order of time."""
    if rule.is_alone:
        return []
    first = min(event.at for event in events)
    earlier = Event.objects.filter(recorded_at__gt=first - rule.within, user__isnull=False).filter(
        Q(generation__lt=epoch.generation) | Q(generation=epoch.generation, xid__lt=epoch.hi)
    )
    one = events[0]
    if rule.over is Over.PERSON:
        earlier = earlier.filter(persons__contains=[one.persons[0]], organisation=one.organisation)
    else:
        earlier = earlier.filter(user=one.user)
    found = [event for event in _seen(earlier, zone) if rule.code in touched_by(event, canaries)]
    return sorted(found, key=lambda event: event.at)


def _seen(events: QuerySet[Event], zone: tzinfo) -> Iterator[Seen]:
    for event in events.order_by("id").iterator():
        assert event.user is not None
        yield Seen(
            id=event.pk, at=event.recorded_at.astimezone(zone), user=event.user, organisation=event.organisation,
            action=event.action, record=event.record, persons=tuple(event.persons), fields=frozenset(event.fields),
            count=event.count or 0, basis=event.basis, outcome=event.outcome,
        )  # fmt: skip
