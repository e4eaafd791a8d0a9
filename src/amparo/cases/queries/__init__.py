"""Read. The viewer comes first, the getter is the access check, and what is hidden looks absent.

All of it returns plain frozen values: no page, form or serializer ever holds a row or a sealed value.
"""

from amparo.cases.queries.bulk import BareFile, chosen_ids, count_files, iterate_files
from amparo.cases.queries.emergencies import find_for_emergency, is_open_in_emergency
from amparo.cases.queries.erasable import is_erasable, person_to_erase
from amparo.cases.queries.files import CaseFile, EpisodeFile, PersonFile, find_reference, get_case
from amparo.cases.queries.filters import FilterFile, list_filters
from amparo.cases.queries.likely import LikelyPerson, likely_persons
from amparo.cases.queries.lists import CaseChoices, CasePage, CaseRow, Sort, list_cases
from amparo.cases.queries.outline import CaseOutline, get_outline
from amparo.cases.queries.papers import (
    DocumentFile,
    NoteFile,
    TimelineEntry,
    document_content,
    get_document,
    list_documents,
    list_notes,
    list_timeline,
)
from amparo.cases.queries.sameness import KnownPerson, find_alike, get_known_persons, person_ids
from amparo.cases.queries.search import (
    FoundPerson,
    FoundPersons,
    TooLittle,
    search_own_caseload,
    search_persons,
    searches_left_of,
)
from amparo.cases.queries.seen import Reader, SeenPage, leads, list_readers, list_seen
from amparo.cases.queries.unit import MessageFile, list_messages
from amparo.cases.queries.versions import case_at, episode_at, person_at
from amparo.cases.queries.visible import Absent, offered_purpose
from amparo.cases.queries.work import Load, OwnWork, loads, own_work
from amparo.vault.actions import SearchesUsedUp

__all__ = [
    "Absent",
    "BareFile",
    "CaseChoices",
    "CaseFile",
    "CaseOutline",
    "CasePage",
    "CaseRow",
    "DocumentFile",
    "EpisodeFile",
    "FilterFile",
    "FoundPerson",
    "FoundPersons",
    "KnownPerson",
    "LikelyPerson",
    "Load",
    "MessageFile",
    "NoteFile",
    "OwnWork",
    "PersonFile",
    "Reader",
    "SearchesUsedUp",
    "SeenPage",
    "Sort",
    "TimelineEntry",
    "TooLittle",
    "case_at",
    "chosen_ids",
    "count_files",
    "document_content",
    "episode_at",
    "find_alike",
    "find_for_emergency",
    "find_reference",
    "get_case",
    "get_document",
    "get_known_persons",
    "get_outline",
    "is_erasable",
    "is_open_in_emergency",
    "iterate_files",
    "leads",
    "likely_persons",
    "list_cases",
    "list_documents",
    "list_filters",
    "list_messages",
    "list_notes",
    "list_readers",
    "list_seen",
    "list_timeline",
    "loads",
    "offered_purpose",
    "own_work",
    "person_at",
    "person_ids",
    "person_to_erase",
    "search_own_caseload",
    "search_persons",
    "searches_left_of",
]
