"""Say for the log what of a case is opened."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db import models

from amparo.cases.models import Case
from amparo.cases.rules.lifecycle import Stage
from amparo.vault.rules import KeyKind
from amparo.vault.storing import opened_fields

CLOSED: Final = "state:closed"  # how the case stood when it was read, for the rules of alerts


def opened_of(
    case: Case,
    *opened: type[models.Model],
    only: tuple[str, ...] = (),
    without: Collection[KeyKind] = (),
) -> tuple[str, ...]:
    """Name the sealed columns that a reading of one case opens, and whether the case is closed."""
    closed = () if Stage(case.stage).is_open else (CLOSED,)
    return (*opened_fields(*opened, only=only, without=frozenset(without)), *closed)
