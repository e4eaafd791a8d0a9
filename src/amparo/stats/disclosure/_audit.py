"""The audit: proof, by example, that no hidden cell can be worked out.

A proof is a set of moves that turns the true table into another one, in which everything that is published is the same.
A reader cannot tell the two apart, so cannot tell which value a moved cell has. The audit believes no search: it adds
up each proof by the rows and columns of the table itself, and checks every moved cell against what its mark gives away.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from amparo.stats.results import Interval
from amparo.vocab.text import N_, ToldError

from ._table import CountTable

__all__ = ["Audit", "NotCleared", "audit"]

Moves = Mapping[int, int]


class NotCleared(ToldError):
    """Says that a table could not be shown to be safe, so is not given out."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Tells what was proved: for each hidden cell of the grid, values between which a reader cannot decide.

    The intervals are for reviewers of the office. They are not part of what is published.
    """

    hidden: int
    narrowest: int | None
    intervals: Mapping[int, Interval] = field(repr=False)


def audit(
    table: CountTable,
    *,
    hidden: Sequence[int],
    told: Mapping[int, Interval],
    proofs: Iterable[Moves],
) -> Audit:
    """Check every proof and give back what they show together; raise :class:`NotCleared` where one cell is left.

    ``told`` gives, for each hidden cell, the counts that its mark lets a reader think of.
    """
    low = {cell: table.counts[cell] for cell in hidden}
    high = dict(low)
    for cell in hidden:
        if table.counts[cell] not in told[cell]:
            raise NotCleared(
                N_("A hidden cell bears a mark that is not true of it. This is a fault of the program.")
            )
    for moves in proofs:
        _check_sums(table, moves)
        for cell, change in moves.items():
            value = table.counts[cell] + change
            if change and (cell not in low or value not in told[cell]):
                raise NotCleared(
                    N_("A proof moves a cell that the reader can see. This is a fault of the program.")
                )
            if change:
                low[cell] = min(low[cell], value)
                high[cell] = max(high[cell], value)
    exposed = [cell for cell in hidden if low[cell] == high[cell]]
    if exposed:
        raise NotCleared(
            N_(
                "%(exposed)s of %(hidden)s hidden cells could be worked out from the rest of the table, so the table is "
                "not given out. Use fewer or broader categories, or the other method."
            ),
            exposed=len(exposed),
            hidden=len(hidden),
        )
    widths = [high[cell] - low[cell] + 1 for cell in hidden]
    return Audit(len(hidden), min(widths, default=None), {c: Interval(low[c], high[c]) for c in hidden})


def _check_sums(table: CountTable, moves: Moves) -> None:
    height, width = table.height, table.width
    by_row: dict[int, int] = {}
    by_column: dict[int, int] = {}
    for cell, change in moves.items():
        i, j = divmod(cell, width)
        by_row[i] = by_row.get(i, 0) + (change if j < width - 1 else -change)
        by_column[j] = by_column.get(j, 0) + (change if i < height - 1 else -change)
    if any(by_column.values()) or (width > 1 and any(by_row.values())):
        raise NotCleared(N_("A proof does not add up. This is a fault of the program."))
