"""The tables of facts that the apps of this installation offer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from amparo.vocab.facts import FactTable


def fact_tables() -> tuple[FactTable, ...]:
    """Return all tables of facts, in the order of the setting `AMPARO_FACTS`."""
    return tuple(table for path in settings.AMPARO_FACTS for table in _offered(path)())


@cache
def _offered(path: str) -> Callable[[], Iterable[FactTable]]:
    offered: Callable[[], Iterable[FactTable]] = import_string(path)
    return offered
