"""Examine a workbook: the one validator of the dry run, of the command and of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from amparo.cases.rules.opening import opening_problems
from amparo.cases.rules.sameness import PersonKey, person_key
from amparo.intake.htcds import Finding, ValidRow, Workbook, read_workbook, validate
from amparo.intake.htcds.layouts import CONSENT
from amparo.intake.rules.bringing_in import has_episode, new_case
from amparo.vocab.text import N_

NOT_ACCEPTABLE = "not_acceptable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """A workbook, its good rows with what tells their persons apart, and all that is to be said of the others."""

    workbook: Workbook
    rows: tuple[ValidRow, ...]
    keys: tuple[PersonKey | None, ...]
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]

    @property
    def rejected_rows(self) -> frozenset[int]:
        """Return the numbers of the rows with errors."""
        return frozenset(error.row for error in self.errors)

    @property
    def consent_no(self) -> int:
        """Count the good rows that say No to consent."""
        return sum(row.values[CONSENT] is False for row in self.rows)

    @property
    def episodes(self) -> int:
        """Count the good rows that tell of what happened."""
        return sum(has_episode(row.values) for row in self.rows)

    def keyed(self) -> Iterator[tuple[int, PersonKey | None]]:
        """Yield the number of each good row and what must be equal for its person to be another row's."""
        return ((row.row, key) for row, key in zip(self.rows, self.keys, strict=True))


def examine(
    source: Path | bytes,
    filename: str,
    *,
    today: date,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> Examined:
    """Read a workbook and check each of its rows, as cells and as the case it would become.

    Raises `BadWorkbook` when the file is none. `report` hears how many rows of how many are checked.
    """
    workbook = read_workbook(source, filename)
    validation = validate(workbook, today=today)
    rows: list[ValidRow] = []
    keys: list[PersonKey | None] = []
    errors = list(validation.errors)
    for done, row in enumerate(validation.rows, start=1):
        new = new_case(row.values, today=today)
        faults = opening_problems(new, today=today)
        errors += [
            Finding(row.row, "", NOT_ACCEPTABLE, N_("The row cannot become a case (%(where)s). %(what)s"),
                    {"where": fault.attribute, "what": fault.message % fault.about})
            for fault in faults
        ]  # fmt: skip
        if not faults:
            rows.append(row)
            keys.append(person_key(new.person))
        if done % 500 == 0:
            report(done, len(validation.rows))
    return Examined(
        workbook=workbook,
        rows=tuple(rows),
        keys=tuple(keys),
        errors=tuple(sorted(errors, key=lambda finding: finding.row)),
        warnings=(*workbook.notes, *validation.warnings),
    )
