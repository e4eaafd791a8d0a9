"""Dates, numbers and lists as people of the current language write them."""

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.translation import get_language, gettext

from amparo.vocab.dates import AUTUMN, SPRING, SUMMER, WINTER, PartialDate, StatedAge

_REGIONS = {"en": "en_GB"}
_ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_LATIN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९০১২৩৪৫৬৭৮৯", "0123456789" * 4)


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(_REGIONS.get(language, language), sep="-" if "-" in language else "_")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


def current_locale() -> Locale:
    """Return the Babel locale of the language that the page is shown in."""
    return _locale(get_language() or "en")


def in_local_digits(text: str) -> str:
    """Write the digits of `text` as the current language does."""
    if current_locale().default_numbering_system == "arab":
        return text.translate(_ARABIC_INDIC)
    return text


def in_latin_digits(text: str) -> str:
    """Return `text` with Arabic-Indic, Persian, Devanagari and Bengali digits as 0 to 9."""
    return text.translate(_LATIN)


def say_day(day: date) -> str:
    """Return a day in words: 3 March 2026."""
    return in_local_digits(format_date(day, "long", locale=current_locale()))


def say_short_day(day: date) -> str:
    """Return a day in few letters, for tables: 3 Mar 2026."""
    return in_local_digits(format_date(day, "medium", locale=current_locale())).replace(" ", "\u00a0")


def say_moment(moment: datetime) -> str:
    """Return a day and a time of the local clock: 3 March 2026, 14:05."""
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    time = format_time(local.time(), "short", locale=current_locale())
    return gettext("%(day)s, %(time)s") % {"day": say_day(local.date()), "time": in_local_digits(time)}


def say_time(moment: datetime) -> str:
    """Return the time of the local clock: 14:05."""
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return in_local_digits(format_time(local.time(), "short", locale=current_locale()))


def say_partial_date(value: PartialDate) -> str:
    """Return a date as it is known: 12 April 2019, April 2019, spring 2024, about 2019."""
    if value.season is not None:
        season = {
            SPRING: gettext("spring %(year)s"),
            SUMMER: gettext("summer %(year)s"),
            AUTUMN: gettext("autumn %(year)s"),
            WINTER: gettext("winter %(year)s"),
        }[value.season]
        text = season % {"year": in_local_digits(str(value.year))}
    elif value.month is None:
        text = in_local_digits(str(value.year))
    elif value.day is None:
        month = date(value.year, value.month, 1)
        text = in_local_digits(format_skeleton("yMMMM", month, locale=current_locale()))
    else:
        text = say_day(date(value.year, value.month, value.day))
    return gettext("about %(date)s") % {"date": text} if value.is_approximate else text


def say_period(start: PartialDate | None, end: PartialDate | None, *, is_ongoing: bool = False) -> str:
    """Return a stretch of time: from April 2019 to June 2020; since 2019, still going on."""
    begin, finish = (say_partial_date(day) if day else gettext("an unknown day") for day in (start, end))
    if is_ongoing:
        return gettext("since %(start)s, still going on") % {"start": begin}
    return gettext("from %(start)s to %(end)s") % {"start": begin, "end": finish}


def say_stated_age(age: StatedAge) -> str:
    """Return an age with the day on which it was stated."""
    words = {"years": say_number(age.years), "day": say_day(age.stated_on)}
    return gettext("%(years)s, stated on %(day)s") % words


def say_number(number: int | float) -> str:
    """Return a number with the digits and the grouping of the language."""
    return format_decimal(number, locale=current_locale(), numbering_system="default")


def join_words(parts: Iterable[str]) -> str:
    """Put commas between words: each is that of the script before it, for a page may show texts of another language."""
    filled = [part for part in parts if part]
    return "".join(part + _comma_after(part) for part in filled[:-1]) + "".join(filled[-1:])


def _comma_after(text: str) -> str:
    letter = next((one for one in reversed(text) if one.isalpha()), "")
    if letter and unicodedata.bidirectional(letter) == "AL":
        return "، "
    if letter and unicodedata.name(letter, "").startswith(("CJK", "HIRAGANA", "KATAKANA")):
        return "、"
    return ", " if letter or current_locale().language != "ar" else "، "


def say_language_name(code: str) -> str:
    """Return the name of a language in that language, as its readers look for it."""
    locale = _locale(code)
    name = locale.get_display_name(locale) if locale.language != "en" else "English"
    return (name or code)[:1].upper() + (name or code)[1:]
