"""The life of a snapshot."""

from __future__ import annotations

from enum import StrEnum

from amparo.vocab.text import N_


class SnapshotState(StrEnum):
    """Where a snapshot stands. A ready one never changes."""

    WAITING = "waiting"
    BUILDING = "building"
    READY = "ready"
    NO_SPACE = "no_space"
    FAILED = "failed"

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
}
