"""Make a system smaller before it is searched: cells that can only move together become one, cells that cannot move go.

In a sparse table most totals have a single part that counts anybody. While zeros are shown, such a total and its part are the same number
to a reader, and are hidden or shown together.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ._needs import Needs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from ._proofs import Moves
    from ._system import CellSystem

__all__ = ["Frame", "frame_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Holds what a search works on: groups of cells that move as one, with their counts, their costs and the relations between them.

    ``group``: for each cell of the system its group, or -1 where it cannot move. ``unprinted``: groups that no table shows, so are
    hidden whatever is chosen.
    """

    counts: "NDArray[np.int64]" = field(repr=False)
    costs: "NDArray[np.float64]" = field(repr=False)
    rows: "csr_array" = field(repr=False)
    needs: Needs = field(repr=False)
    group: "NDArray[np.int64]" = field(repr=False)
    unprinted: frozenset[int] = field(default=frozenset(), repr=False)
    grain: int = 1

    def in_steps(self, grain: int, even: int) -> "Frame":
        """Give the frame with all counts and distances in steps of so many, each an ``even`` number of them."""
        if grain * even == 1:
            return self
        room = {need: by // grain for need, by in self.needs.room.items()}
        counts = self.counts // (grain * even) * even
        return replace(self, counts=counts, needs=replace(self.needs, room=room, even=even), grain=grain)

    def cells(self, groups: "Iterable[int]") -> list[int]:
        """Give all cells of some groups."""
        return np.flatnonzero(np.isin(self.group, list(groups))).tolist()

    def expand(self, proofs: "Iterable[Moves]") -> list[dict[int, int]]:
        """Give proofs by cells instead of groups."""
        members: dict[int, list[int]] = {}
        for cell in np.flatnonzero(self.group >= 0).tolist():
            members.setdefault(int(self.group[cell]), []).append(cell)
        return [
            {cell: change * self.grain for group, change in moves.items() for cell in members[group]}
            for moves in proofs
        ]


def frame_of(
    system: "CellSystem", needs: Needs, costs: "NDArray[np.float64]", movable: "NDArray[np.bool_]"
) -> tuple[Frame, list[int]]:
    """Make the frame of the cells that may move; give also the unsafe cells that cannot, so cannot be protected in it."""
    from scipy.sparse import csr_array

    rows = system.matrix()
    group = np.where(movable, np.cumsum(movable) - 1, -1)
    while True:
        kept = group >= 0
        size = int(group.max(initial=-1)) + 1
        at = np.flatnonzero(kept)
        joined = csr_array((np.ones(len(at)), (at, group[at])), shape=(system.size, size))
        now = (rows @ joined).tocsr()
        now.eliminate_zeros()
        lengths = np.diff(now.indptr)
        fixed = np.unique(now.indices[now.indptr[:-1][lengths == 1]])
        leader = np.arange(size)
        for start in now.indptr[:-1][lengths == 2]:
            if now.data[start] == -now.data[start + 1]:
                one, other = (_leader(leader, int(now.indices[start + i])) for i in (0, 1))
                leader[max(one, other)] = min(one, other)
        leaders = np.array([_leader(leader, at) for at in range(size)], dtype=np.int64)
        still = np.isin(leaders, leaders[fixed]) if fixed.size else np.zeros(size, dtype=bool)
        if not fixed.size and np.array_equal(leaders, np.arange(size)):
            break
        fresh, numbers = np.full(size, -1, dtype=np.int64), np.unique(leaders[~still])
        fresh[~still] = np.searchsorted(numbers, leaders[~still])
        group = np.where(kept, fresh[group], -1)
    lost = [cell for cell in needs.unsafe if group[cell] < 0]
    return _frame(system, needs, costs, group, now[lengths > 0]), lost


def _leader(leader: "NDArray[np.int64]", at: int) -> int:
    while leader[at] != at:
        leader[at] = leader[leader[at]]
        at = int(leader[at])
    return at


def _frame(
    system: "CellSystem",
    needs: Needs,
    costs: "NDArray[np.float64]",
    group: "NDArray[np.int64]",
    rows: "csr_array",
) -> Frame:
    size = int(group.max(initial=-1)) + 1
    inside = group >= 0
    counts = np.zeros(size, dtype=np.int64)
    counts[group[inside]] = system.counts[inside]
    room: dict[tuple[int, int], int] = {}
    for (cell, way), by in needs.room.items():
        if group[cell] >= 0:
            need = (int(group[cell]), way)
            room[need] = max(room.get(need, 0), by)
    persons = [np.unique(group[cells][group[cells] >= 0]) for cells in needs.persons]
    return Frame(
        counts=counts,
        costs=np.bincount(group[inside], weights=costs[inside], minlength=size).astype(float),
        rows=_without_twins(rows),
        needs=Needs(
            room=room,
            reasons={int(group[cell]): why for cell, why in needs.reasons.items() if group[cell] >= 0},
            persons=tuple(cells for cells in persons if len(cells)),
            least=needs.least,
        ),
        group=group,
        unprinted=frozenset(
            np.flatnonzero(
                np.bincount(group[inside], weights=system.printed[inside], minlength=size) == 0
            ).tolist()
        ),
    )


def _without_twins(rows: "csr_array") -> "csr_array":
    """Leave out relations that say the same as another."""
    rows.sort_indices()
    seen: set[tuple[bytes, bytes]] = set()
    kept = []
    for at in range(rows.shape[0]):
        part = slice(rows.indptr[at], rows.indptr[at + 1])
        values = rows.data[part] * rows.data[rows.indptr[at]]
        name = rows.indices[part].tobytes(), values.tobytes()
        if name not in seen:
            seen.add(name)
            kept.append(at)
    return rows[kept]
