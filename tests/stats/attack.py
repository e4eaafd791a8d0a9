"""An attacker who uses linear programming, written from the published cells alone and sharing nothing with the method."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

import numpy
from scipy.optimize import linprog

from amparo.stats.disclosure import PublishedCell

Bounds = Callable[[PublishedCell], tuple[float, float | None]]


def possible_counts(
    cells: Iterable[PublishedCell], bounds: Bounds, *, known: Callable[[PublishedCell], bool]
) -> Mapping[PublishedCell, tuple[int, int | None]]:
    """Give the least and the greatest count of each cell that is not known; None for a count without limit."""
    cells = list(cells)
    unknown = [cell for cell in cells if not known(cell)]
    at = {cell: position for position, cell in enumerate(unknown)}
    lines: dict[tuple[str, object], list[tuple[PublishedCell, int]]] = defaultdict(list)
    has_columns = any(cell.column is not None for cell in cells)
    for cell in cells:
        lines["column", cell.column].append((cell, 1 if cell.row is not None else -1))
        if has_columns:
            lines["row", cell.row].append((cell, 1 if cell.column is not None else -1))
    matrix = numpy.zeros((len(lines), len(unknown)))
    right = numpy.zeros(len(lines))
    for line, members in enumerate(lines.values()):
        for cell, sign in members:
            if cell in at:
                matrix[line, at[cell]] = sign
            else:
                assert cell.value is not None
                right[line] -= sign * cell.value
    found = {}
    limits = [bounds(cell) for cell in unknown]
    for cell, position in at.items():
        ends: list[int | None] = []
        for sign in (1, -1):
            goal = numpy.zeros(len(unknown))
            goal[position] = sign
            answer = linprog(goal, A_eq=matrix, b_eq=right, bounds=limits, method="highs")
            assert answer.status in (0, 3), answer.message
            ends.append(None if answer.status == 3 else round(sign * float(answer.fun or 0)))
        assert ends[0] is not None
        found[cell] = (ends[0], ends[1])
    return found


def exposed(found: Mapping[PublishedCell, tuple[int, int | None]]) -> list[PublishedCell]:
    """Give the cells that the attacker knows exactly."""
    return [cell for cell, (least, greatest) in found.items() if least == greatest]
