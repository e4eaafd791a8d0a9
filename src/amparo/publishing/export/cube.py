"""A published table as JSON-stat 2.0: a cube with its dimensions, values in row-major order, and a status for what is hidden."""

from __future__ import annotations

import json
from typing import Any, Final

from django.utils.translation import gettext as _

from amparo.publishing.export.about import TOTAL, TableOf, about, notes_of, status_words
from amparo.publishing.rules.tables import Axis, CellStatus

MOST_PLACES: Final = 1_000_000
METRIC: Final = "what"


def to_json_stat(one: TableOf, *, address: str) -> bytes:
    """Give the table as JSON-stat; a place that was not counted has null and no status."""
    table, release = one.table, one.release
    values: list[int | None] = []
    statuses: dict[str, str] = {}
    for at, place in enumerate(table.places()):
        cell = table.cells.get(place)
        values.append(None if cell is None else cell.value)
        if cell is not None and cell.status is not CellStatus.SHOWN:
            statuses[str(at)] = str(cell.status)
    metric = _unlike(METRIC, [axis.code for axis in table.axes])
    dimensions = {axis.code: _dimension(one, axis) for axis in table.axes}
    # A dimension of one value says what is counted, and in which unit.
    dimensions[metric] = {
        "label": _("What is counted"),
        "category": {
            "label": {"count": one.item.definition},
            "unit": {"count": {"label": table.unit, "decimals": 0}},
        },
    }
    made: dict[str, Any] = {
        "version": "2.0",
        "class": "dataset",
        "href": address,
        "label": table.title,
        "source": one.item.source,
        "updated": release.published_at.isoformat(),
        "note": [*notes_of(one.item, table), one.item.protection],
        "id": list(dimensions),
        "size": [*(len(axis.places) for axis in table.axes), 1],
        "role": {"metric": [metric]},
        "dimension": dimensions,
        "value": values,
        "extension": {
            "status": {"label": status_words()},
            "about": [{"label": label, "text": text} for label, text in about(one, address=address)],
        },
    }
    if statuses:
        made["status"] = statuses
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def _dimension(one: TableOf, axis: Axis) -> dict[str, Any]:
    codes = [TOTAL if value is None else value for value in axis.places]
    labels = [one.value(axis.code, value) for value in axis.places]
    return {
        "label": one.variable(axis.code),
        "category": {"index": codes, "label": dict(zip(codes, labels, strict=True))},
        **({"extension": {"elimination": True, "eliminationValueCode": TOTAL}} if axis.has_total else {}),
    }


def _unlike(name: str, taken: list[str]) -> str:
    return name if name not in taken else _unlike(f"{name}_", taken)
