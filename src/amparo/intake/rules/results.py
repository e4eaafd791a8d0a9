"""What an import says when it is through, in words of a program."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amparo.intake.htcds import Finding
from amparo.intake.rules.examining import Examined
from amparo.intake.rules.proposals import Proposal
from amparo.vocab.text import N_


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What the good rows of a workbook become."""

    rows: int
    accepted: int
    rejected: int
    consent_no: int
    persons_new: int
    persons_existing: int
    cases: int
    episodes: int


def counts_of(examined: Examined, joined: dict[int, Proposal]) -> Counts:
    """Count what a workbook becomes when those rows are joined as proposed."""
    rejected = len(examined.rejected_rows)
    accepted = len(examined.rows)
    return Counts(
        rows=len(examined.workbook.rows),
        accepted=accepted,
        rejected=rejected,
        consent_no=examined.consent_no,
        persons_new=accepted - len(joined),
        persons_existing=len({one.known_person for one in joined.values() if one.known_person is not None}),
        cases=accepted,
        episodes=examined.episodes,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The result of the command: `joined` are the rows whose proposal was followed, `written` tells whether all was kept."""

    examined: Examined
    counts: Counts
    proposals: dict[int, Proposal]
    joined: Collection[int]
    earlier_at: datetime | None
    written: bool

    @property
    def is_good(self) -> bool:
        """Tell whether no row was rejected."""
        return not self.examined.errors

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Return what is worth a look, the same file sent in before among it."""
        if self.earlier_at is None:
            return self.examined.warnings
        template = N_(
            "The same file was brought in before, on %(day)s. Its cases now stand twice, unless this was a dry run."
        )
        return (
            Finding(0, "", "same_file", template, {"day": f"{self.earlier_at:%Y-%m-%d}"}),
            *self.examined.warnings,
        )

    def as_json(self) -> dict[str, Any]:
        """Return what `amparo import htcds --json` prints."""
        workbook = self.examined.workbook
        return {
            "file": workbook.filename,
            "layout": workbook.layout,
            "rows": self.counts.rows,
            "accepted": self.counts.accepted,
            "rejected": self.counts.rejected,
            "persons_new": self.counts.persons_new,
            "persons_existing": self.counts.persons_existing,
            "cases": self.counts.cases,
            "episodes": self.counts.episodes,
            "errors": [error.as_json() for error in self.examined.errors],
            "consent_no": self.counts.consent_no,
            "written": self.written,
            "proposals": [
                {"row": one.row, "earlier_row": one.earlier_row, "joined": one.row in self.joined}
                for one in self.proposals.values()
            ],
            "warnings": [warning.as_json() for warning in self.warnings],
            "unknown_columns": [
                {
                    "column": one.letter,
                    "heading": one.heading,
                    "filled": one.filled,
                    "suggestion": one.suggestion,
                }
                for one in workbook.unknown_columns
            ],
            "missing_columns": [one.id for one in workbook.missing_columns],
        }
