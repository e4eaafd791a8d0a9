"""Fields of dates: a whole day, a date known in part, an age and the day it was stated."""

from calendar import monthrange
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext

from amparo.ui.formats import current_locale, in_latin_digits
from amparo.ui.forms.base import told
from amparo.vocab.dates import SEASONS, PartialDate, StatedAge
from amparo.vocab.text import ToldError


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedDate:
    """The parts of a date as they were typed, which the page shows again."""

    years: str = ""
    day: str = ""
    month: str = ""
    year: str = ""
    season: str = ""
    about: str = ""

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing was typed."""
        return not any(getattr(self, field.name) for field in fields(self))


class DateParts(forms.Widget):
    """Three inputs for a day; for a partial date also a season and "about"; for an age its years."""

    template_name = "ui/widgets/date.html"
    use_fieldset = True

    def __init__(self, *, is_partial: bool = False, has_age: bool = False) -> None:
        super().__init__()
        self.is_partial, self.has_age = is_partial, has_age

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the names of the inputs."""
        extra = ("season", "about") if self.is_partial else ()
        return (("years",) if self.has_age else ()) + ("day", "month", "year", *extra)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> TypedDate:
        """Return what was typed, with the digits as 0 to 9 and the ends trimmed."""
        typed = {
            part: in_latin_digits(str(data.get(f"{name}-{part}", ""))).strip()[:40] for part in self.parts
        }
        return TypedDate(**typed)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Tell whether the page had no such inputs."""
        return not any(f"{name}-{part}" in data for part in self.parts)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Lay the parts out."""
        context = super().get_context(name, None, attrs)
        typed = value if isinstance(value, TypedDate) else typed_from(value)
        context["widget"] |= {
            "typed": typed,
            "is_wrong": "aria-invalid" in context["widget"]["attrs"],
            "is_partial": self.is_partial,
            "has_age": self.has_age,
            "seasons": [
                {"value": str(code), "label": label, "is_chosen": typed.season == str(code)}
                for code, label in season_choices()
            ],
        }
        return context

    def first_control_id(self, auto_id: str, part: str) -> str:
        """Return the id of the part that is wrong, or of the first."""
        return f"{auto_id}_{part if part in self.parts else self.parts[0]}"


def season_choices() -> list[tuple[int, str]]:
    """Return the seasons with their names."""
    names = (gettext("Spring"), gettext("Summer"), gettext("Autumn"), gettext("Winter"))
    return list(zip(SEASONS, names, strict=True))


def typed_from(value: Any) -> TypedDate:
    """Return the inputs that stand for a value."""
    if isinstance(value, StatedAge):
        on = value.stated_on
        return TypedDate(years=str(value.years), day=str(on.day), month=str(on.month), year=str(on.year))
    if isinstance(value, PartialDate):
        return TypedDate(
            day=str(value.day or ""),
            month=str(value.month or ""),
            year=str(value.year),
            season=str(value.season or ""),
            about="yes" if value.is_approximate else "",
        )
    if isinstance(value, date):
        return TypedDate(day=str(value.day), month=str(value.month), year=str(value.year))
    return TypedDate()


class _DateParts(forms.Field):
    """What the three fields share: reading numbers and months, and keeping what was typed."""

    def prepare_value(self, value: Any) -> TypedDate:
        """Return the inputs that stand for a value or for what was typed."""
        return value if isinstance(value, TypedDate) else typed_from(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether other parts were typed than stood there."""
        return self.prepare_value(initial) != self.prepare_value(data)

    def clean(self, value: Any) -> Any:
        """Read the value; nothing typed is None."""
        typed = value if isinstance(value, TypedDate) else typed_from(value)
        if typed.is_blank:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        try:
            return self.read(typed)
        except ToldError as error:
            raise ValidationError(told(error), code="day") from error

    def read(self, typed: TypedDate) -> Any:
        """Make the value of what was typed."""
        raise NotImplementedError


class DateField(_DateParts):
    """A whole day, typed as day, month and year."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=DateParts(), **kwargs)

    def read(self, typed: TypedDate) -> date:
        """Return the day; an error names the part that is missing or not possible."""
        return read_day(typed)


class PartialDateField(_DateParts):
    """A date as it is known: to the day, the month, the season or the year, perhaps about."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=DateParts(is_partial=True), **kwargs)

    def read(self, typed: TypedDate) -> PartialDate:
        """Return the date as far as it is known."""
        if not typed.year:
            raise ValidationError(gettext("The year is missing. Write it, even if only about."), code="year")
        if typed.season and (typed.month or typed.day):
            raise ValidationError(gettext("There is a month and a season. Keep one of them."), code="season")
        if typed.day and not typed.month:
            raise ValidationError(gettext("The month is missing. Write it, or clear the day."), code="month")
        year, about = read_year(typed.year), bool(typed.about)
        if typed.season:
            return PartialDate(year=year, season=_read_season(typed.season), is_approximate=about)
        month = read_month(typed.month) if typed.month else None
        day = read_number_of_day(typed.day, month=month or 1, year=year) if typed.day else None
        return PartialDate(year=year, month=month, day=day, is_approximate=about)


class StatedAgeField(_DateParts):
    """An age in full years and the day on which it was stated; that day may be left empty and is then today."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=DateParts(has_age=True), **kwargs)

    def read(self, typed: TypedDate) -> StatedAge:
        """Return the age with its day."""
        if not typed.years:
            raise ValidationError(
                gettext("The age is missing. Write it in full years, or clear the day."), code="years"
            )
        if not typed.years.isdecimal() or int(typed.years) > 130:
            raise ValidationError(
                gettext("This age is not possible. Write full years, from 0 to 130."), code="years"
            )
        day_typed = typed.day or typed.month or typed.year
        stated_on = read_day(typed) if day_typed else timezone.localdate()
        return StatedAge(years=int(typed.years), stated_on=stated_on)


def read_day(typed: TypedDate) -> date:
    """Return a whole day; an error names the part that is missing or not possible."""
    if not typed.day:
        raise ValidationError(gettext("The day is missing. Write a number from 1 to 31."), code="day")
    if not typed.month:
        raise ValidationError(gettext("The month is missing. Write a number from 1 to 12."), code="month")
    if not typed.year:
        raise ValidationError(gettext("The year is missing. Write it with four digits."), code="year")
    year, month = read_year(typed.year), read_month(typed.month)
    return date(year, month, read_number_of_day(typed.day, month=month, year=year))


def read_year(text: str) -> int:
    """Return a year of four digits."""
    if not (text.isdecimal() and len(text) == 4 and int(text) >= 1):
        raise ValidationError(
            gettext("This year is not possible. Write it with four digits, such as 2019."), code="year"
        )
    return int(text)


def read_month(text: str) -> int:
    """Return a month from its number, or from its name in the language of the page or in English."""
    if text.isdecimal() and 1 <= int(text) <= 12:
        return int(text)
    named = _months().get(text.casefold())
    if named is None:
        raise ValidationError(
            gettext("This month is not possible. Write a number from 1 to 12."), code="month"
        )
    return named


def read_number_of_day(text: str, *, month: int, year: int) -> int:
    """Return a day that the month has."""
    last = monthrange(year, month)[1]
    if not (text.isdecimal() and 1 <= int(text) <= last):
        message = gettext("This day is not possible. The month has %(last)s days.") % {"last": last}
        raise ValidationError(message, code="day")
    return int(text)


def _read_season(text: str) -> int:
    if text not in {str(season) for season in SEASONS}:
        raise ValidationError(
            gettext("This season is not in the list. Choose one of the list."), code="season"
        )
    return int(text)


def _months() -> dict[str, int]:
    named = {}
    for locale in (current_locale(), _english()):
        for width in ("wide", "abbreviated"):
            for form in ("format", "stand-alone"):
                names = locale.months[form].get(width, {})
                named.update({str(name).rstrip(".").casefold(): number for number, name in names.items()})
    return named


def _english() -> Any:
    from babel import Locale

    return Locale("en")
