"""The question that the register answers: may these numbers be let out beside all that was let out before?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ._budgets import Spent, check_budget
from ._cells import Cell
from ._findings import Answer, Finding, ReleaseRules

__all__ = ["check_release"]


def check_release(
    new: Sequence[Cell],
    released: Iterable[Cell],
    *,
    rules: ReleaseRules | None = None,
    spends: Sequence[Spent] = (),
    spent: Sequence[Spent] = (),
    cap: float | None = None,
) -> Answer:
    """Check new cells against all released ones in four steps, and say what follows from both.

    ``released`` bear the number of their release; the new ones bear none. Numbers with noise come as ``spends``, not as cells.
    """
    # They bring NumPy and SciPy, for which nobody waits who only shows a cell.
    from ._index import Index, groups
    from ._pairs import compare
    from ._together import look_together

    rules = rules or ReleaseRules()
    earlier = groups([_plain(cell, rules) for cell in released])
    findings: list[Finding] = []
    compared = together = 0
    left_out: dict[str, None] = {}
    for group, cells in groups([_plain(cell, rules) for cell in new]).items():
        index = Index(earlier.get(group, []))
        compared += len(index.cells)
        findings += compare(cells, index, rules)
        looked = look_together(cells, index.cells, rules)
        findings += looked.findings
        together += looked.solved
        for cell, releases in zip(index.cells, index.releases, strict=True):
            if not cell.dimensions <= looked.dimensions:
                left_out.update(releases)
    exact = [population for population, _ in earlier] + [cell.population for cell in new]
    findings += check_budget(spends, spent, cap=cap, exact=exact)
    once = {(finding.kind, str(finding.message)): finding for finding in findings}
    return Answer(tuple(once.values()), compared, together, tuple(left_out))


def _plain(cell: Cell, rules: ReleaseRules) -> Cell:
    """Leave out a dimension of which a cell names every value that there is."""
    full = [name for name, values in cell.whom if rules.book.get(name) and values >= rules.book[name]]
    if not full:
        return cell
    return replace(cell, predicate={name: values for name, values in cell.whom if name not in full})
