"""The shape of an audited act."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

ACTION = re.compile(r"[a-z]+\.[a-z_]+\.[a-z_]+")
# A case reference, a UUID, or a kind of record and its id. No name fits.
RECORD = re.compile(r"([A-Z]{2,5}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]|([a-z]+:)?([0-9]+|[0-9a-f-]{36}))?")
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


class NotALabel(ValueError):
    """An audit label carries more than ids and codes."""


def checked_labels(*, action: str, record: str, labels: Iterable[str]) -> None:
    """Refuse labels that could carry personal text."""
    if not ACTION.fullmatch(action):
        raise NotALabel(f"An audited action is named app.thing.verb, not {action!r}.")
    if not RECORD.fullmatch(record):
        raise NotALabel("An audited record is named by its reference or id, never by a text.")
    if not all(LABEL.fullmatch(label) for label in labels):
        raise NotALabel("A field, a purpose or an outcome in the log is one of our own words, never a text.")
