"""The few kinds of column that a described record needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from amparo.vocab.described import Privacy

CODE_LENGTH = 60


def code(default: str = "not_asked") -> models.CharField[Any, Any]:
    """One code of a list, or the reason why there is none."""
    return models.CharField(max_length=CODE_LENGTH, default=default)


def codes() -> ArrayField[Any, Any]:
    """Several codes of a list, or the one reason why there are none; empty means not asked."""
    return ArrayField(models.CharField(max_length=CODE_LENGTH), default=list, blank=True)


def parts() -> models.JSONField[Any, Any]:
    """Coded parts of a record, such as the legs of a route."""
    return models.JSONField(default=list, blank=True)


def classes(*, technical: Iterable[str] = (), coded: Iterable[str] = ()) -> Mapping[str, Privacy]:
    """Give each column that is not sealed its privacy class."""
    return dict.fromkeys(technical, Privacy.TECHNICAL) | dict.fromkeys(coded, Privacy.CODED)
