"""Primary rules on a system of cells: which are unsafe by themselves, and how far a reader must have to think each could be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from amparo.stats.results import Said
from amparo.vocab.text import N_

from ._amount_rules import Dominance, PRule
from ._audit import NotCleared
from ._needs import DOWN, UP, Needs
from ._request import CannotCount
from ._rules import SaidRule, Threshold

if TYPE_CHECKING:
    from ._counted import CountedTables

__all__ = ["FewOrganisations", "GroupDisclosure", "Minors", "SystemRule", "needs_of"]

Rooms = Iterator[tuple[int, int, int]]  # a cell, how far down, how far up


@runtime_checkable
class SystemRule(Protocol):
    """Decides which cells of a release are unsafe by themselves. Rules combine by being listed."""

    @property
    def words(self) -> str:
        """Say the rule to the reader of the tables."""

    @property
    def said(self) -> Said:
        """Say the rule in words that can be translated."""

    def rooms(self, counted: "CountedTables") -> Rooms:
        """Give each unsafe cell with the distances, down and up, that a reader must have to think possible."""


@dataclass(frozen=True, slots=True)
class Minors(SaidRule):
    """Forbids counts of minors below ``minimum``, which is meant to be more than the threshold for all.

    ``column`` holds ages; ``values`` are those of minors. A cell is of minors when all values that it counts are.
    """

    column: str
    values: tuple[str, ...]
    minimum: int = 10

    @property
    def said(self) -> Said:
        """Say the rule in words that can be translated."""
        return Said(
            N_("a count of minors (%(column)s %(values)s) is hidden when it is fewer than %(minimum)s"),
            {"column": self.column, "values": self.values, "minimum": self.minimum},
        )

    def rooms(self, counted: "CountedTables") -> Rooms:
        """Give the small counts of minors."""
        minors = frozenset(self.values)
        is_known = False
        for cube, place in zip(counted.cubes, counted.places, strict=True):
            for axis, dimension in enumerate(cube.dimensions):
                if dimension.column != self.column:
                    continue
                is_known = True
                cube.request.refuse_finer(self.column, self.values)
                unknown = minors - dimension.nodes[0].values
                if unknown == minors:
                    raise CannotCount(
                        N_(
                            'No record has one of the values "%(values)s" in "%(column)s", which are given as those of minors.'
                        ),
                        values=", ".join(self.values),
                        column=self.column,
                    )
                nodes = [at for at, node in enumerate(dimension.nodes) if node.values <= minors]
                for cell in np.unique(np.moveaxis(place, axis, 0)[nodes]).tolist():
                    count = int(counted.system.counts[cell])
                    if 0 < count < self.minimum:
                        yield cell, 1, self.minimum - count
        if not is_known:
            raise CannotCount(
                N_(
                    'The rule for minors asks for the column "%(column)s", which no table has as a dimension.'
                ),
                column=self.column,
            )


@dataclass(frozen=True, slots=True)
class GroupDisclosure(SaidRule):
    """Forbids what tells a sensitive value of a whole group: that all of it, or all but one person, have the same value of ``column``.

    ``harmless`` are values that tell nothing, such as the blank one. A reader must have to think that at least two people
    of the group have another value.
    """

    column: str
    harmless: tuple[str, ...] = ("",)

    @property
    def said(self) -> Said:
        """Say the rule in words that can be translated."""
        return Said(
            N_(
                "a count is hidden when it would tell the %(column)s of everybody in a group, or of all but one"
            ),
            {"column": self.column},
        )

    def rooms(self, counted: "CountedTables") -> Rooms:
        """Give the full cells."""
        is_known = False
        for cube, place in zip(counted.cubes, counted.places, strict=True):
            for axis, dimension in enumerate(cube.dimensions):
                if dimension.column != self.column:
                    continue
                is_known = True
                moved = np.moveaxis(place, axis, 0).reshape(len(dimension.nodes), -1)
                counts = counted.system.counts[moved]
                harmless = frozenset(self.harmless)
                telling = [
                    at for at, node in enumerate(dimension.nodes) if at and not node.values <= harmless
                ]
                for node in telling:
                    others = counts[0] - counts[node]
                    for line in np.flatnonzero((counts[node] > 0) & (others < 2)).tolist():
                        down = min(2 - int(others[line]), int(counts[node][line]))
                        yield int(moved[node][line]), down, 0
        if not is_known:
            raise CannotCount(
                N_(
                    'The column "%(column)s" is called sensitive, but no table has it as a dimension. Add it to the rows or columns.'
                ),
                column=self.column,
            )


@dataclass(frozen=True, slots=True)
class FewOrganisations(SaidRule):
    """Forbids counts that fewer than ``minimum`` organisations reported: each could take its own people off and know another's."""

    minimum: int = 3
    share: float = 0.1

    @property
    def said(self) -> Said:
        """Say the rule in words that can be translated."""
        return Said(
            N_("a count is hidden when fewer than %(minimum)s organisations reported it"),
            {"minimum": self.minimum},
        )

    def rooms(self, counted: "CountedTables") -> Rooms:
        """Give the cells of too few organisations; a reader must have to think each a tenth higher or lower."""
        if counted.organisations is None:
            raise CannotCount(
                N_("The rule on reporting organisations needs the column that names them. Say which it is.")
            )
        counts = counted.system.counts
        for cell in np.flatnonzero((counts > 0) & (counted.organisations < self.minimum)).tolist():
            way = max(1, int(counts[cell] * self.share))
            yield cell, min(way, int(counts[cell])), way


def needs_of(
    counted: "CountedTables", rules: Sequence[SystemRule], *, known: Mapping[int, int] | None = None
) -> Needs:
    """Put together what all rules demand; ``known`` are cells that readers know already, with their counts."""
    room: dict[tuple[int, int], int] = {}
    reasons: dict[int, tuple[str, ...]] = {}
    fixed = counted.system.known
    _check_rules(counted, rules)
    for rule in rules:
        for cell, down, up in rule.rooms(counted):
            if known and cell in known:
                continue
            if fixed[cell]:
                raise _all_is_unsafe(counted, cell, rule)
            for way, by in ((DOWN, down), (UP, up)):
                if by > 0:
                    room[cell, way] = max(by, room.get((cell, way), 0))
            before = reasons.get(cell, ())
            if rule.words not in before:
                reasons[cell] = (*before, rule.words)
    grain, even = _steps(counted, max(room.values(), default=1))
    return Needs(
        room=_in_steps(room, counted, grain * even),
        reasons=reasons,
        persons=tuple(counted.persons()),
        grain=grain,
        even=even,
    )


def _all_is_unsafe(counted: "CountedTables", cell: int, rule: SystemRule) -> NotCleared:
    count = int(counted.system.counts[cell])
    if counted.amounts is not None:
        return NotCleared(
            N_(
                "The total of all (%(total)s) is itself not to be shown: %(rule)s. Such a table cannot be given out; sum more records."
            ),
            total=counted.amounts.written(count),
            rule=rule.words,
        )
    return NotCleared(
        N_(
            "The number of all records (%(count)s) is itself not to be shown: %(rule)s. Such a table cannot be given "
            "out; count more records."
        ),
        count=count,
        rule=rule.words,
    )


def _check_rules(counted: "CountedTables", rules: Sequence[SystemRule]) -> None:
    if not any(isinstance(rule, Threshold) for rule in rules):
        raise NotCleared(
            N_("No threshold was among the rules. Add Threshold(5), or another that your office uses.")
        )
    for rule in rules:
        if counted.amounts is not None and not isinstance(rule, Threshold | Dominance | PRule):
            raise CannotCount(
                N_(
                    'The rule "%(rule)s" is about counts of people, and this table holds amounts. Leave it out.'
                ),
                rule=rule.words,
            )


def _steps(counted: "CountedTables", widest: int) -> tuple[int, int]:
    """Say in which steps amounts move: they are far apart, and programs know seven digits. Counts move by one."""
    if counted.amounts is None or (not counted.amounts.decimals and widest <= _STEPS):
        return 1, 1
    return max(1, widest // (_EVEN * _STEPS)), _EVEN


def _in_steps(
    room: Mapping[tuple[int, int], int], counted: "CountedTables", step: int
) -> dict[tuple[int, int], int]:
    """Round distances up to steps; nothing falls below zero, so a total smaller than a step need only be able to rise."""
    rounded = {}
    for (cell, way), by in room.items():
        whole = -(-by // step) * step
        if way == DOWN:
            whole = min(whole, int(counted.system.counts[cell]) // step * step)
        if whole:
            rounded[cell, way] = whole
    return rounded


_STEPS = 10_000
_EVEN = 12
