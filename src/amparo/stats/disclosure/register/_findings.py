"""What the register answers: findings, each with the numbers from which it follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from amparo.stats.results import Said
from amparo.vocab.text import N_

from ._cells import Cell, NotACell, Values

__all__ = ["Answer", "Finding", "FindingKind", "ReleaseRules"]


class FindingKind(StrEnum):
    """What is the matter."""

    CHANGED = "changed"  # the same people, a number that differs by few
    CONTRADICTED = "contradicted"  # the same people of the same data, another number
    UNCOVERED = "uncovered"  # hidden then, shown now
    COVERED = "covered"  # shown then, hidden now
    DIFFERENCE = "difference"  # two numbers, of which one counts part of the other
    WORKED_OUT = "worked_out"  # follows from several numbers
    BUDGET = "budget"
    BESIDE_EXACT = "beside_exact"
    REVISED = "revised"
    PARTLY = "partly"


# These tell a reviewer what the check could not do or does not promise; they hold nothing up.
TOLD_ONLY = frozenset({FindingKind.BESIDE_EXACT, FindingKind.REVISED})


@dataclass(frozen=True, slots=True)
class ReleaseRules:
    """Says what may not be learnt: of ``threshold`` people or more one may speak, of fewer nobody.

    ``book`` names all values of a dimension, where they are known: then all of them together are everybody.

    ``most_atoms`` bounds how far beyond the new tables' own dimensions all releases are looked at together, and ``seconds``
    how long the linear programs of one system may take; what was left out for them is said.
    """

    threshold: int = 10
    book: Mapping[str, Values] = field(default_factory=dict)
    most_atoms: int = 2_500
    seconds: float = 12.0

    def __post_init__(self) -> None:
        if self.threshold < 2:
            raise NotACell(N_("The smallest number that may be shown must be 2 or more."))


@dataclass(frozen=True, slots=True)
class Finding:
    """Tells one matter: ``message`` for people, the cells that it follows from, and the earlier releases that hold them."""

    kind: FindingKind
    message: Said
    cells: tuple[Cell, ...] = field(default=(), repr=False)
    releases: tuple[str, ...] = ()

    @property
    def holds_up(self) -> bool:
        """Tell whether nothing may be let out until this is mended, or explained by who is answerable."""
        return self.kind not in TOLD_ONLY


@dataclass(frozen=True, slots=True)
class Answer:
    """Holds what the register found, and what it looked at.

    ``compared`` numbers of earlier releases were compared one by one, ``together`` of them solved as one system; ``left_out``
    names the releases that were only compared, because the whole would have been too large.
    """

    findings: tuple[Finding, ...]
    compared: int
    together: int
    left_out: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing holds the release up."""
        return not any(finding.holds_up for finding in self.findings)
