"""How many persons' keys one asker gets in which time, and all askers together.

A person whose key the same asker had within the window is not counted again: he has had it. Imports, exports and the system's
own jobs share one budget of their own, whoever they say they work for. Two people may have that one raised: to a ceiling of keyd's
own, for some hours by keyd's own clock, and once a day, whatever is asked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from uuid import UUID

from amparo.vault.rules import Asker, KeyKind, TooManyKeys

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
BULK: Final = "bulk"
BULK_PURPOSES: Final = frozenset({"import", "export"})
BULK_ACTIONS: Final = frozenset(
    {"intake.workbook.read", "cases.person.compare", "cases.person.compare_ages", "cases.case.compare_names"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """So many persons within the window, and never more than the burst at once, which fills up again by so many a second."""

    persons: int
    window: float
    burst: int
    a_second: float

    def times(self, factor: int) -> Limit:
        """Give so many times as much."""
        return Limit(
            persons=self.persons * factor,
            window=self.window,
            burst=self.burst * factor,
            a_second=self.a_second * factor,
        )


def _steady(persons: int, window: float, *, burst: int = 0) -> Limit:
    return Limit(persons=persons, window=window, burst=burst or persons, a_second=persons / window)


PEOPLE: Final[Mapping[KeyKind, Limit]] = MappingProxyType(
    {
        KeyKind.LABEL: _steady(20_000, HOUR),  # 5,000 a request, by the protocol
        KeyKind.RECORD: Limit(persons=600, window=DAY, burst=200, a_second=60 / MINUTE),
        KeyKind.PLACE: _steady(10, HOUR),
    }
)
IN_BULK: Final[Mapping[KeyKind, Limit]] = MappingProxyType(
    {
        KeyKind.LABEL: _steady(100_000, HOUR),
        KeyKind.RECORD: _steady(20_000, HOUR),
        KeyKind.PLACE: _steady(2_000, HOUR),
    }
)
# All people together, in an hour. An installation sets its own, at three times its busiest hour of last month.
TOGETHER: Final[Mapping[KeyKind, int]] = MappingProxyType(
    {KeyKind.LABEL: 200_000, KeyKind.RECORD: 5_000, KeyKind.PLACE: 100}
)

CEILING: Final = (
    3  # so many times the budget of bulk work, once raised; an installation sets its own, and 1 is never
)
MOST_HOURS_RAISED: Final = 4

Clock = Callable[[], float]


class NotRaisable(Exception):
    """The budget is never raised here, or was raised within a day."""


def budget_of(asker: Asker) -> str:
    """Tell under whose budget an asker stands: his own, or the one of bulk work."""
    if asker.user_id is None or asker.purpose in BULK_PURPOSES or asker.action in BULK_ACTIONS:
        return BULK
    return f"user:{asker.user_id}"


@dataclass(slots=True)
class _Account:
    """What one budget had of one kind: persons with the moment in which they were counted, oldest first."""

    limit: Limit
    given: dict[UUID, float] = field(default_factory=dict)
    left: float = 0.0
    filled_at: float = 0.0

    def look(self, now: float) -> None:
        """Forget what is older than the window, and fill the burst up."""
        old = []
        for person, moment in self.given.items():
            if now - moment < self.limit.window:
                break
            old.append(person)
        for person in old:
            del self.given[person]
        self.left = min(self.limit.burst, self.left + max(0.0, now - self.filled_at) * self.limit.a_second)
        self.filled_at = now

    def wait_for(self, number: int, now: float) -> float:
        """Tell in how many seconds so many more persons may be had; 0 is now."""
        wait = 0.0
        if number > self.left:
            wait = (number - self.left) / self.limit.a_second
        over = len(self.given) + number - self.limit.persons
        if over > 0:
            moments = list(self.given.values())
            edge = moments[min(over, len(moments)) - 1] if moments else now
            wait = max(wait, edge + self.limit.window - now, 1.0)
        return wait

    def take(self, persons: Iterable[UUID], moment: float) -> None:
        """Count persons."""
        for person in persons:
            self.given[person] = moment
            self.left -= 1


class Rates:
    """Counts what was given, for every asker. Safe for threads."""

    def __init__(
        self,
        *,
        clock: Clock = time.monotonic,
        together: Mapping[KeyKind, int] = TOGETHER,
        ceiling: int = CEILING,
    ) -> None:
        self.clock = clock
        self.ceiling = ceiling
        self._raised: tuple[float, float] | None = None  # from when, until when
        self.busiest: dict[KeyKind, int] = dict.fromkeys(KeyKind, 0)
        self._together = together
        self._accounts: dict[tuple[str, KeyKind], _Account] = {}
        self._minutes: dict[KeyKind, dict[int, int]] = {kind: {} for kind in KeyKind}
        self._lock = threading.Lock()

    def take(
        self, asker: Asker, persons: Collection[UUID], kinds: Collection[KeyKind]
    ) -> dict[KeyKind, list[UUID]]:
        """Count persons for an asker, all or none; gives those that were counted. `TooManyKeys` says how long to wait."""
        now, budget = self.clock(), budget_of(asker)
        with self._lock:
            fresh: dict[KeyKind, list[UUID]] = {}
            for kind in kinds:
                account = self._account(budget, kind, now)
                fresh[kind] = [person for person in persons if person not in account.given]
                wait = account.wait_for(len(fresh[kind]), now)
                wait = max(wait, self._wait_together(budget, kind, len(fresh[kind]), now))
                if fresh[kind] and wait > 0:
                    raise TooManyKeys(wait)
            for kind, counted in fresh.items():
                self._count(budget, kind, counted, now)
        return fresh

    def restore(self, asker: Asker, counted: Mapping[KeyKind, Collection[UUID]], *, age: float) -> None:
        """Count what was given before this process began, so long ago: a restart gives nobody a new budget."""
        with self._lock:
            moment, budget = self.clock() - max(0.0, age), budget_of(asker)
            for kind, persons in counted.items():
                self._account(budget, kind, moment)
                self._count(budget, kind, persons, moment)

    def refuse_second_rise(self) -> None:
        """Raise `NotRaisable` where bulk work cannot have more now, whoever asks."""
        if self.ceiling <= 1 or (self._raised is not None and self.clock() - self._raised[0] < DAY):
            raise NotRaisable

    def raise_bulk(self, hours: int, *, age: float = 0.0) -> None:
        """Let bulk work have `ceiling` times as much for so many hours, beginning so many seconds ago."""
        began = self.clock() - age
        with self._lock:
            self._raised = (began, began + min(hours, MOST_HOURS_RAISED) * HOUR)

    def give_back(self, asker: Asker, counted: Mapping[KeyKind, Collection[UUID]]) -> None:
        """Take back a count whose keys were not given after all."""
        with self._lock:
            for kind, persons in counted.items():
                account = self._accounts[budget_of(asker), kind]
                for person in persons:
                    if account.given.pop(person, None) is not None:
                        account.left += 1

    def _account(self, budget: str, kind: KeyKind, now: float) -> _Account:
        account, limit = self._accounts.get((budget, kind)), self._limit(budget, kind, now)
        if account is None:
            account = _Account(limit, left=limit.burst, filled_at=now)
            self._accounts[budget, kind] = account
        elif account.limit != limit:
            account.look(now)
            account.left += max(
                0, limit.burst - account.limit.burst
            )  # at the end of a rise `look` takes the rest away
            account.limit = limit
        account.look(now)
        return account

    def _limit(self, budget: str, kind: KeyKind, now: float) -> Limit:
        if budget != BULK:
            return PEOPLE[kind]
        is_raised = self._raised is not None and self._raised[0] <= now < self._raised[1]
        return IN_BULK[kind].times(self.ceiling) if is_raised else IN_BULK[kind]

    def _wait_together(self, budget: str, kind: KeyKind, number: int, now: float) -> float:
        if budget == BULK or not number:
            return 0.0  # the limit of bulk work is for all of it already
        if self._in_hour(kind, now) + number <= self._together[kind]:
            return 0.0
        return min(self._minutes[kind], default=now / MINUTE) * MINUTE + HOUR - now + MINUTE

    def _in_hour(self, kind: KeyKind, now: float) -> int:
        minutes = self._minutes[kind]
        for minute in [each for each in minutes if each < (now - HOUR) // MINUTE]:
            del minutes[minute]
        return sum(minutes.values())

    def _count(self, budget: str, kind: KeyKind, persons: Collection[UUID], moment: float) -> None:
        self._accounts[budget, kind].take(persons, moment)
        if budget != BULK and persons:
            minute = int(moment // MINUTE)
            self._minutes[kind][minute] = self._minutes[kind].get(minute, 0) + len(persons)
            self.busiest[kind] = max(self.busiest[kind], self._in_hour(kind, moment))
