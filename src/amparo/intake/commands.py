"""`amparo import htcds`: take a workbook in from the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils import timezone

from amparo.access.rules import Permission, Viewer, system_viewer
from amparo.accounts.queries import find_organisation, organisation_names
from amparo.intake.actions import take_in
from amparo.intake.htcds import BadWorkbook
from amparo.intake.rules.results import Result

GOOD, REJECTED, NO_WORKBOOK = 0, 1, 2
SHOWN = 50
NEEDED = (Permission.IMPORT_RUN, Permission.CASE_READ, Permission.CASE_CREATE)
DOING = {"check": "Checking", "write": "Bringing in"}

Report = Callable[[str, int, int], None]


def import_htcds(
    file: Path, *, organisation: str, dry_run: bool, keep_apart: bool = False, as_json: bool
) -> int:
    """Take a workbook in for an organisation and print what became of it; gives the exit code.

    0: all rows are good. 1: rows were rejected, nothing was written. 2: the file is no such workbook, or there is no such
    organisation. Rows that are likely of one person are joined, unless `keep_apart`; each is named. The cases have no
    worker: a supervisor shares them out.
    """
    found = find_organisation(organisation)
    if found is None:
        names = ", ".join(name for _, name in organisation_names()[:12])
        remedy = (
            f"There are: {names}." if names else "There is none yet: amparo organisation add NAME --kind KIND"
        )
        return _refuse(
            file, "no_such_organisation", f"There is no organisation “{organisation}”. {remedy}", as_json
        )
    if not file.is_file():
        return _refuse(file, "no_such_file", f"There is no file {file}.", as_json)
    viewer = system_viewer(NEEDED, organisation_id=found.id)
    try:
        result = _taken_in(file, dry_run=dry_run, keep_apart=keep_apart, viewer=viewer)
    except BadWorkbook as refusal:
        return _refuse(file, refusal.code, str(refusal), as_json)
    if as_json:
        print(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_told(result, dry_run=dry_run)))
    return GOOD if result.is_good else REJECTED


def _taken_in(file: Path, *, dry_run: bool, keep_apart: bool, viewer: Viewer) -> Result:
    with _progress() as report:
        return take_in(
            file=file,
            dry_run=dry_run,
            keep_apart=keep_apart,
            by=viewer,
            now=timezone.now(),
            report=report,
            told_to_wait=_say_waiting,
        )


def _say_waiting() -> None:
    print("Another import of this organisation is running. Waiting until it is through.", file=sys.stderr)


@contextmanager
def _progress() -> Iterator[Report]:
    """Draw a bar where somebody watches, and stay silent where nobody does."""
    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        bars = {what: bar.add_task(label, total=None) for what, label in DOING.items()}
        yield lambda what, done, total: bar.update(bars[what], completed=done, total=total)


def _refuse(file: Path, code: str, message: str, as_json: bool) -> int:
    if as_json:
        error = {"row": 0, "column": "", "code": code, "message": message}
        counts = dict.fromkeys(
            ("rows", "accepted", "rejected", "persons_new", "persons_existing", "cases", "episodes"), 0
        )
        print(
            json.dumps(
                {"file": file.name, "layout": "", **counts, "errors": [error]}, ensure_ascii=False, indent=2
            )
        )
    else:
        print(f"{file.name}: {message}", file=sys.stderr)
    return NO_WORKBOOK


def _told(result: Result, *, dry_run: bool) -> Iterator[str]:
    counts, workbook = result.counts, result.examined.workbook
    rows = _count(counts.rows, "row")
    yield f"{workbook.filename} ({workbook.layout}): {rows}, {counts.accepted} good, {counts.rejected} rejected"
    for error in result.examined.errors[:SHOWN]:
        yield f"  mend row {error.row}, {error.column or 'the whole row'}: {error.message}"
    yield from _more(len(result.examined.errors), "to mend")
    for warning in result.warnings[:SHOWN]:
        yield (
            f"  look at row {warning.row}, {warning.column}: {warning.message}"
            if warning.row
            else f"  note: {warning.message}"
        )
    yield from _more(len(result.warnings), "to look at")
    for column in workbook.unknown_columns:
        hint = f" Did you mean {column.suggestion}?" if column.suggestion else ""
        filled = _count(column.filled, "filled cell")
        yield f"  note: column {column.letter} “{column.heading}” is none of the standard and was not read ({filled}).{hint}"
    if workbook.missing_columns:
        yield f"  note: the file lacks these columns of the standard: {', '.join(one.label for one in workbook.missing_columns)}"
    yield from _outcome(result, dry_run=dry_run)


def _more(count: int, what: str) -> Iterator[str]:
    if count > SHOWN:
        yield f"  and {count - SHOWN} more {what}; --json lists all"


def _outcome(result: Result, *, dry_run: bool) -> Iterator[str]:
    counts = result.counts
    if not result.is_good:
        yield "Nothing was written. Mend the rows above and send the file again."
        return
    yield (
        f"The rows {'would become' if dry_run else 'became'} {_count(counts.cases, 'case')} with "
        f"{_count(counts.episodes, 'episode')}, of {_count(counts.persons_new, 'new person')} and "
        f"{_count(counts.persons_existing, 'known one')}."
    )
    yield from _likely(result)
    if counts.consent_no:
        refused = _count(counts.consent_no, "row")
        yield f"Consent is No in {refused}: they stay with the organisation and out of every figure."
    if not dry_run:
        yield "The cases have no worker yet; a supervisor shares them out."


def _likely(result: Result) -> Iterator[str]:
    """Name the rows with the names and birth date of another, and what was done with them: a person looks at them after."""
    likely = list(result.proposals.values())
    if not likely:
        return
    if result.joined:
        yield f"{_count(len(likely), 'row')} joined to a person with the same names and birth date (--keep-apart: not so):"
    else:
        yield f"{_count(len(likely), 'row')} kept apart from a person with the same names and birth date:"
    for one in likely[:SHOWN]:
        other = "a person of the organisation" if one.earlier_row is None else f"row {one.earlier_row}"
        yield f"  row {one.row}: {other}"
    yield from _more(len(likely), "such rows")


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
