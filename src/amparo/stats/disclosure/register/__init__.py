"""The register of what was let out: a new release is checked together with every earlier one before it may follow them.

    answer = check_release(new, released, rules=ReleaseRules(threshold=10))
    for finding in answer.findings:
        print(finding.message)

Cells stand over a common code book: a population, a set of values in each dimension, and what the mark tells of the number.
The method, its reader and its limits stand in ``docs/methods/register.md``.
"""

from ._budgets import Spent, spent_on
from ._cells import PERIOD, Cell, Mark, NotACell
from ._check import check_release
from ._findings import Answer, Finding, FindingKind, ReleaseRules
from ._tables import book_of, cells_of_table, spends_of_table
from ._words import whom

__all__ = [
    "PERIOD",
    "Answer",
    "Cell",
    "Finding",
    "FindingKind",
    "Mark",
    "NotACell",
    "ReleaseRules",
    "Spent",
    "book_of",
    "cells_of_table",
    "check_release",
    "spends_of_table",
    "spent_on",
    "whom",
]
