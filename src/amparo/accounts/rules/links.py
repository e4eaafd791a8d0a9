"""Decide about the secrets that let people in: how they are made, how long they live, how they are written."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

INVITATION_LIFETIME: Final = timedelta(hours=72)
LONGEST_TOKEN_LIFETIME: Final = timedelta(days=90)
CLOCKS_MAY_DIFFER: Final = timedelta(
    minutes=5
)  # between hosts; what is further ahead was made by a clock that was wrong
WAIT_AFTER_RENEWAL: Final = timedelta(hours=24)  # in which the real owner can notice that it was not her
KEPT_AFTER_CLOSING: Final = timedelta(days=30)  # so that somebody can still ask what became of it
TOKEN_PREFIX: Final = "amparo_"  # noqa: S105 - no secret: by it scanners know one that leaked
SECOND_FACTOR: Final = "second factor"  # what the secrets of second factors are sealed as
SECRET_BYTES: Final = 32


def make_secret(draw: Callable[[int], str]) -> str:
    """Draw a secret for a link; `draw` is `secrets.token_urlsafe`, or a known sequence in a test."""
    return draw(SECRET_BYTES)


def make_token(draw: Callable[[int], str]) -> str:
    """Draw the key of a program, recognisable by its prefix."""
    return TOKEN_PREFIX + draw(SECRET_BYTES)


def hash_of(secret: str) -> str:
    """Give what is stored of a secret. It has 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def tidy_email(typed: str) -> str:
    """Give an address as it is stored and compared: no space around it, small letters."""
    return typed.strip().lower()


def tidy_name(typed: str) -> str:
    """Give a name with single spaces and none around it."""
    return " ".join(typed.split())


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """Somebody at the door, for the log: known by their account, not yet at work for an organisation."""

    user_id: int | None
    membership_id: int | None = None
    organisation_id: int | None = None
