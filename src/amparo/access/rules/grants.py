"""Say why one record may be opened to somebody outside its scope, for how long, and how many at once."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from amparo.vocab.text import N_

LONGEST_GRANT: Final = timedelta(days=90)
MOST_GRANTS: Final = 1_000  # a viewer carries the ids of the granted records; more would make each query slow


class GrantReason(StrEnum):
    """Why a record was opened to somebody; the label is what the reader of the record's log sees."""

    REFERRAL = "referral"
    IDENTIFICATION = "identification"
    JOINT_WORK = "joint_work"
    COVER = "cover"
    COURT_ORDER = "court_order"

    @property
    def label(self) -> str:
        """Give the reason in plain words."""
        return _LABELS[self]


_LABELS = {
    GrantReason.REFERRAL: N_("The person was referred"),
    GrantReason.IDENTIFICATION: N_("A decision on identification is asked for"),
    GrantReason.JOINT_WORK: N_("Two organisations work on the case together"),
    GrantReason.COVER: N_("Somebody stands in for the worker"),
    GrantReason.COURT_ORDER: N_("A court ordered it"),
}
