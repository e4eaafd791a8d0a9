"""The rows. Coded columns stand in the open for lists, facts and scope; all that is personal is sealed."""

from amparo.cases.models.case import Case, CaseEvent, SavedFilter
from amparo.cases.models.episode import Episode, Operation
from amparo.cases.models.papers import Document, Note
from amparo.cases.models.person import Person
from amparo.cases.models.unit import UnitMessage

__all__ = [
    "Case",
    "CaseEvent",
    "Document",
    "Episode",
    "Note",
    "Operation",
    "Person",
    "SavedFilter",
    "UnitMessage",
]
