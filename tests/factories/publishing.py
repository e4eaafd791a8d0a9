"""Make releases for tests: a table of ages that passed its audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amparo.publishing.actions import NewRelease
from amparo.publishing.rules import Item, ItemKind, Verdict
from amparo.stats.disclosure.register import Cell

SAFE = Verdict(method="suppression", is_safe=True, hidden=0, words="No hidden number can be worked out.")
POPULATION = "identified"


def make_item(counts: Mapping[tuple[str, ...], int], **more: Any) -> Item:
    """Describe a table of ages: for each set of ages its number."""
    cells = tuple(
        Cell.shown(POPULATION, {"age": frozenset(ages)} if ages else {}, value, snapshot="snapshot-1")
        for ages, value in counts.items()
    )
    words = {
        "title": "Persons by age",
        "definition": "Persons identified as victims",
        "unit": "persons",
        "source": "Snapshot of 1 March 2026",
        "method": "Counted, small numbers hidden",
        "protection": "Numbers below the threshold are hidden, and no other number gives them away",
    }
    return Item(
        kind=ItemKind.TABLE, content={"rows": [[list(a), n] for a, n in counts.items()]},
        cells=cells, **({"verdict": SAFE} | words | more),
    )  # fmt: skip


def make_new(*items: Item, **more: Any) -> NewRelease:
    """Describe a release of these tables."""
    words = {"title": "Ages", "purpose": "Annual report", "population": POPULATION}
    return NewRelease(**(words | more), items=items)
