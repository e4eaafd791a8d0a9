"""Read: releases with their items and notes, and what the register says of them. Each asks for its permission."""

from amparo.publishing.queries.checking import check_release, registered_cells, spent_budgets
from amparo.publishing.queries.history import Happened, history_of
from amparo.publishing.queries.let_out import LetOut, let_out_as
from amparo.publishing.queries.releases import (
    Absent,
    Note,
    ReleaseFile,
    ReleasePage,
    Shelf,
    count_waiting,
    drafts_about,
    find_by_number,
    get_release,
    labels_beside,
    list_releases,
    published_about,
)

__all__ = [
    "Absent",
    "Happened",
    "LetOut",
    "Note",
    "ReleaseFile",
    "ReleasePage",
    "Shelf",
    "check_release",
    "count_waiting",
    "drafts_about",
    "find_by_number",
    "get_release",
    "history_of",
    "labels_beside",
    "let_out_as",
    "list_releases",
    "published_about",
    "registered_cells",
    "spent_budgets",
]
