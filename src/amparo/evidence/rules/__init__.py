"""What a snapshot goes through, what may be asked of it, and which counts are too small. No database, no clock, no request."""

from amparo.evidence.rules.asking import NotAsked, TableChoices
from amparo.evidence.rules.persons import EnoughPersons
from amparo.evidence.rules.ready import READY_TABLES, ReadyTable
from amparo.evidence.rules.snapshots import NEWEST_KEPT, UNUSED_KEPT, SnapshotState
from amparo.evidence.rules.studies import Sameness, StudyChoices, StudyState
from amparo.evidence.rules.variables import Variable, variables_of

__all__ = [
    "NEWEST_KEPT",
    "READY_TABLES",
    "UNUSED_KEPT",
    "EnoughPersons",
    "NotAsked",
    "ReadyTable",
    "Sameness",
    "SnapshotState",
    "StudyChoices",
    "StudyState",
    "TableChoices",
    "Variable",
    "variables_of",
]
