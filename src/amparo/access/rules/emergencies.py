"""Say on what grounds a record is opened in an emergency, and how such an opening is judged."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from amparo.vocab.text import N_

SHORTEST_REASON: Final = 20
AGAIN_AFTER: Final = timedelta(hours=24)  # one human, the same person
MOST_IN_A_WEEK: Final = 3  # more than these in seven days is told


class EmergencyReason(StrEnum):
    """Why it cannot wait."""

    LIFE = "life"
    VIOLENCE = "violence"
    CHILD = "child"
    MISSING = "missing"
    HEALTH = "health"

    @property
    def label(self) -> str:
        """Give the reason in plain words."""
        return _REASONS[self]


class Verdict(StrEnum):
    """What the review found."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"
    UNCLEAR = "unclear"

    @property
    def label(self) -> str:
        """Give the verdict in plain words."""
        return _VERDICTS[self]


_REASONS = {
    EmergencyReason.LIFE: N_("Her life is in danger now"),
    EmergencyReason.VIOLENCE: N_("Somebody threatens or attacks her now"),
    EmergencyReason.CHILD: N_("A child is in danger now"),
    EmergencyReason.MISSING: N_("She is missing, or is being taken somewhere"),
    EmergencyReason.HEALTH: N_("She needs medical help now"),
}
_VERDICTS = {
    Verdict.JUSTIFIED: N_("Justified"),
    Verdict.NOT_JUSTIFIED: N_("Not justified"),
    Verdict.UNCLEAR: N_("Unclear"),
}


def tidy_reason(text: str) -> str:
    """Give a reason with single spaces, so that its length is one of words."""
    return " ".join(text.split())


def is_reason_enough(text: str) -> bool:
    """Tell whether somebody wrote enough for another to judge by."""
    plain = tidy_reason(text)
    return len(plain) >= SHORTEST_REASON and len(set(plain)) > SHORTEST_REASON // 4
