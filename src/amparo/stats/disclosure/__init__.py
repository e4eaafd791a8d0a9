"""Tables that may be published: count records, hide or round what could point at a person, and prove that it holds.

    request = TableRequest(rows=("citizenship",), columns=("gender",))
    table = protect(count_cells("records.csv", request), rules=[Threshold(5)])
    print("".join(to_text(table)))

The method, its attacker and its limits stand in ``docs/methods/tables.md``.
"""

from amparo.stats.records import CannotRead

from ._audit import Audit, NotCleared
from ._counting import count_cells
from ._json import to_json
from ._protect import Method, ProtectedTable, PublishedCell, Status, protect
from ._request import CannotCount, Condition, TableRequest
from ._rules import Cell, Rule, Threshold
from ._sheets import CannotWrite, to_csv, to_xlsx
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
    "Method",
    "NotCleared",
    "ProtectedTable",
    "PublishedCell",
    "Rule",
    "Status",
    "TableRequest",
    "Threshold",
    "count_cells",
    "protect",
    "to_csv",
    "to_json",
    "to_text",
    "to_xlsx",
]
