"""The rules by which readings raise an alert, as data: what is counted, over how long, and how many are too many.

They are asked about sealed events only, so nobody can take back the reading that raised one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from amparo.audit.rules.labels import found_in
from amparo.audit.rules.wording import PLACE, SINGLE_READINGS
from amparo.vocab.text import N_


class Over(StrEnum):
    """About what a rule counts: one user, or one person as read from one organisation."""

    USER = "user"
    PERSON = "person"


class Counted(StrEnum):
    """What a rule counts."""

    EVENTS = "events"
    PERSONS = "persons"
    READERS = "readers"
    RECORDS = "records"
    LARGEST = "largest"  # the number that one event names


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertRule:
    """One rule: more than `most` of what it counts, within `within`, raise it."""

    code: str
    label: str
    meaning: str
    counted: Counted
    most: int
    within: timedelta
    over: Over = Over.USER
    is_for_auditor_only: bool = False

    @property
    def is_alone(self) -> bool:
        """Tell whether one event is enough to raise it, whatever was before."""
        return self.most == 0 or self.counted is Counted.LARGEST


_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_DESCRIBED: Final = (
    AlertRule(
        code="outside_caseload",
        label=N_("Many people outside the own caseload"),
        meaning=N_("One user opened the cases of more than %(most)s persons in a day whose cases are neither the own nor the team's."),
        counted=Counted.PERSONS, most=5, within=_DAY,
    ),
    AlertRule(
        code="many_readers",
        label=N_("Many readers of one person"),
        meaning=N_("More than %(most)s people of one organisation opened the case of the same person within a week."),
        counted=Counted.READERS, most=4, within=_WEEK, over=Over.PERSON,
    ),
    AlertRule(
        code="closed_cases",
        label=N_("Closed cases opened"),
        meaning=N_("One user opened more than %(most)s closed cases in a day."),
        counted=Counted.RECORDS, most=3, within=_DAY,
    ),
    AlertRule(
        code="canary",
        label=N_("An invented person was opened or found"),
        meaning=N_("Somebody opened the case of a person who does not exist, or searched and found her. Nobody has work with her."),
        counted=Counted.EVENTS, most=0, within=_DAY, is_for_auditor_only=True,
    ),
    AlertRule(
        code="emergency",
        label=N_("Many openings in an emergency"),
        meaning=N_("One user opened more than %(most)s records in an emergency within a week."),
        counted=Counted.EVENTS, most=3, within=_WEEK,
    ),
    AlertRule(
        code="export",
        label=N_("Many taken out at once"),
        meaning=N_("One file took more than %(most)s cases or facts out of the installation."),
        counted=Counted.LARGEST, most=25, within=_DAY,
    ),
    AlertRule(
        code="place_at_night",
        label=N_("Where somebody is, opened at night"),
        meaning=N_("One user opened where more than %(most)s persons are between 22 and 6 o'clock."),
        counted=Counted.PERSONS, most=2, within=_DAY,
    ),
    AlertRule(
        code="refused",
        label=N_("Asked and refused many times"),
        meaning=N_("One user asked more than %(most)s times in a day for what is hidden, absent or beyond the role."),
        counted=Counted.EVENTS, most=20, within=_DAY,
    ),
    AlertRule(
        code="no_ground",
        label=N_("A reading without a ground"),
        meaning=N_("A record was opened and no ground for it is known. It is a fault of the installation, or worse."),
        counted=Counted.EVENTS, most=0, within=_DAY,
    ),
)  # fmt: skip
RULES: Final[Mapping[str, AlertRule]] = MappingProxyType({rule.code: rule for rule in _DESCRIBED})
FIRST_HOUR, LAST_HOUR = 6, 22
_TAKEN_OUT: Final = ("intake.workbook.export", "intake.workbook.release", "evidence.facts.export")
_NEAR: Final = ("own", "team", "system", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One sealed event, as far as rules look at it; `at` is in the time of the place."""

    id: int
    at: datetime
    user: int
    organisation: int | None
    action: str
    record: str
    persons: tuple[UUID, ...]
    fields: frozenset[str]
    count: int
    basis: str
    outcome: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Raised:
    """An alert: which rule, about whom, how many, and the event that was one too many."""

    rule: str
    key: str  # the same alert is raised once
    user: int | None
    organisation: int | None
    count: int
    event: int


def touched_by(event: Seen, canaries: frozenset[str]) -> tuple[str, ...]:
    """Name the rules that count an event."""
    is_single = event.action in SINGLE_READINGS and bool(event.record and event.persons)
    ground = event.basis.partition(":")[0]
    says = {
        "outside_caseload": is_single and ground not in _NEAR,
        "many_readers": is_single,
        "closed_cases": is_single and "state:closed" in event.fields,
        "canary": (is_single and event.record in canaries) or bool(found_in(event.fields) & canaries),
        "emergency": event.action == "access.emergency.open",
        "export": event.action in _TAKEN_OUT,
        "place_at_night": is_single and PLACE in event.fields and not FIRST_HOUR <= event.at.hour < LAST_HOUR,
        "refused": event.outcome in ("refused", "hidden"),
        "no_ground": ground == "none",
    }
    return tuple(code for code, is_touched in says.items() if is_touched)


def raised_by(rule: AlertRule, window: Iterable[Seen], last: Seen) -> Raised | None:
    """Tell whether an event, with the earlier ones that the rule counts with it, is one too many.

    `window` holds the events that touch the rule, about the same user or person and organisation, up to and with `last`.
    """
    counted = _count(rule, [event for event in window if event.at > last.at - rule.within])
    if counted <= rule.most:
        return None
    about = f"{last.user}" if rule.over is Over.USER else f"{last.organisation}:{last.persons[0]}"
    # A canary or a reading without a ground is told for each record; what is counted is told once a day, or once a week.
    about += f":{last.record}" if rule.most == 0 else ""
    about += f":{last.id}" if rule.counted is Counted.LARGEST else ""
    since = last.at.date() if rule.within <= _DAY else last.at.date() - timedelta(days=last.at.weekday())
    return Raised(
        rule=rule.code,
        key=f"{rule.code}:{about}:{since.isoformat()}",
        user=last.user if rule.over is Over.USER else None,
        organisation=last.organisation,
        count=counted,
        event=last.id,
    )


def _count(rule: AlertRule, events: list[Seen]) -> int:
    match rule.counted:
        case Counted.EVENTS:
            return len(events)
        case Counted.PERSONS:
            return len({person for event in events for person in event.persons})
        case Counted.READERS:
            return len({event.user for event in events})
        case Counted.RECORDS:
            return len({event.record for event in events})
        case Counted.LARGEST:
            return events[-1].count if events else 0
