"""Read what the auditor watches: alerts, the invented persons, and the head that was made last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from amparo.audit.models import Alert, Canary, Event, LogHead
from amparo.audit.queries.covert import of_unit
from amparo.audit.rules.alerts import RULES
from amparo.audit.rules.heads import Head, read_head

SHOWN = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertLine:
    """One alert, as it was raised."""

    id: int
    rule: str
    user: int | None
    organisation: int | None
    count: int
    event: int
    raised_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertPage:
    """Some alerts, newest first; `next` is the key of the page after, or 0."""

    lines: tuple[AlertLine, ...]
    next: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class CanaryRow:
    """The case of an invented person."""

    reference: str
    named_at: datetime


def alerts_of(
    organisation: int | None,
    *,
    unit: Collection[int],
    but_about: Collection[int] = (),
    before: int = 0,
    most: int = SHOWN,
) -> AlertPage:
    """Give the alerts about the people of one organisation, without those that are for the auditor; of None, all alerts.

    Those that something raised under one of the memberships of the `unit` are left out.
    """
    alerts = Alert.objects.all()
    if unit:
        alerts = alerts.filter(~Exists(Event.objects.filter(of_unit(unit), pk=OuterRef("event"))))
    if organisation is not None:
        hidden = [code for code, rule in RULES.items() if rule.is_for_auditor_only]
        alerts = alerts.filter(organisation=organisation).exclude(rule__in=hidden)
        alerts = alerts.exclude(user__in=list(but_about))
    alerts = alerts.filter(id__lt=before) if before else alerts
    found = list(alerts.order_by("-id")[: most + 1])
    lines = tuple(
        AlertLine(
            id=one.pk, rule=one.rule, user=one.user, organisation=one.organisation, count=one.count, event=one.event,
            raised_at=one.raised_at,
        )
        for one in found[:most]
    )  # fmt: skip
    return AlertPage(lines=lines, next=lines[-1].id if len(found) > most else 0)


def canaries() -> tuple[CanaryRow, ...]:
    """List the cases of invented persons, the newest first."""
    rows = Canary.objects.filter(ended_at=None).order_by("-named_at", "-id")
    return tuple(CanaryRow(reference=row.reference, named_at=row.named_at) for row in rows)


def newest_head() -> Head | None:
    """Give the head that was made last, or None before the first."""
    made = LogHead.objects.order_by("-id").first()
    return None if made is None else read_head(made.head)
