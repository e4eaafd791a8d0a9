"""Dates as people know them: partial, by season, approximate; an age and the day it was stated."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import total_ordering
from typing import TYPE_CHECKING, Any

from amparo.vocab.text import N_, ToldError

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

# The season codes of EDTF (ISO 8601-2), which say nothing of the hemisphere.
SPRING, SUMMER, AUTUMN, WINTER = 21, 22, 23, 24
SEASONS = (SPRING, SUMMER, AUTUMN, WINTER)

_EDTF = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?(?P<approximate>~)?")


class BadDate(ToldError):
    """A text or a set of numbers is no possible date or age; the message says how to mend it."""


@total_ordering
@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to the day, the month, the season or the year, perhaps only approximately."""

    year: int
    month: int | None = None
    day: int | None = None
    season: int | None = None
    is_approximate: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.year <= 9999:
            raise BadDate(
                N_("The year %(year)s is not possible. Write a year from 0001 to 9999."), year=self.year
            )
        if self.season is not None:
            if self.month is not None or self.day is not None:
                raise BadDate(N_("A date has a season or a month, not both."))
            if self.season not in SEASONS:
                raise BadDate(
                    N_("The season %(season)s is not possible. Seasons are 21 (spring) to 24 (winter)."),
                    season=self.season,
                )
        if self.day is not None and self.month is None:
            raise BadDate(N_("A date with a day needs its month."))
        if self.month is not None and not 1 <= self.month <= 12:
            raise BadDate(N_("The month %(month)s is not possible. Months are 1 to 12."), month=self.month)
        if self.day is not None and self.month is not None:
            last = calendar.monthrange(self.year, self.month)[1]
            if not 1 <= self.day <= last:
                raise BadDate(
                    N_("The day %(day)s is not possible: the month %(month)s has %(last)s days."),
                    day=self.day,
                    month=f"{self.year:04}-{self.month:02}",
                    last=last,
                )

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read the EDTF form: `2019`, `2019-04`, `2019-04-12`, `2024-21` (spring); `~` at the end: about."""
        match = _EDTF.fullmatch(text.strip())
        if match is None:
            raise BadDate(
                N_("%(text)s is no date. Write it as 2019, 2019-04 or 2019-04-12; add ~ for about."),
                text=text,
            )
        year, month = int(match["year"]), int(match["month"]) if match["month"] else None
        day, is_approximate = int(match["day"]) if match["day"] else None, match["approximate"] is not None
        if month in SEASONS and day is None:
            return cls(year=year, season=month, is_approximate=is_approximate)
        return cls(year=year, month=month, day=day, is_approximate=is_approximate)

    @classmethod
    def of(cls, day: date) -> "PartialDate":
        """Return a calendar day as a partial date of full precision."""
        return cls(day.year, day.month, day.day)

    @property
    def precision(self) -> str:
        """Return how much is known: `day`, `month`, `season` or `year`."""
        if self.season is not None:
            return "season"
        return "year" if self.month is None else "month" if self.day is None else "day"

    def earliest(self) -> date:
        """Return the first day it may mean. Of a season only the year is sure, as no hemisphere is said."""
        return date(self.year, self.month or 1, self.day or 1)

    def latest(self) -> date:
        """Return the last day that the date may mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        parts = [f"{self.year:04}"]
        parts += [f"{part:02}" for part in (self.season, self.month, self.day) if part is not None]
        return "-".join(parts) + ("~" if self.is_approximate else "")

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, PartialDate):
            return NotImplemented
        return self._order() < other._order()

    def _order(self) -> tuple[date, date, str]:
        return self.earliest(), self.latest(), str(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        """Travel as the EDTF text, in JSON and in the description of the API."""
        from pydantic_core import core_schema

        from_text = core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())
        return core_schema.json_or_python_schema(
            json_schema=from_text,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), from_text]),
            serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json"),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class StatedAge:
    """An age in completed years, and the day on which it was stated."""

    years: int
    stated_on: date

    def __post_init__(self) -> None:
        if not 0 <= self.years <= 130:
            raise BadDate(N_("The age %(age)s is not possible. Write full years, 0 to 130."), age=self.years)
        if self.stated_on.year - self.years < 2:
            raise BadDate(N_("The day on which the age was stated is too long ago."))

    def born_between(self) -> tuple[date, date]:
        """Return the first and the last day on which a person of this age can have been born."""
        first = date.fromordinal(_years_before(self.stated_on, self.years + 1).toordinal() + 1)
        return first, _years_before(self.stated_on, self.years)

    def age_on(self, day: date) -> tuple[int, int]:
        """Return the lowest and the highest age that the person can have had on `day`."""
        first, last = self.born_between()
        return age_in_years(last, day), age_in_years(first, day)


def age_in_years(born: date, on: date) -> int:
    """Return the completed years of a person born on `born`, on the day `on` (negative before the birth)."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _years_before(day: date, years: int) -> date:
    year = day.year - years
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))
