"""Gather the reads of the log."""

from amparo.audit.queries.log import (
    MOST_ROWS,
    EventLine,
    SealingState,
    WitnessState,
    counted_lately,
    installation_id,
    sealing_state,
    who_saw,
    who_saw_record,
    who_took,
    witness_state,
)
from amparo.audit.queries.sampling import sampled_readings, units_that_read
from amparo.audit.queries.telling import Page, ReaderLine, readers_of, seen_by, seen_case
from amparo.audit.queries.watching import AlertLine, AlertPage, CanaryRow, alerts_of, canaries, newest_head

__all__ = [
    "MOST_ROWS",
    "AlertLine",
    "AlertPage",
    "CanaryRow",
    "EventLine",
    "Page",
    "ReaderLine",
    "SealingState",
    "WitnessState",
    "alerts_of",
    "canaries",
    "counted_lately",
    "installation_id",
    "newest_head",
    "readers_of",
    "sampled_readings",
    "sealing_state",
    "seen_by",
    "seen_case",
    "units_that_read",
    "who_saw",
    "who_saw_record",
    "who_took",
    "witness_state",
]
