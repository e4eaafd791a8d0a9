"""Tables that leave the office together, protected as one system."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._audit import NotCleared
from ._clear import SystemAudit, clear
from ._counted import CountedTables
from ._dimension import Dimension
from ._needs import Needs
from ._proofs import Moves
from ._request import TableRequest
from ._system_rules import SystemRule, needs_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Loss", "ReleasedCell", "ReleasedTables", "Why"]

_HIDDEN = -1


@dataclass(frozen=True, slots=True)
class ReleasedCell:
    """Holds one cell as it may be read: its values in the order of the variables, None for a total; ``value`` is None where hidden."""

    labels: tuple[str | None, ...]
    value: int | None


@dataclass(frozen=True, slots=True)
class Why:
    """Says to reviewers of the office why a cell is hidden: the rules that it breaks, or the cell that would else be known too closely."""

    cell: str
    count: int
    rules: tuple[str, ...] = ()
    protects: str = ""


@dataclass(frozen=True, slots=True)
class Loss:
    """Says how much readers lose: of the places that count anybody, how many are hidden, and of the records, how many stand in none that is shown.

    ``cost`` is what was made small, ``bound`` the cost below which no safe choice can be (None where it was not sought).
    """

    places: int
    unsafe: int
    others: int
    cost: float
    bound: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedTables:
    """Holds tables that passed their audit together. Making one runs the audit, so there is none without it.

    Use ``protect_tables`` to make one. What is published is ``requests``, ``dimensions`` and ``values``, cell by cell from
    :meth:`cells`; ``audit``, ``why`` and ``loss`` are for reviewers of the office.
    """

    requests: tuple[TableRequest, ...] = field(init=False)
    dimensions: tuple[tuple[Dimension, ...], ...] = field(init=False)
    values: tuple["NDArray[np.int64]", ...] = field(init=False, repr=False)
    source: str = field(init=False)
    cautions: tuple[Caution, ...] = field(init=False)
    rules: tuple[SystemRule, ...]
    audit: SystemAudit = field(init=False)
    why: tuple[Why, ...] = field(default=(), repr=False)
    loss: Loss
    counted: InitVar[CountedTables]
    hidden: InitVar[Collection[int]]
    proofs: InitVar[Sequence[Moves]]
    known: InitVar[Mapping[int, int] | None] = None

    def __post_init__(
        self,
        counted: CountedTables,
        hidden: Collection[int],
        proofs: Sequence[Moves],
        known: Mapping[int, int] | None,
    ) -> None:
        needs: Needs = needs_of(counted, self.rules, known=known or {})
        if any(counted.system.counts[cell] != value for cell, value in (known or {}).items()):
            raise NotCleared(N_("A count taken for known is not the true one. This is a fault of the program."))
        if any(cell in hidden for cell in known or {}):
            raise NotCleared(N_("A count that every reader knows is hidden. This is a fault of the program."))
        audit = clear(counted.system, needs, hidden, proofs)
        shown = counted.system.counts.copy()
        shown[list(hidden)] = _HIDDEN
        put = object.__setattr__
        put(self, "audit", audit)
        put(self, "requests", tuple(cube.request for cube in counted.cubes))
        put(self, "dimensions", tuple(cube.dimensions for cube in counted.cubes))
        put(self, "values", tuple(shown[place] for place in counted.places))
        put(self, "source", counted.cubes[0].source)
        put(self, "cautions", tuple(_cautions(counted, hidden)))

    @property
    def attacker(self) -> Said:
        """Say which reader the tables were proved against."""
        return Said(
            N_(
                "A reader who sees all tables of this release, knows that they add up in whole numbers from zero, knows the rules, "
                "and may be the one person whom a cell counts."
            )
        )

    @property
    def rule_words(self) -> str:
        """Say the rules in words."""
        return "; ".join(rule.words for rule in self.rules)

    def cells(self, table: int = 0) -> Iterator[ReleasedCell]:
        """Give every cell of a table, groups and totals before their parts."""
        labels = [[node.label for node in dimension.nodes] for dimension in self.dimensions[table]]
        for at in np.ndindex(*self.values[table].shape):
            value = int(self.values[table][at])
            yield ReleasedCell(
                tuple(names[node] for names, node in zip(labels, at, strict=True)), None if value < 0 else value
            )


def _cautions(counted: CountedTables, hidden: Collection[int]) -> Iterator[Caution]:
    """Give what to keep in mind; it follows from what is published alone."""
    seen: set[str] = set()
    for cube in counted.cubes:
        for caution in cube.cautions:
            if str(caution.message) not in seen:
                seen.add(str(caution.message))
                yield caution
    counts = counted.system.counts
    if not counts.any():
        yield Caution("no-records", Said(N_("No record meets the conditions, so there is nothing to count.")))
        return
    if len(hidden) > _TOO_SPARSE * np.count_nonzero(counts):
        words = N_("Much of this table is hidden. Fewer or broader rows and columns, or rounding, would tell more.")
        yield Caution("sparse", Said(words))


_TOO_SPARSE = 0.4
