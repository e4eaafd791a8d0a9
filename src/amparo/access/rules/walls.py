"""Say why a record is kept closed: for all but named people, or for one who must never see it."""

from enum import StrEnum
from typing import Final

from amparo.vocab.text import N_

NEEDED_FOR_SEALED: Final = 2


class ClearanceLevel(StrEnum):
    """How closed one record is to those within whose reach it lies."""

    NORMAL = "normal"
    RESTRICTED = "restricted"
    SEALED = "sealed"

    @property
    def label(self) -> str:
        """Give the step in plain words."""
        return _CLEARANCES[self]


class ClearanceReason(StrEnum):
    """Why a case was closed to all but named people, or opened again."""

    THREATENED = "threatened"
    WELL_KNOWN = "well_known"
    COLLEAGUE = "colleague"
    COURT_ORDER = "court_order"
    NO_LONGER = "no_longer"

    @property
    def label(self) -> str:
        """Give the reason in plain words."""
        return _CLEARANCE_REASONS[self]


class WallReason(StrEnum):
    """Why somebody must never see a person's record."""

    MYSELF = "myself"
    RELATIVE = "relative"
    KNOWN = "known"
    ACCUSED = "accused"
    THREAT = "threat"
    STAFF_MATCH = "staff_match"

    @property
    def label(self) -> str:
        """Give the reason in plain words."""
        return _WALL_REASONS[self]

    @property
    def told(self) -> str:
        """Give the reason in the words of somebody who says it of others."""
        return _TOLD.get(self, self.label)


DECLARED: Final = (WallReason.MYSELF, WallReason.RELATIVE, WallReason.KNOWN)  # what somebody says of herself
CHOSEN: Final = tuple(  # what somebody says of others
    each for each in WallReason if each not in (WallReason.MYSELF, WallReason.STAFF_MATCH)
)

_CLEARANCES = {
    ClearanceLevel.NORMAL: N_("All within whose reach the case lies"),
    ClearanceLevel.RESTRICTED: N_("Only people who are named"),
    ClearanceLevel.SEALED: N_("Only people who are named, and always two at least"),
}
_CLEARANCE_REASONS = {
    ClearanceReason.THREATENED: N_("She is threatened"),
    ClearanceReason.WELL_KNOWN: N_("She is well known"),
    ClearanceReason.COLLEAGUE: N_("She is a colleague, or close to one"),
    ClearanceReason.COURT_ORDER: N_("A court ordered it"),
    ClearanceReason.NO_LONGER: N_("The reason no longer holds"),
}
_WALL_REASONS = {
    WallReason.MYSELF: N_("It is my own record"),
    WallReason.RELATIVE: N_("She is a relative"),
    WallReason.KNOWN: N_("I know her, or somebody close to her"),
    WallReason.ACCUSED: N_("Somebody there is accused in her case"),
    WallReason.THREAT: N_("She fears them"),
    WallReason.STAFF_MATCH: N_("What they are known by is recorded of her"),
}
_TOLD = {
    WallReason.MYSELF: N_("It is their own record"),
    WallReason.RELATIVE: N_("They are relatives of hers"),
    WallReason.KNOWN: N_("They know her, or somebody close to her"),
}
