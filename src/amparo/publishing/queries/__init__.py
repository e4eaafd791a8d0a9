"""Read: releases with their items and notes, and what the register says of them. Each asks for its permission."""

from amparo.publishing.queries.checking import check_release, registered_cells, spent_budgets
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
    get_release,
    list_releases,
)

__all__ = [
    "Absent",
    "Catalogue",
    "Note",
    "PublishedRelease",
    "ReleaseFile",
    "all_published",
    "check_release",
    "get_published",
    "get_release",
    "list_published",
    "list_releases",
    "published_file",
    "registered_cells",
    "spent_budgets",
]
