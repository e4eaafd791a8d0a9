"""The shape of an audited act."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

ACTION = re.compile(r"[a-z]+\.[a-z_]+\.[a-z_]+")
# A case reference, a UUID, or a kind of record and its id. No name fits.
RECORD = re.compile(r"([A-Z]{2,5}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]|([a-z]+:)?([0-9]+|[0-9a-f-]{36}))?")
SESSION = re.compile(r"([0-9a-f]{16}|token:[0-9]+)?")
# One of our own words, or one that a table was asked for: rows:sex, only:citizenship=XA.
LABEL = re.compile(r"([a-z_]+((:[A-Za-z0-9_]+){1,2}(=[A-Za-z0-9_.+-]*)?)?)?")


class Actor(Protocol):
    """Who acts: a viewer, or the system for a stated purpose (then the ids are None)."""

    @property
    def user_id(self) -> int | None:
        """Give the user's id."""

    @property
    def membership_id(self) -> int | None:
        """Give the id of the membership under which the user works."""

    @property
    def organisation_id(self) -> int | None:
        """Give the id of the organisation for which the user works."""


class Via(StrEnum):
    """The door by which an act came in."""

    PAGE = "page"
    API = "api"
    JOB = "job"
    COMMAND = "command"


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """How an act came about: by which door, and in which session (a keyed hash, which opens nothing)."""

    via: str = ""
    session: str = ""


def circumstances(actor: Actor) -> Circumstances:
    """Take the circumstances from an actor who carries them; the system's own actors carry none."""
    return Circumstances(via=str(getattr(actor, "via", "")), session=str(getattr(actor, "session", "")))


_FOUND = "found:"


def found_labels(references: Iterable[str]) -> tuple[str, ...]:
    """Name the cases that a search found as labels of its one event, so that the rules on reading see them."""
    return tuple(_FOUND + reference.replace("-", "_") for reference in references)


def found_in(labels: Iterable[str]) -> frozenset[str]:
    """Give the references of the cases that the labels of an event name as found."""
    return frozenset(
        label.removeprefix(_FOUND).replace("_", "-") for label in labels if label.startswith(_FOUND)
    )


class NotALabel(ValueError):
    """An audit label carries more than ids and codes."""


def checked_labels(*, action: str, record: str, labels: Iterable[str], session: str = "") -> None:
    """Refuse labels that could carry personal text."""
    if not ACTION.fullmatch(action):
        raise NotALabel(f"An audited action is named app.thing.verb, not {action!r}.")
    if not RECORD.fullmatch(record):
        raise NotALabel("An audited record is named by its reference or id, never by a text.")
    if not all(LABEL.fullmatch(label) for label in labels):
        raise NotALabel("A field, a purpose or an outcome in the log is one of our own words, never a text.")
    if not SESSION.fullmatch(session):
        raise NotALabel("A session in the log is a hash of its key, never the key.")
