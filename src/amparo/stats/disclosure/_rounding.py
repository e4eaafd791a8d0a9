"""Controlled rounding: every count goes to a neighbouring multiple of the base, and the rounded table still adds up.

Rounding each count and each total to its own nearest multiple is not safe: four cells of 2, rounded to 0, under a total
of 8, rounded to 10, must all be 2. So the nearest multiples are only the start; while a line does not add up, the
cheapest chain of cells is rounded the other way (Cox 1987; Causey, Cox and Ernst 1985 prove that in a two-way table this
always ends).
"""

import heapq
from collections.abc import Iterator, Mapping

from amparo.stats.results import Interval
from amparo.vocab.text import N_

from ._audit import NotCleared
from ._network import Moves, Network, ends_of
from ._table import CountTable

__all__ = ["movable_proofs", "round_counts", "told_by_rounding"]


def round_counts(table: CountTable, base: int, *, is_lifting_totals: bool = False) -> tuple[int, ...]:
    """Give the rounded grid: multiples of ``base``, each less than ``base`` from its count, adding up in every line.

    With ``is_lifting_totals``, totals go up rather than to the nearest: in a table of very few records, a total shown as 0
    over several listed rows would say that each counts one.
    """
    return _Rounding(table, base, is_lifting_totals=is_lifting_totals).run()


def told_by_rounding(table: CountTable, rounded: tuple[int, ...], base: int) -> dict[int, Interval]:
    """Give, for each cell, the counts that a reader who knows the method must take for possible.

    Where every listed row and column counts somebody, the reader knows that its total is no zero.
    """
    totals = [cell for cell in range(len(rounded)) if table.is_total(cell) or table.width == 1]
    least = 1 if all(table.counts[cell] for cell in totals) else 0
    lowest = dict.fromkeys(totals, least)
    return {
        cell: Interval(max(lowest.get(cell, 0), value - base + 1), value + base - 1)
        for cell, value in enumerate(rounded)
    }


def movable_proofs(table: CountTable, told: Mapping[int, Interval]) -> Iterator[Moves]:
    """Find, for each cell, another table that rounds to the same one and differs in that cell."""
    if not table.row_keys:
        return
    network: Network | None = None
    last_row, last_column = table.height - 1, table.width - 1
    for cell in range(len(table.counts)):
        i, j = divmod(cell, table.width)
        row, column = (0 if i == last_row else i), (0 if j == last_column else j)
        square = {a * table.width + b for a in (row, last_row) for b in (column, last_column)}
        step = next((s for s in (1, -1) if all(table.counts[c] + s in told[c] for c in square)), 0)
        if step:
            yield dict.fromkeys(square, step)
            continue
        network = network or _network_of(table, told)
        moves: Moves = {}
        if not network.move(cell, by=1, moves=moves):
            network.move(cell, by=-1, moves=moves)
        if moves:
            yield moves


def _network_of(table: CountTable, told: Mapping[int, Interval]) -> Network:
    cells = range(len(table.counts))
    network = Network(
        table, low=[told[c].low for c in cells], high=[told[c].high for c in cells], cells=cells
    )
    for cell in cells:
        network.set_free(cell)
    return network


class _Rounding:
    def __init__(self, table: CountTable, base: int, *, is_lifting_totals: bool) -> None:
        self.table = table
        self.base = base
        self.aims = [
            -(-count // base) * base if is_lifting_totals and table.is_total(cell) else count
            for cell, count in enumerate(table.counts)
        ]
        self.rounded = [(aim + base // 2) // base * base for aim in self.aims]
        nodes = table.height + table.width
        self.surplus = [0] * nodes
        self.choices: list[list[tuple[int, int, int]]] = [[] for _ in range(nodes)]
        for cell, count in enumerate(table.counts):
            tail, head = ends_of(cell, table.height, table.width)
            self.surplus[tail] -= self.rounded[cell] // base
            self.surplus[head] += self.rounded[cell] // base
            if count % base:
                self.choices[tail].append((cell, head, 1))
                self.choices[head].append((cell, tail, -1))

    def run(self) -> tuple[int, ...]:
        for node, surplus in enumerate(self.surplus):
            for _ in range(surplus):
                self._send_on(node)
        return tuple(self.rounded)

    def _send_on(self, start: int) -> None:
        """Carry one surplus step from a line to the nearest line that lacks one, rounding the cells between the other way."""
        came: dict[int, tuple[int, int, int]] = {}
        distance = {start: 0}
        done: set[int] = set()
        heap = [(0, start)]
        while heap:
            sofar, node = heapq.heappop(heap)
            if node in done:
                continue
            if self.surplus[node] < 0:
                self._follow(came, start, node)
                return
            done.add(node)
            for cell, following, step in self.choices[node]:
                if following in done or not self._can_step(cell, step):
                    continue
                reached = sofar + self._cost(cell, step)
                if reached < distance.get(following, reached + 1):
                    distance[following] = reached
                    came[following] = (node, cell, step)
                    heapq.heappush(heap, (reached, following))
        raise NotCleared(N_("No rounded table that adds up was found. This is a fault of the program."))

    def _follow(self, came: dict[int, tuple[int, int, int]], start: int, goal: int) -> None:
        self.surplus[start] -= 1
        self.surplus[goal] += 1
        node = goal
        while node != start:
            node, cell, step = came[node]
            self.rounded[cell] += step * self.base

    def _can_step(self, cell: int, step: int) -> bool:
        return (step > 0) == (self.rounded[cell] < self.table.counts[cell])

    def _cost(self, cell: int, step: int) -> int:
        off = self.rounded[cell] - self.aims[cell]
        return max(0, (off + step * self.base) ** 2 - off * off) + 1
