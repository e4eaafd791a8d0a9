"""Take cases out as a workbook of the standard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from uuid import UUID

from django.db import transaction

from amparo.access.actions import require
from amparo.access.rules import Permission, Viewer
from amparo.audit.actions import record
from amparo.cases.actions import note_taken_out
from amparo.cases.queries import CaseChoices, count_files, iterate_files
from amparo.intake.htcds import (
    BadCell,
    FileFormat,
    Value,
    check_text,
    write_csv,
    write_workbook,
)
from amparo.intake.htcds import profile as fields_of
from amparo.intake.rules import CaseToTakeOut, rows_of

MOST = 20_000


class TooMany(Exception):
    """More cases are chosen than one workbook takes."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"{count} cases are chosen; one workbook takes {MOST}.")


class CannotTakeOut(Exception):
    """A text of a case cannot stand in a cell whole; `fault` says why and what to do."""

    def __init__(self, *, reference: str, field: str, fault: BadCell) -> None:
        self.reference, self.field, self.fault = reference, field, fault
        super().__init__(f"{reference}, {field}: {fault}")


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenOut:
    """What was taken out: how many cases and rows, and in how many a field could not be kept whole."""

    cases: int
    rows: int
    left_out: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """How many cases would be taken out, and how many more have no consent to leave the organisation."""

    with_consent: int
    without_consent: int


def count_choice(viewer: Viewer, choices: CaseChoices) -> Choice:
    """Count what a choice would take out."""
    counts = [
        count_files(viewer, choices=choices, permission=Permission.EXPORT_RUN, consent=consent)
        for consent in (True, False)
    ]
    return Choice(with_consent=counts[0], without_consent=counts[1])


@transaction.atomic
def export_workbook(
    *,
    choices: CaseChoices,
    profile: str,
    file_format: FileFormat,
    with_consent_only: bool,
    stream: IO[bytes],
    by: Viewer,
    now: datetime,
) -> TakenOut:
    """Write the viewer's chosen cases as a workbook of a profile; logged, and noted in each case.

    Only cases of the own organisation are taken out, never those that a grant opens. Raises `CannotTakeOut` rather than
    cut a text.
    """
    require(by, Permission.EXPORT_RUN)
    choice = count_choice(by, choices)
    count = choice.with_consent + (0 if with_consent_only else choice.without_consent)
    if count > MOST:
        raise TooMany(count)
    taken: list[UUID] = []
    left_out: Counter[str] = Counter()

    def rows() -> Iterator[Mapping[str, Value]]:
        files = iterate_files(
            by,
            choices=choices,
            permission=Permission.EXPORT_RUN,
            action="intake.workbook.read",
            with_consent_only=with_consent_only,
            now=now,
        )
        for file in files:
            taken.append(file.id)
            case = CaseToTakeOut(
                person=file.person,
                details=file.details,
                episodes=file.episodes,
                comments=file.comments,
                stage=file.stage,
                closure_reason=file.closure_reason,
                source=file.source,
            )
            for row in rows_of(case):
                _refuse_unwritable(row.values, reference=file.reference, profile=profile)
                left_out.update(row.left_out)
                yield row.values

    write = write_workbook if file_format is FileFormat.XLSX else write_csv
    written = write(rows(), profile=profile, stream=stream)
    note_taken_out(cases=taken, profile=f"htcds_{profile}", by=by, now=now)
    record("intake.workbook.export", by=by, at=now, count=len(taken), fields=[profile, file_format])
    return TakenOut(cases=len(taken), rows=written.rows, left_out=left_out + Counter(written.left_out))


def _refuse_unwritable(values: Mapping[str, Value], *, reference: str, profile: str) -> None:
    for one in fields_of(profile):
        value = values.get(one.id)
        if isinstance(value, str):
            try:
                check_text(value)
            except BadCell as fault:
                raise CannotTakeOut(reference=reference, field=one.label, fault=fault) from fault
