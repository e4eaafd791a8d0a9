"""Lay out what is known of a batch as the parts of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _

from amparo.access.rules import Permission, Viewer
from amparo.cases.actions import Work
from amparo.cases.queries import KnownPerson
from amparo.cases.rules import Stage
from amparo.cases.rules.naming import display_name
from amparo.intake.actions import CannotTakeOut, TakenOut
from amparo.intake.htcds import FileFormat, field
from amparo.intake.queries import BatchFile, Report, RowFile, Said
from amparo.intake.rules import BatchState, person_of
from amparo.intake.rules.bringing_in import STAGES, has_episode
from amparo.intake.rules.homes import STATUS
from amparo.ui.formats import say_moment
from amparo.ui.parts import Cell, Column, DataTable, Link, NavigationItem, Progress, Row, State, SummaryRow

CONTENT_TYPES = {
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.CSV: "text/csv; charset=utf-8",
}
SHOWN_ERRORS, SHOWN_WARNINGS = 200, 50
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
COLOURS: Mapping[BatchState, str] = {
    BatchState.CHECKING: "blue",
    BatchState.REFUSED: "red",
    BatchState.FAULTY: "red",
    BatchState.READY: "yellow",
    BatchState.WRITING: "blue",
    BatchState.DONE: "green",
    BatchState.UNDONE: "grey",
    BatchState.THROWN_AWAY: "grey",
    BatchState.FAILED: "red",
}
LAYOUTS = {
    "excel": "HTCDS 2.0, Excel",
    "excel_single_select": "HTCDS 2.0, Excel, single select",
    "xlsform": "HTCDS 2.0, XLSForm",
    "ods": "HTCDS 2.0",
}


def navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer the import to who may bring workbooks in."""
    if not viewer.may(Permission.IMPORT_RUN):
        return None
    return NavigationItem(label=_("Import"), url=reverse("intake:import"), order=40)


def state_of(batch: BatchFile) -> State:
    """Say where a batch stands."""
    return State(label=_(batch.state.label), colour=COLOURS[batch.state])


def batch_table(batches: Iterable[BatchFile]) -> DataTable:
    """Lay out the latest batches; each row leads to its page."""
    columns = (
        Column(key="sent", label=_("Sent in"), main=True),
        Column(key="by", label=_("By")),
        Column(key="state", label=_("State")),
        Column(key="rows", label=_("Rows"), numeric=True),
        Column(key="rejected", label=_("To mend"), numeric=True),
        Column(key="cases", label=_("Cases"), numeric=True),
    )
    rows = tuple(
        Row(
            url=reverse("intake:batch", args=[batch.id]),
            cells=(
                Cell(value=batch.created_at),
                Cell(value=batch.sender or _("The command line")),
                Cell(value=state_of(batch)),
                Cell(value=batch.rows),
                Cell(value=batch.rejected),
                Cell(value=batch.cases if batch.state is BatchState.DONE else 0),
            ),
        )
        for batch in batches
    )
    return DataTable(
        caption=_("Workbooks that were sent in"),
        columns=columns,
        rows=rows,
        empty_title=_("No workbook yet"),
        empty_text=_(
            "Each workbook that somebody of your organisation sends in stands here, with what became of it."
        ),
    )


def progress_of(batch: BatchFile) -> Progress:
    """Say how far the job is that is at a batch."""
    is_writing = batch.state is BatchState.WRITING
    return Progress(
        label=_("Bringing the rows in") if is_writing else _("Checking the workbook"),
        done=batch.done,
        total=batch.total,
        url=reverse("intake:batch", args=[batch.id]),
    )


def becomes(batch: BatchFile) -> tuple[SummaryRow, ...]:
    """Say what the rows of a batch become, or became."""
    rows = [
        SummaryRow(label=_("Layout"), value=LAYOUTS.get(batch.layout, batch.layout)),
        SummaryRow(label=_("Rows"), value=batch.rows),
        SummaryRow(label=_("Cases"), value=batch.cases),
        SummaryRow(label=_("What happened (episodes)"), value=batch.episodes),
        SummaryRow(label=_("New persons"), value=batch.persons_new),
        SummaryRow(label=_("Persons who are known already"), value=batch.persons_existing),
        SummaryRow(
            label=_("Without consent"),
            value=batch.consent_no,
            note=_("They stay in your organisation and out of every figure.") if batch.consent_no else "",
        ),
        SummaryRow(label=_("Team"), value=batch.team or _("None yet")),
    ]
    return tuple(rows)


def error_table(errors: Sequence[Said], *, kind: str = "error") -> DataTable:
    """Lay out what was found, with the place and the remedy."""
    columns = (
        Column(key="place", label=_("Place"), main=True),
        Column(key="column", label=_("Column")),
        Column(key="what", label=_("What to mend") if kind == "error" else _("What to look at")),
    )
    rows = tuple(
        Row(
            cells=(
                Cell(value=_("Row %(row)s") % {"row": error.row} if error.row else _("Whole file")),
                Cell(value=error.column or _("All columns")),
                Cell(value=words(error)),
            )
        )
        for error in errors
    )
    caption = _("Rows to mend") if kind == "error" else _("Things to look at")
    return DataTable(caption=caption, columns=columns, rows=rows)


def words(said: Said) -> str:
    """Say one finding in the language of the page."""
    if not get_language_bidi():
        return _(said.template) % said.values
    # What stands in a cell keeps its own direction inside a sentence that runs the other way.
    return _(said.template) % {
        name: f"{ISOLATE}{value}{END_ISOLATE}" if isinstance(value, str) else value
        for name, value in said.values.items()
    }


def columns_said(report: Report) -> tuple[SummaryRow, ...]:
    """Name the columns that were not read and those that the file lacks: nothing is left out in silence."""
    rows = []
    if report.unknown_columns:
        rows.append(
            SummaryRow(
                label=_("Columns that were not read"), value=tuple(map(_unknown, report.unknown_columns))
            )
        )
    if report.missing_columns:
        rows.append(
            SummaryRow(
                label=_("Columns of the standard that the file lacks"),
                value=_(", ").join(report.missing_columns),
            )
        )
    return tuple(rows)


def preview_table(rows: Sequence[RowFile], known: Mapping[UUID, KnownPerson]) -> DataTable:
    """Lay out what each row becomes."""
    columns = (
        Column(key="row", label=_("Row"), numeric=True),
        Column(key="name", label=_("Name"), main=True),
        Column(key="birth", label=_("Born")),
        Column(key="person", label=_("Person")),
        Column(key="stage", label=_("Stage")),
        Column(key="episode", label=_("What happened")),
        Column(key="consent", label=_("Consent")),
    )
    lines = []
    for row in rows:
        person = person_of(row.values)
        lines.append(
            Row(
                key=str(row.number),
                is_selected=row.is_joined,
                cells=(
                    Cell(value=row.number),
                    Cell(value=display_name("", person.names) or _("No name"), is_name=True),
                    Cell(value=person.birth),
                    _person_cell(row, known),
                    Cell(value=_(STAGES.get(str(row.values.get(STATUS, "")), Stage.INTAKE).label)),
                    Cell(value=_("Yes") if has_episode(row.values) else _("Nothing said")),
                    Cell(value=_("Yes") if row.values.get("con_Consent") else _("No")),
                ),
            )
        )
    return DataTable(caption=_("What each row becomes"), columns=columns, rows=tuple(lines))


def proposal_table(rows: Sequence[RowFile], known: Mapping[UUID, KnownPerson]) -> DataTable:
    """Lay out the rows whose person is likely known, each with a box that says whether they are one."""
    columns = (
        Column(key="name", label=_("Name"), main=True),
        Column(key="row", label=_("Row"), numeric=True),
        Column(key="birth", label=_("Born")),
        Column(key="like", label=_("Likely the same as")),
        Column(key="why", label=_("Why")),
    )
    lines = []
    for row in rows:
        person = person_of(row.values)
        lines.append(
            Row(
                key=str(row.number),
                is_selected=row.is_joined,
                cells=(
                    Cell(value=display_name("", person.names), is_name=True),
                    Cell(value=row.number),
                    Cell(value=person.birth),
                    _like_cell(row, known),
                    Cell(value=_("Names and birth date are equal")),
                ),
            )
        )
    return DataTable(
        caption=_("Likely the same person"), columns=columns, rows=tuple(lines), select_name="joined"
    )


def work_table(work: Sequence[Work]) -> DataTable:
    """Say who did what on the cases of a batch, so that it cannot be undone."""
    columns = (
        Column(key="case", label=_("Case"), main=True),
        Column(key="what", label=_("What was done")),
        Column(key="by", label=_("By")),
        Column(key="at", label=_("When")),
    )
    rows = tuple(
        Row(
            cells=(
                Cell(
                    value=one.reference, is_reference=True, url=reverse("cases:detail", args=[one.reference])
                ),
                Cell(value=_(one.what)),
                Cell(value=one.by or _("Not recorded")),
                Cell(value=one.at),
            )
        )
        for one in work[:SHOWN_WARNINGS]
    )
    return DataTable(caption=_("What was done since"), columns=columns, rows=rows)


def back_to_imports() -> Link:
    """Lead back to the list."""
    return Link(label=_("Import"), url=reverse("intake:import"))


def said_earlier(at: str, by: str) -> str:
    """Warn that the same file came in before."""
    values = {"at": at, "by": by or _("the command line")}
    return (
        _(
            "The same file was brought in before, on %(at)s by %(by)s. If you bring it in again, its cases stand twice."
        )
        % values
    )


def earlier_words(earlier: object) -> str:
    """Say the warning for what `queries.earlier_of` gave, or nothing."""
    at, by = getattr(earlier, "at", None), getattr(earlier, "by", "")
    return "" if at is None else said_earlier(say_moment(at), by)


def trouble_words(trouble: str) -> str:
    """Say what stopped a job, and what to do."""
    said = {
        "rights_ended": _("The job ran under the rights of who started it, and these have ended. Nothing was written. Somebody who may bring workbooks in can start it again."),
        "stopped": _("Something went wrong on our side. Nothing was written. Try it again; if it stops again, tell the people who run this installation."),
        "proposals_changed": _("Since the check another import ended, and more rows are likely of persons who are known now. Nothing was written yet. Look at them below and decide again."),
    }  # fmt: skip
    return said.get(trouble, "")


def file_headers(name: str, file_format: FileFormat, copy: UUID) -> dict[str, str]:
    """Return the headers under which a file is downloaded; the number of the copy stands in its name."""
    return {
        "Content-Type": CONTENT_TYPES[file_format],
        "Content-Disposition": f'attachment; filename="{name}-{copy}.{file_format}"',
    }


def fault_words(refusal: CannotTakeOut) -> str:
    """Say which text of which case cannot be taken out, and why."""
    what = _(refusal.fault.template) % refusal.fault.values
    return f"{refusal.reference}, {refusal.field}: {what}"


def left_out_words(taken: TakenOut) -> str:
    """Say which fields the file holds only in part or not at all, and in how many rows."""
    fields = [
        f"{field(name).section}: {field(name).label} ({count})"
        for name, count in sorted(taken.left_out.items())
    ]
    return _(
        "The file does not hold all: the standard, or the layout, has no place for more. Left out, with the number of rows: %(fields)s."
    ) % {"fields": _(", ").join(fields)}


def _unknown(column: Mapping[str, object]) -> str:
    values = {
        "letter": column["letter"],
        "heading": column["heading"] or _("no heading"),
        "meant": column["suggestion"],
    }
    filled = int(str(column["filled"]))
    count = ngettext("%(count)s filled cell", "%(count)s filled cells", filled) % {"count": filled}
    if column["suggestion"]:
        return _("%(letter)s: %(heading)s (%(filled)s). Did you mean %(meant)s?") % {
            **values,
            "filled": count,
        }
    return _("%(letter)s: %(heading)s (%(filled)s)") % {**values, "filled": count}


def _person_cell(row: RowFile, known: Mapping[UUID, KnownPerson]) -> Cell:
    if not row.is_joined:
        note = _("kept apart from a likely one") if row.is_proposal else ""
        return Cell(value=_("New person"), note=note)
    return _like_cell(row, known)


def _like_cell(row: RowFile, known: Mapping[UUID, KnownPerson]) -> Cell:
    if row.earlier_row is not None:
        return Cell(value=_("Row %(row)s") % {"row": row.earlier_row}, note=_("in this workbook"))
    person = None if row.known_person is None else known.get(row.known_person)
    if person is None:
        return Cell(value=_("A person of your organisation"))
    return Cell(
        value=person.reference,
        is_reference=True,
        url=reverse("cases:detail", args=[person.reference]),
        note=_("a person of your organisation"),
    )
