"""Read: releases with their items and notes, and what the register says of them. Each asks for its permission."""

from amparo.publishing.queries.checking import check_release, registered_cells, spent_budgets
from amparo.publishing.queries.releases import (
    Absent,
    Note,
    ReleaseFile,
    get_release,
    list_releases,
)

__all__ = [
    "Absent",
    "Note",
    "ReleaseFile",
    "check_release",
    "get_release",
    "list_releases",
    "registered_cells",
    "spent_budgets",
]
