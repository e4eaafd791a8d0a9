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
from amparo.evidence.queries.studies import StudyFile, compare_studies, get_study, list_studies

__all__ = [
    "Absent",
    "Holding",
    "SnapshotFile",
    "StudyFile",
    "TableHolding",
    "compare_studies",
    "fact_tables",
    "get_snapshot",
    "get_study",
    "holding_of",
    "latest_snapshot",
    "list_snapshots",
    "list_studies",
]
