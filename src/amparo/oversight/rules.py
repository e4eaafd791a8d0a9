"""How many readings are drawn, for which week, and what can be said of an explanation."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from amparo.vocab.text import N_

DRAWN_A_WEEK: Final = 10
EXPLAIN_WITHIN: Final = timedelta(days=28)
PEOPLE_FOR_ONE_CANARY: Final = 2000


class Verdict(StrEnum):
    """What the supervisor says of an explanation."""

    OPEN = "open"
    UNDERSTOOD = "understood"
    NOT_UNDERSTOOD = "unclear"

    @property
    def label(self) -> str:
        """Give the words."""
        return _LABELS[self]


_LABELS = {
    Verdict.OPEN: N_("Not looked at yet"),
    Verdict.UNDERSTOOD: N_("Understood"),
    Verdict.NOT_UNDERSTOOD: N_("Not understood"),
}


def last_week(today: date) -> date:
    """Give the Monday of the week that ended last."""
    return today - timedelta(days=today.weekday() + 7)


def wanted_canaries(cases: int) -> int:
    """Tell how many invented persons an installation of that size needs: one in two thousand, and never none."""
    return max(1, round(cases / PEOPLE_FOR_ONE_CANARY))
