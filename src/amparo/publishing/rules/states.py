"""The way of a release: from a draft to what everybody may read, and back out of sight."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from amparo.vocab.text import N_, ToldError


class NotTheTime(ToldError):
    """A release is not where this step begins: somebody else took it further, or back."""


class ReleaseState(StrEnum):
    """Where a release stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    IN_REVIEW = "in_review"
    CLEARED = "cleared"
    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"

    @property
    def label(self) -> str:
        """Give the words for the state."""
        return _STATES[self]


_STATES: Final[Mapping[ReleaseState, str]] = {
    ReleaseState.DRAFT: N_("Draft"),
    ReleaseState.PROPOSED: N_("Waits for a reviewer"),
    ReleaseState.IN_REVIEW: N_("Under review"),
    ReleaseState.CLEARED: N_("May be let out"),
    ReleaseState.PUBLISHED: N_("Let out"),
    ReleaseState.REFUSED: N_("Refused"),
    ReleaseState.WITHDRAWN: N_("Withdrawn"),
    ReleaseState.SUPERSEDED: N_("Replaced by a later version"),
}


class Audience(StrEnum):
    """For whom it is let out. What only partners get is let out all the same, and stands in the register."""

    PUBLIC = "public"
    PARTNER = "partner"
    MINISTRY = "ministry"
    RESEARCH = "research"

    @property
    def label(self) -> str:
        """Give the words for who gets it."""
        return _AUDIENCES[self]


_AUDIENCES: Final[Mapping[Audience, str]] = {
    Audience.PUBLIC: N_("Everybody"),
    Audience.PARTNER: N_("Partners"),
    Audience.MINISTRY: N_("The ministry"),
    Audience.RESEARCH: N_("Researchers whose proposal was approved"),
}


class Step(StrEnum):
    """What takes a release from one state to the next."""

    EDIT = "edit"
    PROPOSE = "propose"
    TAKE_UP = "take_up"
    CLEAR = "clear"
    PUBLISH = "publish"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"


# The numbers of these were let out, and nobody forgets them again: a withdrawn release is still checked against.
REGISTERED: Final = frozenset({ReleaseState.PUBLISHED, ReleaseState.WITHDRAWN, ReleaseState.SUPERSEDED})

# What all releases with noise together may take of the privacy of the people of one population, as rho: epsilon is below 10 at
# delta 1 in 100 million.
MOST_RHO: Final = 1.0

_WAY: Final[Mapping[Step, tuple[frozenset[ReleaseState], ReleaseState]]] = MappingProxyType(
    {
        Step.EDIT: (frozenset({ReleaseState.DRAFT}), ReleaseState.DRAFT),
        Step.PROPOSE: (frozenset({ReleaseState.DRAFT}), ReleaseState.PROPOSED),
        Step.TAKE_UP: (frozenset({ReleaseState.PROPOSED}), ReleaseState.IN_REVIEW),
        Step.CLEAR: (frozenset({ReleaseState.IN_REVIEW}), ReleaseState.CLEARED),
        Step.PUBLISH: (frozenset({ReleaseState.CLEARED}), ReleaseState.PUBLISHED),
        Step.REFUSE: (
            frozenset({ReleaseState.PROPOSED, ReleaseState.IN_REVIEW, ReleaseState.CLEARED}),
            ReleaseState.REFUSED,
        ),
        Step.WITHDRAW: (
            frozenset(
                {
                    ReleaseState.DRAFT,
                    ReleaseState.PROPOSED,
                    ReleaseState.IN_REVIEW,
                    ReleaseState.CLEARED,
                    ReleaseState.PUBLISHED,
                }
            ),
            ReleaseState.WITHDRAWN,
        ),
        Step.SUPERSEDE: (frozenset({ReleaseState.PUBLISHED}), ReleaseState.SUPERSEDED),
    }
)


def after(state: ReleaseState, step: Step) -> ReleaseState:
    """Give the state to which a step leads; raises `NotTheTime`."""
    begins, ends = _WAY[step]
    if state not in begins:
        raise NotTheTime(_TAKEN_BACK if state is ReleaseState.WITHDRAWN else _TAKEN_FURTHER)
    return ends


def can(state: ReleaseState, step: Step) -> bool:
    """Tell whether a step begins in a state."""
    return state in _WAY[step][0]


_TAKEN_BACK: Final = N_(
    "This release was withdrawn meanwhile by the office that prepared it, so nothing more can be done with it. "
    "The reason stands on its page."
)
_TAKEN_FURTHER: Final = N_(
    "This cannot be done with the release as it stands by now: somebody else took it further, or back. Look at it again."
)


def number_of(year: int, place: int) -> str:
    """Give the number by which a release is cited: R-2026-0007."""
    return f"R-{year}-{place:04}"
