"""Say in words whom a release speaks of and of which day, for which it keeps codes. Nothing is asked of the database."""

from __future__ import annotations

from datetime import date
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from amparo.ui.formats import say_day
from amparo.vocab.facts import FactTable

_IN = " in "


def say_population(code: str) -> str:
    """Name a population in the language of the page; rows of an opened file are one of their own. An unknown code stays as it is."""
    base, is_of_file, number = code.partition(_IN)
    named = _(_labels()[base]) if base in _labels() else base
    if not is_of_file:
        return named
    return _("%(population)s, as rows of the file %(number)s") % {"population": named, "number": number}


def say_snapshot(day: date | None, snapshot: str) -> str:
    """Say of which day the facts are; where a release did not keep the day, the id of the snapshot stands for it."""
    return snapshot if day is None else _("Facts of %(day)s") % {"day": say_day(day)}


@cache
def _labels() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in settings.AMPARO_FACTS:
        tables: tuple[FactTable, ...] = import_string(path)()
        found |= {table.name: table.label for table in tables}
    return found
