"""Reads dates as people and programs write them into text cells."""

import re

from amparo.vocab.dates import PartialDate
from amparo.vocab.text import N_, ToldError

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sep", "sept"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
_WITH_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")
_THREE_NUMBERS = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")
_NAMED = re.compile(r"(\d{1,2})[ \-.]+([A-Za-z]+)\.?,?[ \-]+(\d{4})")
_NAMED_MONTH_FIRST = re.compile(r"([A-Za-z]+)\.? +(\d{1,2}),? +(\d{4})")
_EDTF = re.compile(r"\d{4}(-\d{2}){0,2}~?")
_NAMED_MONTH = re.compile(r"([A-Za-z]+)\.?,? +(\d{4})")


class UnclearDate(ToldError):
    """A text may be two dates, or none; the message says how to write it."""

    def __init__(self, code: str, template: str, **values: object) -> None:
        super().__init__(template, **values)
        self.code = code


def read_date(text: str) -> PartialDate:
    """Read a date: 2001, 2001-04, 2001-04-12, 12.4.2001, 12 April 2001, 25/04/2001.

    Raises `dates.BadDate` for a day that is not in the calendar, and `UnclearDate` for a text that is no date
    or, as 04/05/2001, two of them.
    """
    bare = text.strip()
    written = _read_numbers(bare) or _read_names(bare)
    if written is not None:
        return written
    if re.fullmatch(r"\d{5}", bare):
        raise UnclearDate(
            "date_as_number",
            N_(
                "%(text)s is a spreadsheet's number of a day. Format the cell as a date, or write 2001-04-12."
            ),
            text=bare,
        )
    if not _EDTF.fullmatch(bare):
        raise _no_date(bare)
    return PartialDate.parse(bare)


def _read_numbers(text: str) -> PartialDate | None:
    if match := _WITH_TIME.fullmatch(text):
        return PartialDate.parse(match[1])
    if match := _THREE_NUMBERS.fullmatch(text):
        return _of_three(text, int(match[1]), match[2], int(match[3]), int(match[4]))
    if match := _YEAR_FIRST.fullmatch(text):
        return PartialDate(int(match[1]), int(match[2]), int(match[3]))
    return None


def _read_names(text: str) -> PartialDate | None:
    if match := _NAMED.fullmatch(text):
        return PartialDate(int(match[3]), _month(text, match[2]), int(match[1]))
    if match := _NAMED_MONTH_FIRST.fullmatch(text):
        return PartialDate(int(match[3]), _month(text, match[1]), int(match[2]))
    if match := _NAMED_MONTH.fullmatch(text):
        return PartialDate(int(match[2]), _month(text, match[1]))
    return None


def _of_three(text: str, first: int, mark: str, second: int, year: int) -> PartialDate:
    """Return day, month and year written in numbers. With points the day is first; else it must be clear."""
    if mark == "." or first == second or first > 12:
        return PartialDate(year, second, first)
    if second > 12:
        return PartialDate(year, first, second)
    raise UnclearDate(
        "date_ambiguous",
        N_("“%(text)s” may be %(first)s or %(second)s. Write one of these."),
        text=text,
        first=f"{year}-{second:02}-{first:02}",
        second=f"{year}-{first:02}-{second:02}",
    )


def _month(text: str, name: str) -> int:
    month = _MONTHS.get(name.casefold())
    if month is None:
        raise _no_date(text)
    return month


def _no_date(text: str) -> UnclearDate:
    return UnclearDate(
        "not_a_date",
        N_("“%(text)s” is not a date. Write it as 2001-04-12, or 2001-04, or 2001 if no more is known."),
        text=text[:60],
    )
