"""Tell in what a row differs from the person it is joined to, so that joining loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amparo.cases.rules import PersonDetails
from amparo.intake.htcds import Value, field
from amparo.intake.rules.homes import FilledRow
from amparo.intake.rules.taking_out import fill_person
from amparo.vocab.text import N_

PERSON_PREFIX = "prs_"
OPENING = N_(
    "The workbook says this of the person (row %(row)s), which differs from what is recorded of her:"
)


def differing(values: Mapping[str, Value], known: PersonDetails) -> dict[str, Value]:
    """Return the fields on the person in which a row says something else than what is recorded, or more."""
    recorded = FilledRow()
    fill_person(recorded, known)
    return {
        name: value
        for name, value in values.items()
        if name.startswith(PERSON_PREFIX) and recorded.values.get(name) != value
    }


def told(row: int, values: Mapping[str, Value]) -> str:
    """Return the text of the note that keeps what differs, in the words of the standard."""
    lines = [f"{field(name).label}: {_text(value)}" for name, value in values.items()]
    return "\n".join([OPENING % {"row": row}, *lines])


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(str(one) for one in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value)
