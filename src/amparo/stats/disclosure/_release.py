"""Tables that leave the office together, protected as one system."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from amparo.stats.results import Caution, Interval, Said
from amparo.vocab.text import N_

from ._audit import NotCleared
from ._cell_key import PTable
from ._clear import SystemAudit, clear
from ._coarser import Coarsening
from ._counted import CountedTables
from ._dimension import Dimension
from ._private import PrivateCounts
from ._proofs import Moves
from ._request import TableRequest
from ._round_system import check_rounding
from ._rules import Threshold
from ._system_rules import SystemRule, needs_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Loss", "ReleaseMethod", "ReleasedCell", "ReleasedTables", "Why"]

_HIDDEN = -1


class ReleaseMethod(StrEnum):
    """Names the ways to protect the tables of a release."""

    SUPPRESS = "suppress"
    ROUND = "round"
    CELLKEY = "cellkey"
    DP = "dp"


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
    open_to: str = ""


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
    amount: str = field(init=False)
    decimals: int = field(init=False)
    method: ReleaseMethod = ReleaseMethod.SUPPRESS
    rules: tuple[SystemRule, ...] = ()
    base: int = 0
    noise: PTable | None = None
    private: PrivateCounts | None = None
    audit: SystemAudit = field(init=False)
    why: tuple[Why, ...] = field(default=(), repr=False)
    loss: Loss
    coarser: tuple[Coarsening, ...] = field(default=(), repr=False)
    counted: InitVar[CountedTables]
    hidden: InitVar[Collection[int]] = ()
    proofs: InitVar[Sequence[Moves]] = ()
    known: InitVar[Mapping[int, int] | None] = None
    changed: InitVar["NDArray[np.int64] | None"] = None

    def __post_init__(
        self,
        counted: CountedTables,
        hidden: Collection[int],
        proofs: Sequence[Moves],
        known: Mapping[int, int] | None,
        changed: "NDArray[np.int64] | None",
    ) -> None:
        if self.method is ReleaseMethod.SUPPRESS:
            audit = _audit_hidden(counted, self.rules, hidden, proofs, known or {})
            shown = counted.system.counts.copy()
            shown[list(hidden)] = _HIDDEN
        else:
            if changed is None:
                raise NotCleared(N_("No changed counts were given. This is a fault of the program."))
            shown = changed.copy()
            if self.method is ReleaseMethod.ROUND:
                down, up = check_rounding(counted.system, shown, self.base, list(proofs))
                ends = zip(counted.system.counts + down, counted.system.counts + up, strict=True)
                intervals = {cell: Interval(int(low), int(high)) for cell, (low, high) in enumerate(ends)}
                audit = SystemAudit(counted.system.size, 0, 0, len(proofs), intervals)
            elif self.method is ReleaseMethod.DP:
                if self.private is None or np.any(shown < 0) or np.any(counted.system.matrix() @ shown):
                    raise NotCleared(N_("The private counts do not add up. This is a fault of the program."))
                audit = SystemAudit(0, 0, 0, 0, {})
            else:
                _check_noise(counted, shown, self.noise)
                audit = SystemAudit(0, 0, 0, 0, {})
        put = object.__setattr__
        put(self, "audit", audit)
        put(self, "requests", tuple(cube.request for cube in counted.cubes))
        put(self, "dimensions", tuple(cube.dimensions for cube in counted.cubes))
        put(self, "values", tuple(shown[place] for place in counted.places))
        put(self, "amount", "" if counted.amounts is None else counted.amounts.column)
        put(self, "decimals", 0 if counted.amounts is None else counted.amounts.decimals)
        put(self, "source", counted.cubes[0].source)
        put(self, "cautions", tuple(_cautions(counted, hidden, self.private)))

    @property
    def method_words(self) -> str:
        """Say the method to the reader of the tables."""
        return str(self.method_said)

    @property
    def method_said(self) -> Said:
        """Say the method in words that can be translated."""
        if self.method is ReleaseMethod.ROUND:
            return Said(
                N_(
                    "controlled rounding to multiples of %(base)s; the rounded tables add up, and 0 stands for any count below %(base)s"
                ),
                {"base": self.base},
            )
        if self.method is ReleaseMethod.CELLKEY and self.noise is not None:
            return Said(
                N_(
                    "cell-key perturbation: each count was changed by at most %(most)s, by nothing on average (variance "
                    "%(variance)s); the same cell has the same count in every table, and tables do not quite add up"
                ),
                {"most": self.noise.most, "variance": f"{self.noise.variance:g}"},
            )
        if self.private is not None:
            return self.private.words
        if self.amount:
            return Said(
                N_(
                    "suppression: × stands for a total that is hidden for what it is, or for what another would tell"
                )
            )
        return Said(
            N_(
                "suppression: × stands for a count that is hidden for what it is, or for what another would tell"
            )
        )

    def written(self, value: int) -> str:
        """Write a number of the tables: a count, or an amount with its decimals."""
        return f"{value / 10**self.decimals:,.{self.decimals}f}" if self.decimals else f"{value:,}"

    @property
    def promise(self) -> Said:
        """Say what the audit proved."""
        if self.method is ReleaseMethod.ROUND:
            return Said(N_("every count could be another one, and no true count is shown as such"))
        if self.method is ReleaseMethod.CELLKEY:
            return Said(
                N_(
                    "each change follows from the key of its cell and stays within its bounds; that no count can be worked out is "
                    "likely, and not proved"
                )
            )
        if self.private is not None:
            return self.private.promise
        if self.amount:
            return Said(
                N_(
                    "no hidden total can be worked out, and none that a rule forbids is known more closely than the rule allows"
                )
            )
        return Said(
            N_(
                "no hidden count can be worked out, and none that a rule forbids can be told from those it allows"
            )
        )

    @property
    def attacker(self) -> Said:
        """Say which reader the tables were proved against."""
        if self.method is ReleaseMethod.ROUND:
            return Said(
                N_(
                    "A reader who sees all tables of this release, knows that they add up in whole numbers from zero, and knows that each "
                    "count was rounded to a neighbouring multiple of %(base)s."
                ),
                {"base": self.base},
            )
        if self.method is ReleaseMethod.CELLKEY:
            return Said(
                N_("A reader who sees all tables of this release, and does not know the keys of the records.")
            )
        if self.private is not None:
            return Said(N_("A reader who knows everything but one person, and every other release."))
        if self.amount:
            return Said(
                N_(
                    "A reader who sees all tables of this release, knows that they add up and that no amount is below zero, knows the rules, "
                    "and may be the one contributor whom a cell has."
                )
            )
        return Said(
            N_(
                "A reader who sees all tables of this release, knows that they add up in whole numbers from zero, knows the rules, "
                "and may be the one person whom a cell counts."
            )
        )

    @property
    def rule_words(self) -> str:
        """Say the rules in words."""
        return "; ".join(map(str, self.rules_said))

    @property
    def rules_said(self) -> tuple[Said, ...]:
        """Say each rule in words that can be translated."""
        few = N_("a total is hidden when fewer than %(minimum)s contribute to it")
        return tuple(
            Said(few, {"minimum": rule.minimum}) if self.amount and isinstance(rule, Threshold) else rule.said
            for rule in self.rules
        )

    def cells(self, table: int = 0) -> Iterator[ReleasedCell]:
        """Give every cell of a table, groups and totals before their parts."""
        labels = [[node.label for node in dimension.nodes] for dimension in self.dimensions[table]]
        for at in np.ndindex(*self.values[table].shape):
            value = int(self.values[table][at])
            yield ReleasedCell(
                tuple(names[node] for names, node in zip(labels, at, strict=True)),
                None if value < 0 else value,
            )


def _audit_hidden(
    counted: CountedTables,
    rules: Sequence[SystemRule],
    hidden: Collection[int],
    proofs: Sequence[Moves],
    known: Mapping[int, int],
) -> SystemAudit:
    if any(counted.system.counts[cell] != value for cell, value in known.items()):
        raise NotCleared(N_("A count taken for known is not the true one. This is a fault of the program."))
    if not known.keys().isdisjoint(hidden):
        raise NotCleared(N_("A count that every reader knows is hidden. This is a fault of the program."))
    return clear(counted.system, needs_of(counted, rules, known=known), hidden, proofs)


def _check_noise(counted: CountedTables, shown: "NDArray[np.int64]", noise: PTable | None) -> None:
    if noise is None or counted.keys is None:
        raise NotCleared(N_("No keys of records were counted. This is a fault of the program."))
    counts = counted.system.counts
    right = noise.noise(counts, counted.keys)
    if (
        np.any(shown != counts + right)
        or np.any(np.abs(right) > noise.most)
        or np.any((shown > 0) & (shown < noise.hidden_below))
    ):
        raise NotCleared(N_("A changed count does not follow from its key. This is a fault of the program."))


def _cautions(
    counted: CountedTables, hidden: Collection[int], private: PrivateCounts | None
) -> Iterator[Caution]:
    """Give what to keep in mind; it follows from what is published alone."""
    if private is not None:
        if not private.is_private:
            yield Caution("not-private", private.promise)
        return
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
        words = N_(
            "Much of this table is hidden. Fewer or broader rows and columns, or rounding, would tell more."
        )
        yield Caution("sparse", Said(words))


_TOO_SPARSE = 0.4
