"""What the register said of a release when it was asked last, as it is kept with the release and shown on its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from amparo.publishing.rules.items import cell_from_json, cell_to_json
from amparo.stats.disclosure.register import Answer, Cell, Finding, FindingKind
from amparo.stats.results import Said
from amparo.vocab.text import N_

# Of these somebody can say why no person comes to harm. What gives a person away needs no words, it needs another table.
EXPLAINABLE: Final = frozenset({FindingKind.CHANGED, FindingKind.PARTLY})
LEAST_WORDS: Final = 20
MOST_FINDINGS: Final = 100
MOST_CELLS: Final = 12

KIND_LABELS: Final[Mapping[FindingKind, str]] = {
    FindingKind.CHANGED: N_("Another number of the same people"),
    FindingKind.CONTRADICTED: N_("Two numbers of the same people from the same data"),
    FindingKind.UNCOVERED: N_("Hidden before, shown now"),
    FindingKind.COVERED: N_("Shown before, hidden now"),
    FindingKind.DIFFERENCE: N_("The difference between two numbers speaks of few people"),
    FindingKind.WORKED_OUT: N_("A hidden number can be worked out"),
    FindingKind.BUDGET: N_("The privacy budget is spent"),
    FindingKind.BESIDE_EXACT: N_("Exact numbers stand beside numbers with noise"),
    FindingKind.REVISED: N_("The data were changed since earlier releases"),
    FindingKind.PARTLY: N_("Not all could be checked"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """Holds when the register was asked, what it found, and what it looked at; `left_out` findings are not kept one by one."""

    at: datetime
    findings: tuple[Finding, ...]
    count: int
    compared: int
    together: int
    beyond: tuple[str, ...]

    @classmethod
    def of(cls, answer: Answer, *, at: datetime) -> Self:
        """Take what an answer says; those findings first that hold the release up."""
        found = sorted(answer.findings, key=lambda one: not one.holds_up)
        return cls(
            at=at,
            findings=tuple(found[:MOST_FINDINGS]),
            count=len(found),
            compared=answer.compared,
            together=answer.together,
            beyond=answer.left_out,
        )

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing holds the release up."""
        return not any(one.holds_up for one in self.findings)

    @property
    def is_hopeless(self) -> bool:
        """Tell whether something holds the release up that no words explain."""
        return any(one.holds_up and one.kind not in EXPLAINABLE for one in self.findings)

    @property
    def to_explain(self) -> tuple[FindingKind, ...]:
        """Name the kinds of findings that take an explanation."""
        kinds = (one.kind for one in self.findings if one.holds_up and one.kind in EXPLAINABLE)
        return tuple(dict.fromkeys(kinds))

    def as_json(self) -> dict[str, Any]:
        """Give what is kept."""
        return {
            "at": self.at.isoformat(),
            "count": self.count,
            "compared": self.compared,
            "together": self.together,
            "beyond": list(self.beyond),
            "findings": [_finding_to_json(one) for one in self.findings],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read what was kept; None where the register was never asked."""
        if not kept:
            return None
        return cls(
            at=datetime.fromisoformat(kept["at"]),
            findings=tuple(_finding_from_json(one) for one in kept["findings"]),
            count=kept["count"],
            compared=kept["compared"],
            together=kept["together"],
            beyond=tuple(kept["beyond"]),
        )


def _finding_to_json(one: Finding) -> dict[str, Any]:
    return {
        "kind": str(one.kind),
        "template": one.message.template,
        "values": {
            name: value if isinstance(value, int) else str(value)
            for name, value in one.message.values.items()
        },
        "releases": list(one.releases),
        "cells": [cell_to_json(cell) | {"release": cell.release} for cell in one.cells[:MOST_CELLS]],
    }


def _finding_from_json(kept: Mapping[str, Any]) -> Finding:
    cells: tuple[Cell, ...] = tuple(cell_from_json(cell, release=cell["release"]) for cell in kept["cells"])
    return Finding(
        FindingKind(kept["kind"]), Said(kept["template"], kept["values"]), cells, tuple(kept["releases"])
    )
