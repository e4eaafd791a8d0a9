"""The additive structure of a two-way table as a network, in whole numbers.

A cell is an edge from its row's node to its column's node; totals are edges too, and at every node as much comes in as
goes out. Counts that agree with the published table are exactly the flows of this network, and a change from one such
table to another is a set of cycles (Gusfield 1988; Kelly, Golden and Assad 1992). The matrix of a network is totally
unimodular, so the ends found here in whole numbers are the very ends that linear programming finds, without rounding errors.
"""

import heapq
from collections import deque
from collections.abc import Sequence

from ._table import CountTable

__all__ = ["Moves", "Network", "ends_of"]

Moves = dict[int, int]
_UNLIMITED = 1 << 60
_MOST_PROBES = 5000
_FAR = float("inf")


class Network:
    """Finds how far one cell can move when others move with it, each within its own limits.

    ``low`` and ``high`` limit each cell (``high`` of None: no limit); ``is_free`` says whether a cell may move at all.
    """

    def __init__(
        self, table: CountTable, *, low: list[int], high: list[int | None], cells: Sequence[int]
    ) -> None:
        self._height, self._width = table.height, table.width
        self._values = table.counts
        self._low = low
        self._high = high
        self._tails: dict[int, int] = {}
        self._heads: dict[int, int] = {}
        nodes = table.height + table.width
        self._possible: list[list[int]] = [[] for _ in range(nodes)]
        self._free: list[dict[int, None]] = [{} for _ in range(nodes)]
        self._is_free = bytearray(len(table.counts))
        for cell in cells:
            tail, head = ends_of(cell, table.height, table.width)
            self._tails[cell], self._heads[cell] = tail, head
            self._possible[tail].append(cell)
            self._possible[head].append(cell)

    def is_free(self, cell: int) -> bool:
        """Tell whether the cell may move."""
        return bool(self._is_free[cell])

    def set_free(self, cell: int, free: bool = True) -> None:
        """Let a cell move, or hold it fast."""
        self._is_free[cell] = free
        for node in (self._tails[cell], self._heads[cell]):
            if free:
                self._free[node][cell] = None
            else:
                self._free[node].pop(cell, None)

    def widen(self, cell: int, *, low: int, high: int | None) -> None:
        """Give a cell wider limits."""
        self._low[cell], self._high[cell] = low, high

    def move(self, cell: int, *, by: int, moves: Moves, costs: Sequence[float] | None = None) -> int:
        """Move a cell up (or down, ``by`` below zero), adding to ``moves``; give back how far it came.

        Without ``costs`` only free cells move. With them, any cell of the network may move along at its cost (free cells at
        none), and the cheapest way for the whole distance is taken, or for a part of it where there is no such way.
        """
        upward = by > 0
        start, goal = (
            (self._heads[cell], self._tails[cell]) if upward else (self._tails[cell], self._heads[cell])
        )
        wanted = min(abs(by), self._room(cell, upward, moves))
        moved = 0
        while moved < wanted:
            if costs is None:
                path = self._short_path(start, goal, cell, moves) or self._any_path(start, goal, cell, moves)
            else:
                path = self._cheapest_path(start, goal, cell, moves, costs, wanted - moved)
                path = path or self._cheapest_path(start, goal, cell, moves, costs, 1)
            if not path:
                break
            step = min(wanted - moved, *(self._room(other, up, moves) for other, up in path))
            for other, up in path:
                moves[other] = moves.get(other, 0) + (step if up else -step)
            moved += step
        if moved:
            moves[cell] = moves.get(cell, 0) + (moved if upward else -moved)
        return moved

    def _room(self, cell: int, upward: bool, moves: Moves) -> int:
        value = self._values[cell] + moves.get(cell, 0)
        if not upward:
            return value - self._low[cell]
        high = self._high[cell]
        return _UNLIMITED if high is None else high - value

    def _short_path(self, start: int, goal: int, barred: int, moves: Moves) -> list[tuple[int, bool]]:
        """Look for three cells that make a square with the barred one: nearly always there, and found without a search."""
        probes = 0
        for last in self._free[goal]:
            last_upward = self._heads[last] == goal
            if last == barred or self._room(last, last_upward, moves) < 1:
                continue
            before = self._tails[last] if last_upward else self._heads[last]
            for middle in self._free[before]:
                probes += 1
                middle_upward = self._heads[middle] == before
                other = self._tails[middle] if middle_upward else self._heads[middle]
                first = self._between(start, other)
                if other == goal or not self._is_free[first] or first in (barred, middle):
                    continue
                first_upward = self._tails[first] == start
                if (
                    self._room(first, first_upward, moves) > 0
                    and self._room(middle, middle_upward, moves) > 0
                ):
                    return [(first, first_upward), (middle, middle_upward), (last, last_upward)]
            if probes > _MOST_PROBES:
                break
        return []

    def _between(self, node: int, other: int) -> int:
        row, column = min(node, other), max(node, other) - self._height
        return row * self._width + column

    def _any_path(self, start: int, goal: int, barred: int, moves: Moves) -> list[tuple[int, bool]]:
        ends, first, last = self._from_smaller_end(
            start, goal, [len(self._free[start]), len(self._free[goal])]
        )
        came: dict[int, tuple[int, int, bool]] = {first: (-1, -1, True)}
        queue = deque([first])
        while queue and last not in came:
            node = queue.popleft()
            for cell in self._free[node]:
                upward = ends[cell] == node
                following = self._tails[cell] + self._heads[cell] - node
                if following in came or cell == barred or self._room(cell, upward, moves) < 1:
                    continue
                came[following] = (node, cell, upward)
                if following == last:
                    break
                queue.append(following)
        return _walked(came, last)

    def _cheapest_path(
        self, start: int, goal: int, barred: int, moves: Moves, costs: Sequence[float], least: int
    ) -> list[tuple[int, bool]]:
        ends, first, last = self._from_smaller_end(
            start, goal, [len(self._possible[n]) for n in (start, goal)]
        )
        came: dict[int, tuple[int, int, bool]] = {first: (-1, -1, True)}
        distance = {first: 0.0}
        done: set[int] = set()
        heap = [(0.0, first)]
        while heap:
            sofar, node = heapq.heappop(heap)
            if node in done:
                continue
            if node == last:
                return _walked(came, last)
            done.add(node)
            for cell in self._possible[node]:
                following = self._tails[cell] + self._heads[cell] - node
                reached = sofar if self._is_free[cell] else sofar + costs[cell]
                if following in done or reached >= distance.get(following, _FAR) or cell == barred:
                    continue
                upward = ends[cell] == node
                if self._room(cell, upward, moves) >= least:
                    distance[following] = reached
                    came[following] = (node, cell, upward)
                    heapq.heappush(heap, (reached, following))
        return []

    def _from_smaller_end(self, start: int, goal: int, sizes: list[int]) -> tuple[dict[int, int], int, int]:
        """Search from the end with fewer cells: when there is no way, that is where it is seen soonest."""
        return (self._tails, start, goal) if sizes[0] <= sizes[1] else (self._heads, goal, start)


def ends_of(cell: int, height: int, width: int) -> tuple[int, int]:
    """Give the nodes that a cell leads from and to: raising it takes one from the first and brings one to the second."""
    i, j = divmod(cell, width)
    row, column = i, height + j
    total_row, total_column = height - 1, height + width - 1
    if width == 1:
        return (column, total_row) if i < total_row else (total_row, column)
    if i == total_row and j == width - 1:
        return total_row, total_column
    if j == width - 1:
        return total_column, row
    return (column, total_row) if i == total_row else (row, column)


def _walked(came: dict[int, tuple[int, int, bool]], goal: int) -> list[tuple[int, bool]]:
    path: list[tuple[int, bool]] = []
    node = goal if goal in came else -1
    while node != -1 and came[node][0] != -1:
        before, cell, upward = came[node]
        path.append((cell, upward))
        node = before
    return path
