"""Tables that may be published: count records, hide or round what could point at a person, and prove that it holds.

    request = TableRequest(rows=("citizenship",), columns=("gender",))
    table = protect(count_cells("records.csv", request), rules=[Threshold(5)])
    print("".join(to_text(table)))

The method, its attacker and its limits stand in ``docs/methods/tables.md``.
"""

from amparo.stats.records import CannotRead

from ._audit import Audit, NotCleared
from ._cell_key import PTable
from ._clear import SystemAudit
from ._counted import CountedTables, count_tables
from ._counting import count_cells
from ._hierarchy import Hierarchy, read_hierarchies
from ._json import to_json
from ._protect import Method, ProtectedTable, PublishedCell, Status, protect
from ._protect_tables import protect_tables
from ._release import Loss, ReleasedCell, ReleasedTables, ReleaseMethod, Why
from ._release_forms import (
    release_to_csv,
    release_to_json,
    release_to_text,
    release_to_xlsx,
    report_to_text,
)
from ._request import CannotCount, Condition, TableRequest
from ._rules import Cell, Rule, Threshold
from ._sheets import CannotWrite, to_csv, to_xlsx
from ._system_rules import FewOrganisations, GroupDisclosure, Minors, SystemRule
from ._table import CountTable
from ._text import to_text

__all__ = [
    "Audit",
    "CannotCount",
    "CannotRead",
    "CannotWrite",
    "Cell",
    "Condition",
    "CountTable",
    "CountedTables",
    "FewOrganisations",
    "GroupDisclosure",
    "Hierarchy",
    "Loss",
    "Method",
    "Minors",
    "NotCleared",
    "PTable",
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
    "count_cells",
    "count_tables",
    "protect",
    "protect_tables",
    "read_hierarchies",
    "release_to_csv",
    "release_to_json",
    "release_to_text",
    "release_to_xlsx",
    "report_to_text",
    "to_csv",
    "to_json",
    "to_text",
    "to_xlsx",
]
