"""The audit of a system: believes no search, adds up every proof, and asks of each need whether it is met against every reader."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from amparo.stats.results import Interval
from amparo.vocab.text import N_

from ._audit import NotCleared
from ._needs import Needs
from ._proofs import Moves, Proofs

if TYPE_CHECKING:
    from ._system import CellSystem

__all__ = ["SystemAudit", "clear"]


@dataclass(frozen=True, slots=True)
class SystemAudit:
    """Tells what was proved, for reviewers of the office: the intervals are not part of what is published.

    ``intervals``: for each hidden cell whole numbers between which no reader can decide. ``readers``: how many people who are alone
    in a cell were reckoned with as readers. ``proofs``: how many other tables the proof is made of.
    """

    hidden: int
    unsafe: int
    readers: int
    proofs: int
    intervals: Mapping[int, Interval] = field(repr=False)


def clear(
    system: "CellSystem", needs: Needs, hidden: Collection[int], proofs: Sequence[Moves]
) -> SystemAudit:
    """Check that the proofs hold and that they meet every need; raise :class:`NotCleared` where one is left."""
    is_hidden = np.zeros(system.size, dtype=bool)
    is_hidden[list(hidden)] = True
    if np.any(is_hidden & system.known):
        raise NotCleared(N_("A count that every reader knows is hidden. This is a fault of the program."))
    if np.any(~is_hidden & (system.printed == 0) & (system.counts > 0)):
        raise NotCleared(N_("A difference between two tables was left out. This is a fault of the program."))
    if not all(is_hidden[cell] for cell in needs.reasons):
        raise NotCleared(N_("A count that a rule forbids would be shown. This is a fault of the program."))
    low, high = _ends(system, needs, is_hidden, proofs)
    weighed = Proofs(system.size, needs)
    for moves in proofs:
        weighed.add(moves, anyway=True)
    left = len(weighed.unmet())
    at = np.flatnonzero(is_hidden & (system.printed > 0))
    exposed = int(np.count_nonzero(low[at] == high[at]))
    if left or exposed:
        raise NotCleared(
            N_(
                "%(exposed)s of %(hidden)s hidden cells could be worked out, and %(left)s are known too closely, so nothing "
                "is given out. Use fewer or broader categories, or the other method."
            ),
            exposed=exposed,
            hidden=len(at),
            left=left,
        )
    counts = system.counts
    intervals = {int(c): Interval(int(counts[c] + low[c]), int(counts[c] + high[c])) for c in at}
    return SystemAudit(len(at), len(needs.reasons), len(needs.persons), len(proofs), intervals)


def _ends(
    system: "CellSystem",
    needs: Needs,
    is_hidden: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
    proofs: Sequence[Moves],
) -> tuple["np.ndarray[tuple[int], np.dtype[np.int64]]", "np.ndarray[tuple[int], np.dtype[np.int64]]"]:
    from scipy.sparse import csr_array

    low, high = np.zeros(system.size, dtype=np.int64), np.zeros(system.size, dtype=np.int64)
    lengths = [len(moves) for moves in proofs]
    cells = np.array([cell for moves in proofs for cell in moves], dtype=np.int64)
    changes = np.array([change for moves in proofs for change in moves.values()], dtype=np.int64)
    if np.any(~is_hidden[cells]) or np.any(system.counts[cells] + changes < needs.least):
        raise NotCleared(N_("A proof moves a cell that the reader can see. This is a fault of the program."))
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    tables = csr_array((changes, cells, starts), shape=(len(proofs), system.size))
    if (tables @ system.matrix().astype(np.int64).T).count_nonzero():
        raise NotCleared(N_("A proof does not add up. This is a fault of the program."))
    np.minimum.at(low, cells, changes)
    np.maximum.at(high, cells, changes)
    return low, high
