"""What is sealed, and on what ground it may be opened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import UUID

DOTS = "•••"


class NotCovered(Exception):
    """The reading was begun for other persons than the one this value belongs to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One logged act of reading: who reads, on what ground, about whom."""

    user_id: int | None
    membership_id: int | None
    purpose: str
    persons: frozenset[UUID]


class Sealed:
    """A personal value that nobody has opened. It prints as dots, and equals only itself."""

    __slots__ = ("content", "person")

    def __init__(self, content: bytes | None, *, person: UUID | None) -> None:
        self.content = content
        self.person = person

    def __repr__(self) -> str:
        return DOTS

    __str__ = __repr__

    def __format__(self, specification: str) -> str:
        return DOTS

    def __bool__(self) -> bool:
        return self.content is not None

    def __reduce__(self) -> NoReturn:
        raise TypeError("A sealed value is not pickled: pass the id of its row instead.")


def seal(value: Mapping[str, Any] | None, *, person: UUID | None) -> Sealed:
    """Seal plain data (what JSON can hold) for one person."""
    if value is None:
        return Sealed(None, person=person)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return Sealed(text.encode(), person=person)


def unseal(sealed: Sealed, *, reading: Reading) -> dict[str, Any]:
    """Open one sealed value; `NotCovered` when the reading is about somebody else."""
    if sealed.person not in reading.persons:
        raise NotCovered("This reading does not cover the person of the value.")
    content = sealed.content
    return {} if content is None else json.loads(content)
