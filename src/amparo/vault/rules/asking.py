"""Who asks for keys, and what he is told when he gets none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class KeysAway(Exception):
    """The keys are not at hand just now: what is sealed can be neither opened nor written. Nothing is lost by it."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or "The keys are not at hand. What is wrong says: amparo keys status")


class TooManyKeys(KeysAway):
    """The asker had as many persons' keys as the keeper gives in that time; `seconds` later he may ask again."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__("Too many persons were opened in a short time.")


class IndexMissing(KeysAway):
    """The compartments have no keys for the search yet; the message says how they get them."""

    def __init__(self) -> None:
        super().__init__(
            "This installation has no keys for its search yet. Make them with: amparo migrate (where the key of keys is in "
            "shares or with keyd: amparo keys rotate)"
        )


class Member(Protocol):
    """Somebody who works under a membership."""

    @property
    def user_id(self) -> int | None:
        """Give the user."""

    @property
    def membership_id(self) -> int | None:
        """Give the membership."""

    @property
    def organisation_id(self) -> int | None:
        """Give the organisation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """In whose name keys are asked for, and what for. Ids and codes only: the keeper writes them into its log."""

    user_id: int | None = None
    membership_id: int | None = None
    organisation_id: int | None = None
    purpose: str = ""
    action: str = ""
    session: str = ""

    @classmethod
    def named(cls, member: Member | None, *, action: str) -> Asker:
        """Give the asker that a member is; nobody is the system itself."""
        if member is None:
            return cls(action=action)
        return cls(
            user_id=member.user_id,
            membership_id=member.membership_id,
            organisation_id=member.organisation_id,
            action=action,
        )


SYSTEM = Asker()
