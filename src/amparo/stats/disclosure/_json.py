"""A protected table as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from ._protect import ProtectedTable

__all__ = ["to_json"]


def to_json(table: ProtectedTable) -> Iterator[str]:
    """Give the table as JSON, a line for each cell, so that a large one need not be held twice.

    A total has null for its row, its column or both; a hidden cell has null for its value. ``where`` is for people to read,
    ``conditions`` for programs: a value may hold a comma.
    """
    about = {
        "counting_unit": table.request.counting_unit,
        "rows": list(table.request.rows),
        "columns": list(table.request.columns),
        "threshold": table.threshold,
        "method": table.method.value,
        "where": [str(condition) for condition in table.request.where],
        "conditions": [asdict(condition) for condition in table.request.where],
        "source": table.source,
        "audit": {"cleared": True, "attacker": str(table.attacker), "cells": table.audit.hidden},
        "warnings": [{"code": caution.code, "message": str(caution.message)} for caution in table.cautions],
    }
    yield json.dumps(about, ensure_ascii=False, indent=1)[:-2] + ',\n "cells": ['
    separator = "\n  "
    for cell in table.cells():
        described = {"row": cell.row, "column": cell.column, "value": cell.value, "status": cell.status.value}
        yield separator + json.dumps(described, ensure_ascii=False)
        separator = ",\n  "
    yield "\n ]\n}\n"
