"""Take cases out as a workbook of the standard."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Final
from uuid import UUID, uuid4

from django.db import transaction

from amparo.access.actions import (
    Changed,
    SecondPersonNeeded,
    collect_act,
    digest_label,
    mark_of,
    note_copy,
    require,
)
from amparo.access.rules import MOST_PERSONS_ALONE, Permission, Viewer
from amparo.audit.actions import record
from amparo.audit.queries import counted_lately
from amparo.cases.actions import note_taken_out
from amparo.cases.queries import BareFile, CaseChoices, chosen_ids, count_files, iterate_files
from amparo.intake.htcds import (
    BadCell,
    FileFormat,
    Value,
    check_text,
    write_csv,
    write_workbook,
)
from amparo.intake.htcds import profile as fields_of
from amparo.intake.queries import get_rejected_file
from amparo.intake.rules import CaseToTakeOut, rows_of

MOST = 20_000
EXPORT: Final = "intake.export"
EXPORTED: Final = "intake.workbook.export"
RELEASED: Final = "intake.workbook.release"  # agreed on by two, so it does not count against the one


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
    """What was taken out: how many cases and rows, in how many a field could not be kept whole, and as which copy."""

    cases: int
    rows: int
    left_out: Mapping[str, int]
    copy: UUID  # its number: in the file's name, and in the properties of a workbook


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
    cut a text, and `SecondPersonNeeded` where one person would take out more than 25 persons within a day.
    """
    require(by, Permission.EXPORT_RUN)
    chosen = choose_cases(by, choices, with_consent_only=with_consent_only)
    if takes_two(by, chosen):
        raise SecondPersonNeeded
    return _write(chosen, profile=profile, file_format=file_format, stream=stream, by=by, now=now)


def choose_cases(viewer: Viewer, choices: CaseChoices, *, with_consent_only: bool) -> dict[UUID, UUID]:
    """Give the chosen cases with their persons; raises `TooMany`."""
    chosen = chosen_ids(
        viewer, choices=choices, permission=Permission.EXPORT_RUN, with_consent_only=with_consent_only
    )
    if len(chosen) > MOST:
        raise TooMany(len(chosen))
    return chosen


def takes_two(viewer: Viewer, chosen: Mapping[UUID, UUID]) -> bool:
    """Tell whether so much leaves by one person within a day that a second one has to agree.

    What she took out before counts with it: many small workbooks are a large one.
    """
    if viewer.is_system:
        return False
    before = counted_lately(viewer.known_user_id, EXPORTED, hours=24)
    return bool(chosen) and before + len(set(chosen.values())) > MOST_PERSONS_ALONE


@transaction.atomic
def collect_workbook(
    act: UUID, *, stream: IO[bytes], by: Viewer, now: datetime
) -> tuple[TakenOut, FileFormat]:
    """Write the very cases that two people agreed on, once. Raises what `collect_act` raises, or `CannotTakeOut`."""
    payload = collect_act(act, kind=EXPORT, by=by, now=now)
    ids = {UUID(case) for case in payload["cases"]}
    chosen = chosen_ids(by, choices=CaseChoices(), permission=Permission.EXPORT_RUN, with_consent_only=False)
    kept = {case: person for case, person in chosen.items() if case in ids}
    if kept.keys() != ids:
        raise Changed
    file_format = FileFormat(payload["file_format"])
    taken = _write(
        kept, profile=payload["profile"], file_format=file_format, stream=stream, by=by, now=now,
        action=RELEASED,
    )  # fmt: skip
    return taken, file_format


def take_rejected_file(batch: UUID, *, by: Viewer, now: datetime) -> tuple[bytes, FileFormat, UUID]:
    """Give the rejected rows of a workbook back as a file, with the number of this copy; logged. Raises `Absent`."""
    content, file_format = get_rejected_file(by, batch, now=now)
    copy = uuid4()
    # The file was sealed when the workbook was checked: its number stands in its name only.
    note_copy(
        content, copy=copy, what="rejected_rows", about=(file_format.value,), is_marked=False, by=by, now=now
    )
    return content, file_format, copy


def _write(
    chosen: Mapping[UUID, UUID],
    *,
    profile: str,
    file_format: FileFormat,
    stream: IO[bytes],
    by: Viewer,
    now: datetime,
    action: str = EXPORTED,
) -> TakenOut:
    taken: list[UUID] = []
    left_out: Counter[str] = Counter()

    def rows() -> Iterator[Mapping[str, Value]]:
        files = iterate_files(
            by,
            choices=CaseChoices(),
            permission=Permission.EXPORT_RUN,
            action="intake.workbook.read",
            with_consent_only=False,
            now=now,
            only=chosen.keys(),
        )
        for file in files:
            taken.append(file.id)
            for row in rows_of(_to_take_out(file)):
                _refuse_unwritable(row.values, reference=file.reference, profile=profile)
                left_out.update(row.left_out)
                yield row.values

    copy, is_marked = uuid4(), file_format is FileFormat.XLSX
    if is_marked:
        written = write_workbook(rows(), profile=profile, stream=stream, mark=mark_of(copy))
    else:
        written = write_csv(rows(), profile=profile, stream=stream)
    stream.seek(0)
    digest = hashlib.file_digest(stream, "sha256").digest()  # type: ignore[arg-type]  # any binary stream
    about = (profile, file_format.value, digest_label(digest, is_marked=is_marked))
    note_taken_out(cases=taken, profile=f"htcds_{profile}", by=by, now=now)
    record(
        action, by=by, at=now, record=f"copy:{copy}", count=len(taken), fields=about,
        purpose=by.stated_purpose or by.purpose or "",
    )  # fmt: skip
    return TakenOut(
        cases=len(taken), rows=written.rows, left_out=left_out + Counter(written.left_out), copy=copy
    )


def _to_take_out(file: BareFile) -> CaseToTakeOut:
    return CaseToTakeOut(
        person=file.person,
        details=file.details,
        episodes=file.episodes,
        comments=file.comments,
        stage=file.stage,
        closure_reason=file.closure_reason,
        source=file.source,
    )


def _refuse_unwritable(values: Mapping[str, Value], *, reference: str, profile: str) -> None:
    for one in fields_of(profile):
        value = values.get(one.id)
        if isinstance(value, str):
            try:
                check_text(value)
            except BadCell as fault:
                raise CannotTakeOut(reference=reference, field=one.label, fault=fault) from fault
