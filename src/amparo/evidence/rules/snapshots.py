"""The life of a snapshot."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from amparo.vocab.text import N_

# A snapshot from which a table was downloaded is kept for good: what was published from it can be counted again. Of the
# others the newest are kept, and those of the last months, so that a link that somebody was sent still opens.
NEWEST_KEPT = 12
UNUSED_KEPT = timedelta(days=90)


class SnapshotState(StrEnum):
    """Where a snapshot stands. A ready one never changes; of a removed one only the description is left."""

    WAITING = "waiting"
    BUILDING = "building"
    READY = "ready"
    NO_SPACE = "no_space"
    FAILED = "failed"
    REMOVED = "removed"

    @property
    def label(self) -> str:
        """Return the word for the state."""
        return _LABELS[self]

    @property
    def is_unfinished(self) -> bool:
        """Tell whether work on it goes on."""
        return self in (SnapshotState.WAITING, SnapshotState.BUILDING)


_LABELS = {
    SnapshotState.WAITING: N_("Waiting"),
    SnapshotState.BUILDING: N_("Being built"),
    SnapshotState.READY: N_("Ready"),
    SnapshotState.NO_SPACE: N_("Not built: the disk is full"),
    SnapshotState.FAILED: N_("Not built: something went wrong"),
    SnapshotState.REMOVED: N_("Removed: no table was downloaded from it"),
}
