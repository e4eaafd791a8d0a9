"""Read: which snapshots there are, and what they hold."""

from amparo.evidence.queries.catalogue import fact_tables
from amparo.evidence.queries.holdings import Holding, TableHolding, holding_of
from amparo.evidence.queries.snapshots import (
    Absent,
    SnapshotFile,
    get_snapshot,
    latest_snapshot,
    list_snapshots,
)

__all__ = [
    "Absent",
    "Holding",
    "SnapshotFile",
    "TableHolding",
    "fact_tables",
    "get_snapshot",
    "holding_of",
    "latest_snapshot",
    "list_snapshots",
]
