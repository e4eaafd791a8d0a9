"""What is wrong with a record, said so that a person can mend it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any

from amparo.vocab.codes import code_list
from amparo.vocab.dates import PartialDate, StatedAge
from amparo.vocab.described import described_fields
from amparo.vocab.null import NULL_REASONS
from amparo.vocab.text import N_

LONGEST_TEXT = 100_000
OLDEST = 130
MAY_BE_FUTURE = "planned_end"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # tabs and line ends are no harm


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One fault: where, what, and the words' placeholders."""

    attribute: str
    message: str
    about: dict[str, str]


def problems(record: Any, *, today: date) -> tuple[Problem, ...]:
    """List the faults of a record: unknown codes, impossible dates and ages, texts with control characters."""
    return tuple(_problems(record, today, prefix=""))


def _problems(record: Any, today: date, prefix: str) -> Iterator[Problem]:
    kind: type = type(record)
    for name, codes, default in _checked(kind):
        value, where = getattr(record, name), prefix + name
        if value is default or value == default:
            continue  # nothing was said here, so nothing is wrong
        if codes is not None:
            yield from code_problems(where, codes, value)
        elif isinstance(value, tuple):
            for position, part in enumerate(value, start=1):
                if _is_record(part):
                    yield from _problems(part, today, prefix=f"{where}.{position}.")
        elif _is_record(value):
            yield from _problems(value, today, prefix=f"{where}.")
        else:
            yield from _value_problems(where, value, today)


@cache
def _checked(record: type) -> tuple[tuple[str, str | None, Any], ...]:
    """List the attributes of a record class, each with its code list and its default."""
    defaults = {field.name: field.default for field in fields(record)}
    return tuple((name, described.codes, defaults[name]) for name, described, _ in described_fields(record))


def _is_record(value: Any) -> bool:
    kind: type = type(value)
    return _is_record_class(kind)


@cache
def _is_record_class(kind: type) -> bool:
    return is_dataclass(kind) and any("described" in field.metadata for field in fields(kind))


def code_problems(where: str, codes: str, value: str | tuple[str, ...]) -> Iterator[Problem]:
    """List what is wrong with a code or a set of codes."""
    chosen = value if isinstance(value, tuple) else (value,)
    listed = code_list(codes)
    for code in chosen:
        if not listed.accepts(code):
            yield Problem(
                attribute=where,
                message=N_("“%(code)s” is not in the list “%(list)s”. Choose a code of the list."),
                about={"code": str(code)[:60], "list": codes},
            )
    if len(chosen) > 1 and NULL_REASONS.intersection(chosen):
        yield Problem(
            attribute=where,
            message=N_("“Not known” and an answer exclude each other. Keep one of them."),
            about={},
        )


def _value_problems(where: str, value: Any, today: date) -> Iterator[Problem]:
    if isinstance(value, PartialDate) and value.earliest() > today and not where.endswith(MAY_BE_FUTURE):
        yield Problem(attribute=where, message=N_("This date lies in the future. Check the year."), about={})
    elif isinstance(value, PartialDate) and where.endswith("birth") and today.year - value.year > OLDEST:
        yield Problem(
            attribute=where, message=N_("This is more than 130 years ago. Check the year."), about={}
        )
    elif isinstance(value, StatedAge) and value.stated_on > today:
        yield Problem(
            attribute=where, message=N_("The day on which the age was stated lies in the future."), about={}
        )
    elif isinstance(value, int) and not 0 <= value <= OLDEST:
        yield Problem(
            attribute=where,
            message=N_("This number is not possible. Write a whole number from 0 to 130."),
            about={},
        )
    elif isinstance(value, str):
        if CONTROL.search(value):
            yield Problem(
                attribute=where,
                message=N_(
                    "This text holds a character that cannot be shown. Type it again instead of pasting."
                ),
                about={},
            )
        elif len(value) > LONGEST_TEXT:
            yield Problem(
                attribute=where, message=N_("This text is longer than 100,000 characters."), about={}
            )
