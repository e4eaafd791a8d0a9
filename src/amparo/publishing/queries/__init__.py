"""Read: releases with their items and notes, and what the register says of them. Each asks for its permission."""

from amparo.publishing.queries.checking import check_release, registered_cells, spent_budgets
from amparo.publishing.queries.history import Happened, history_of
from amparo.publishing.queries.let_out import LetOut, let_out_as
from amparo.publishing.queries.published import (
    Catalogue,
    PublishedRelease,
    all_published,
    get_published,
    list_published,
    published_file,
)
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
    "Catalogue",
    "Happened",
    "LetOut",
    "Note",
    "PublishedRelease",
    "ReleaseFile",
    "ReleasePage",
    "Shelf",
    "all_published",
    "check_release",
    "count_waiting",
    "drafts_about",
    "find_by_number",
    "get_published",
    "get_release",
    "history_of",
    "labels_beside",
    "let_out_as",
    "list_published",
    "list_releases",
    "published_about",
    "published_file",
    "registered_cells",
    "spent_budgets",
]
