"""Name the parts that are locked apart from one another, and the keys that each person has in them."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from amparo.vocab.described import Privacy


class Compartment(StrEnum):
    """One part of the work with keys of its own: who may open one cannot for that reason open another."""

    HOTLINE = "hotline"
    PROTECTION = "protection"
    LOCATION = "location"
    HEALTH = "health"
    CHILD = "child"
    JUSTICE = "justice"
    INTEGRITY = "integrity"
    COOPERATION = "cooperation"
    EVIDENCE = "evidence"

    __hash__ = str.__hash__  # that of Enum is many times slower, and these are looked up for every value

    @property
    def number(self) -> int:
        """Give the number that stands for it where bytes are bound; it is never given to another."""
        return _NUMBERS[self]


_NUMBERS: Final = MappingProxyType({each: number for number, each in enumerate(Compartment, start=1)})


class KeyKind(StrEnum):
    """One of the three keys of a person in a compartment: lists need many of the first, nobody many of the last."""

    LABEL = "label"  # what she is called
    RECORD = "record"  # all else
    PLACE = "place"  # where she is

    __hash__ = str.__hash__


def key_kind(privacy: Privacy, *, is_label: bool = False) -> KeyKind:
    """Tell which of a person's keys seals a value of that privacy class."""
    if privacy is Privacy.PLACE:
        return KeyKind.PLACE
    return KeyKind.LABEL if is_label else KeyKind.RECORD


def locked_in(kind: KeyKind, *, home: Compartment) -> Compartment:
    """Tell whose key locks a person's key of that kind: where she is has a compartment of its own.

    What lies with the independent unit stays there whole.
    """
    if kind is KeyKind.PLACE and home is not Compartment.INTEGRITY:
        return Compartment.LOCATION
    return home
