"""A published table as JSON-stat 2.0: a cube with its dimensions, values in row-major order, and a status for what is hidden."""

from __future__ import annotations

import json
from math import prod
from typing import Any, Final

from django.utils.translation import gettext as _

from amparo.publishing.export.about import TOTAL, TableOf, about, code, notes_of, status_words
from amparo.publishing.rules.tables import Axis, CellStatus, PublishedTable, TableCell

MOST_PLACES: Final = 10_000
METRIC: Final = "what"


def to_json_stat(one: TableOf, *, address: str) -> bytes:
    """Give the table as JSON-stat; a place that was not counted has null and no status."""
    table, release = one.table, one.release
    values, statuses = _numbers(table)
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


def _numbers(table: PublishedTable) -> tuple[Any, dict[str, str]]:
    """Give the numbers in row-major order, and the status of those that are not shown as they are.

    A cube with very many places gets its numbers by their places, which leaves out what was not counted.
    """
    sizes = [len(axis.places) for axis in table.axes]
    order = [{value: at for at, value in enumerate(axis.places)} for axis in table.axes]
    found: dict[int, TableCell] = {}
    for place, cell in table.in_order():
        number = 0
        for at, value in enumerate(place):
            number = number * sizes[at] + order[at][value]
        found[number] = cell
    statuses = {
        str(at): str(cell.status) for at, cell in found.items() if cell.status is not CellStatus.SHOWN
    }
    places = prod(sizes)
    if places > MOST_PLACES:
        return {str(at): cell.value for at, cell in found.items()}, statuses
    return [found[at].value if at in found else None for at in range(places)], statuses


def _dimension(one: TableOf, axis: Axis) -> dict[str, Any]:
    codes = [code(value) for value in axis.places]
    labels = [one.value(axis.code, value) for value in axis.places]
    return {
        "label": one.variable(axis.code),
        "category": {"index": codes, "label": dict(zip(codes, labels, strict=True))},
        **({"extension": {"elimination": True, "eliminationValueCode": TOTAL}} if axis.has_total else {}),
    }


def _unlike(name: str, taken: list[str]) -> str:
    return name if name not in taken else _unlike(f"{name}_", taken)
