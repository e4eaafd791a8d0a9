"""What the register says of a release beside all that was let out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from django.conf import settings

from amparo.publishing.models import BudgetEntry, ReleasedCell
from amparo.publishing.rules import MOST_RHO, Item
from amparo.publishing.rules.items import cell_from_json
from amparo.stats.disclosure.register import Answer, Cell, ReleaseRules, Spent
from amparo.stats.disclosure.register import check_release as check
from amparo.vocab.state import load_state


def check_release(items: Iterable[Item]) -> Answer:
    """Check items, as one release, against all that was ever let out about the same populations."""
    together = list(items)
    new = [
        replace(cell, table=f"{at}:{cell.table}") for at, item in enumerate(together) for cell in item.cells
    ]
    spends = [one for item in together for one in item.spends]
    populations = {cell.population for cell in new} | {one.population for one in spends}
    earlier = registered_cells(populations)
    rules = ReleaseRules(
        threshold=load_state(settings.AMPARO_STATE).table_threshold, book=_book(together, earlier)
    )
    spent = spent_budgets(populations)
    return check(new, earlier, rules=rules, spends=spends, spent=spent, cap=MOST_RHO)


def registered_cells(populations: Collection[str]) -> list[Cell]:
    """Give every number that was let out about these populations, withdrawn ones too: what was read is not forgotten."""
    rows = ReleasedCell.objects.filter(population__in=populations).order_by("pk")
    return [
        cell_from_json(kept, release=number)
        for kept, number in rows.values_list("cell", "release__number").iterator()
    ]


def spent_budgets(populations: Collection[str]) -> list[Spent]:
    """Give what was spent of the privacy budgets of these populations."""
    rows = BudgetEntry.objects.filter(population__in=populations).order_by("pk")
    return [
        Spent(population, rho, number)
        for population, rho, number in rows.values_list("population", "rho", "release__number")
    ]


def _book(items: Sequence[Item], earlier: Iterable[Cell]) -> dict[str, frozenset[str]]:
    """Give the values of those dimensions of which the items give all, and nobody ever named another."""
    named: dict[str, set[str]] = {}
    for cell in (*(cell for item in items for cell in item.cells), *earlier):
        for name, values in cell.whom:
            named.setdefault(name, set()).update(values)
    books = [item.book for item in items]
    found = {name: values for book in books for name, values in book.items()}
    return {name: values for name, values in found.items() if named.get(name, set()) <= values}
