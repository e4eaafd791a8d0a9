"""The life of a batch: one enum and one transition table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from amparo.vocab.text import N_

# What stopped a job, or has it asked for again; the words are in `panels`.
PROPOSALS_CHANGED, RIGHTS_ENDED, STOPPED = "proposals_changed", "rights_ended", "stopped"


class BatchState(StrEnum):
    """Where a workbook stands that somebody sent in."""

    CHECKING = "checking"
    REFUSED = "refused"
    FAULTY = "faulty"
    READY = "ready"
    WRITING = "writing"
    DONE = "done"
    UNDONE = "undone"
    THROWN_AWAY = "thrown_away"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """Return the English words; translate them when they are shown."""
        return LABELS[self]

    @property
    def is_working(self) -> bool:
        """Tell whether a job is at it."""
        return self in (BatchState.CHECKING, BatchState.WRITING)

    def may_become(self, target: BatchState) -> bool:
        """Tell whether the table has a step from here to there."""
        return target in TRANSITIONS[self]


LABELS = {
    BatchState.CHECKING: N_("Being checked"),
    BatchState.REFUSED: N_("Could not be read"),
    BatchState.FAULTY: N_("Rows to mend"),
    BatchState.READY: N_("Waiting for your decision"),
    BatchState.WRITING: N_("Being brought in"),
    BatchState.DONE: N_("Brought in"),
    BatchState.UNDONE: N_("Undone"),
    BatchState.THROWN_AWAY: N_("Thrown away"),
    BatchState.FAILED: N_("Stopped"),
}

TRANSITIONS: Mapping[BatchState, frozenset[BatchState]] = {
    BatchState.CHECKING: frozenset(
        {BatchState.REFUSED, BatchState.FAULTY, BatchState.READY, BatchState.FAILED, BatchState.THROWN_AWAY}
    ),
    BatchState.REFUSED: frozenset({BatchState.THROWN_AWAY}),
    BatchState.FAULTY: frozenset({BatchState.THROWN_AWAY}),
    BatchState.READY: frozenset({BatchState.WRITING, BatchState.THROWN_AWAY}),
    # Back to ready: since the check another import changed who is likely the same.
    BatchState.WRITING: frozenset({BatchState.DONE, BatchState.READY, BatchState.FAILED}),
    BatchState.DONE: frozenset({BatchState.UNDONE}),
    BatchState.UNDONE: frozenset(),
    BatchState.THROWN_AWAY: frozenset(),
    BatchState.FAILED: frozenset({BatchState.WRITING, BatchState.THROWN_AWAY}),
}
