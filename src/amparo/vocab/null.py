"""Reasons why an answer is missing. A reason is a value of its own: `unknown` never becomes `no`."""

from collections.abc import Iterable
from enum import StrEnum

from amparo.vocab.text import N_


class NullReason(StrEnum):
    """Why a question has no answer."""

    UNKNOWN = "unknown"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"
    NOT_APPLICABLE = "not_applicable"

    @property
    def label(self) -> str:
        """Return the words for this reason, in English; translate them when they are shown."""
        return _LABELS[self]


_LABELS = {
    NullReason.UNKNOWN: N_("Not known"),
    NullReason.REFUSED: N_("Did not want to say"),
    NullReason.NOT_ASKED: N_("Not asked"),
    NullReason.NOT_APPLICABLE: N_("Does not apply"),
}

NULL_REASONS: frozenset[str] = frozenset(reason.value for reason in NullReason)


def is_null_reason(value: str) -> bool:
    """Tell whether a coded value says why there is no answer, rather than being one."""
    return value in NULL_REASONS


def is_answered(value: str | Iterable[str] | None) -> bool:
    """Tell whether a coded value, or a set of them, holds an answer."""
    if value is None or value == "":
        return False
    values = (value,) if isinstance(value, str) else tuple(value)
    return bool(values) and not any(is_null_reason(one) for one in values)
