"""The shape of an audited act."""

from __future__ import annotations

import re
from typing import Protocol

ACTION = re.compile(r"[a-z]+\.[a-z_]+\.[a-z_]+")
RECORD = re.compile(r"[A-Za-z0-9:_.-]{0,80}")


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


def checked_labels(*, action: str, record: str) -> None:
    """Refuse labels that could carry personal text."""
    if not ACTION.fullmatch(action):
        raise NotALabel(f"An audited action is named app.thing.verb, not {action!r}.")
    if not RECORD.fullmatch(record):
        raise NotALabel("An audited record is named by its reference or id, never by a text.")
