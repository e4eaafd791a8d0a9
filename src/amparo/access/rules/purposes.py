"""Say for what somebody opens a case: nine answers, chosen once a case and session, and kept with each reading."""

from enum import StrEnum
from typing import Final

from amparo.vocab.text import N_

MOST_CHOSEN: Final = 300  # how many choices a session keeps; the oldest are asked again


class Purpose(StrEnum):
    """For what a case is opened; the label is what its reader chooses and what stands in the log."""

    CASE_WORK = "case_work"
    SUPERVISION = "supervision"
    REFERRAL = "referral"
    IDENTIFICATION = "identification"
    DANGER = "danger"
    LEGAL = "legal"
    OWN_DATA = "own_data"
    QUALITY = "quality"
    OVERSIGHT = "oversight"

    @property
    def label(self) -> str:
        """Give the purpose in plain words."""
        return _LABELS[self]


_LABELS = {
    Purpose.CASE_WORK: N_("I work with her"),
    Purpose.SUPERVISION: N_("I answer for the work of others"),
    Purpose.REFERRAL: N_("She was referred to us"),
    Purpose.IDENTIFICATION: N_("A decision on identification is asked for"),
    Purpose.DANGER: N_("She or somebody else is in danger now"),
    Purpose.LEGAL: N_("A court or another proceeding needs it"),
    Purpose.OWN_DATA: N_("She asks what is recorded about her"),
    Purpose.QUALITY: N_("I mend a mistake in the record"),
    Purpose.OVERSIGHT: N_("I look into how the case was handled"),
}
