"""Tables that may be published: count records, hide or round what could point at a person, and prove that it holds.

    request = TableRequest(rows=("citizenship",), columns=("gender",))
    table = protect(count_cells("records.csv", request), rules=[Threshold(5)])
    print("".join(to_text(table)))

Tables of more dimensions, with groups, or several together:

    counted = count_tables("records.csv", [request], hierarchies=read_hierarchies(Path("ages.csv")))
    release = protect_tables(counted, rules=[Threshold(5), GroupDisclosure("means")])

Methods, attackers and limits stand in ``docs/methods/tables.md`` and ``docs/methods/table-releases.md``.
"""

import importlib
from typing import TYPE_CHECKING

from amparo.stats.records import CannotRead

from ._audit import Audit, NotCleared
from ._counting import count_cells
from ._engines import open_source
from ._hierarchy import Hierarchy, read_hierarchies
from ._json import to_json
from ._protect import Method, ProtectedTable, PublishedCell, Status, protect
from ._request import CannotCount, Condition, TableRequest
from ._rules import Cell, Rule, Threshold
from ._sheets import CannotWrite, neutral, to_csv, to_xlsx
from ._table import CountTable
from ._text import to_text

if TYPE_CHECKING:
    from ._amount_rules import Dominance, PRule
    from ._amounts import sum_tables
    from ._cell_key import PTable
    from ._clear import SystemAudit
    from ._coarser import Coarsening
    from ._counted import CountedTables, count_tables
    from ._percent import Percent
    from ._persons import check_persons
    from ._private import Privacy, PrivateCounts
    from ._protect_tables import protect_tables
    from ._release import Loss, ReleasedCell, ReleasedTables, ReleaseMethod, Why
    from ._release_forms import (
        release_to_csv,
        release_to_json,
        release_to_text,
        report_to_text,
    )
    from ._release_report import release_to_xlsx, report_of_release
    from ._system_rules import FewOrganisations, GroupDisclosure, Minors, SystemRule

# Names that need NumPy and HiGHS are loaded when they are asked for: who counts a table of two dimensions waits for neither.
_LATER = {
    "_amount_rules": ("Dominance", "PRule"),
    "_amounts": ("sum_tables",),
    "_cell_key": ("PTable",),
    "_clear": ("SystemAudit",),
    "_coarser": ("Coarsening",),
    "_counted": ("CountedTables", "count_tables"),
    "_percent": ("Percent",),
    "_persons": ("check_persons",),
    "_private": ("Privacy", "PrivateCounts"),
    "_protect_tables": ("protect_tables",),
    "_release": ("Loss", "ReleaseMethod", "ReleasedCell", "ReleasedTables", "Why"),
    "_release_forms": (
        "release_to_csv",
        "release_to_json",
        "release_to_text",
        "report_to_text",
    ),
    "_release_report": ("release_to_xlsx", "report_of_release"),
    "_system_rules": ("FewOrganisations", "GroupDisclosure", "Minors", "SystemRule"),
}


def __getattr__(name: str) -> object:
    for module, names in _LATER.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "Audit",
    "CannotCount",
    "CannotRead",
    "CannotWrite",
    "Cell",
    "Coarsening",
    "Condition",
    "CountTable",
    "CountedTables",
    "Dominance",
    "FewOrganisations",
    "GroupDisclosure",
    "Hierarchy",
    "Loss",
    "Method",
    "Minors",
    "NotCleared",
    "PRule",
    "PTable",
    "Percent",
    "Privacy",
    "PrivateCounts",
    "ProtectedTable",
    "PublishedCell",
    "ReleaseMethod",
    "ReleasedCell",
    "ReleasedTables",
    "Rule",
    "Status",
    "SystemAudit",
    "SystemRule",
    "TableRequest",
    "Threshold",
    "Why",
    "check_persons",
    "count_cells",
    "count_tables",
    "neutral",
    "open_source",
    "protect",
    "protect_tables",
    "read_hierarchies",
    "release_to_csv",
    "release_to_json",
    "release_to_text",
    "release_to_xlsx",
    "report_of_release",
    "report_to_text",
    "sum_tables",
    "to_csv",
    "to_json",
    "to_text",
    "to_xlsx",
]
