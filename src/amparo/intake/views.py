"""Answer for the pages of bringing workbooks in and taking them out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from amparo.access.actions import Changed, NotWaiting, Refused, SecondPersonNeeded, once
from amparo.access.rules import MOST_PERSONS_ALONE, Permission
from amparo.access.web import Request, fresh, requires
from amparo.accounts.queries import teams_of
from amparo.cases.actions import WorkedOn
from amparo.cases.queries import get_known_persons
from amparo.intake import panels
from amparo.intake.actions import (
    MOST,
    CannotTakeOut,
    NoSuchStep,
    TooMany,
    ask_export,
    collect_workbook,
    commit_batch,
    decide_proposals,
    export_workbook,
    receive_workbook,
    take_rejected_file,
    throw_batch_away,
    undo_batch,
)
from amparo.intake.forms import ExportForm, WorkbookForm
from amparo.intake.htcds import FileFormat
from amparo.intake.queries import (
    PAGE,
    PROPOSALS_PAGE,
    BatchFile,
    RowFile,
    count_proposals,
    earlier_of,
    get_batch,
    get_report,
    list_batches,
    list_rows,
)
from amparo.intake.rules import BatchState
from amparo.ui.parts import Pager
from amparo.ui.web import page
from amparo.vault.queries import is_key_budget_bounded
from amparo.vocab.text import N_


@requires(Permission.IMPORT_RUN)
def import_workbook(request: Request) -> HttpResponse:
    """Ask for a workbook, and list those that were sent in."""
    viewer = request.viewer
    form = WorkbookForm(
        request.POST or None, request.FILES or None, teams=teams_of(viewer.organisation_id or 0)
    )
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["workbook"]

        def receive() -> str:
            return str(
                receive_workbook(
                    content=upload.read(),
                    file_name=upload.name,
                    team_id=form.cleaned_data["team"],
                    by=viewer,
                    now=request.now,
                )
            )

        batch = once(viewer, submission=form.cleaned_data["submission"], make=receive, now=request.now)
        return HttpResponseRedirect(reverse("intake:batch", args=[batch]))
    context = {"form": form, "batches": panels.batch_table(list_batches(viewer))}
    return page(request, "intake/import.html", context, title=_("Bring a workbook in"))


@requires(Permission.IMPORT_RUN)
@require_GET
def batch(request: Request, batch: UUID) -> HttpResponse:
    """Show where a workbook stands: the check, what to mend, what its rows become, what became of them."""
    file = get_batch(request.viewer, batch)
    template, title, gather = _STATE_PAGES[file.state]
    context = {
        "batch": file,
        "state": panels.state_of(file),
        "back": panels.back_to_imports(),
        **gather(request, file),
    }
    return page(request, template, context, title=_(title))


@requires(Permission.IMPORT_RUN)
@require_POST
def decide(request: Request, batch: UUID) -> HttpResponse:
    """Keep which of the rows shown are joined to the person that was proposed."""
    shown, joined = (_numbers(request.POST.getlist(name)) for name in ("shown", "joined"))
    with _told_when_elsewhere(request):
        decide_proposals(batch=batch, shown=shown, joined=joined, by=request.viewer, now=request.now)
        messages.success(request, _("Your decision is kept."))
    place = f"?likely={_number(request.GET.get('likely', ''))}#likely"
    return HttpResponseRedirect(reverse("intake:batch", args=[batch]) + place)


@requires(Permission.IMPORT_RUN)
@require_POST
def commit(request: Request, batch: UUID) -> HttpResponse:
    """Start to bring the rows in."""
    with _told_when_elsewhere(request):
        commit_batch(batch=batch, by=request.viewer, now=request.now)
    return HttpResponseRedirect(reverse("intake:batch", args=[batch]))


@requires(Permission.IMPORT_UNDO)
@require_POST
@fresh
def undo(request: Request, batch: UUID) -> HttpResponse:
    """Take the cases of a batch back, or say who worked on them."""
    try:
        with _told_when_elsewhere(request):
            count = undo_batch(batch=batch, by=request.viewer, now=request.now)
            said = ngettext("%(count)s case was removed.", "%(count)s cases were removed.", count)
            messages.success(request, said % {"count": count})
    except WorkedOn as refusal:
        context = {
            "work": panels.work_table(refusal.work),
            "count": len(refusal.work),
            "batch": get_batch(request.viewer, batch),
        }
        return page(
            request,
            "intake/worked_on.html",
            context,
            title=_("This import cannot be undone any more"),
            status=409,
        )
    return HttpResponseRedirect(reverse("intake:batch", args=[batch]))


@requires(Permission.IMPORT_RUN)
@require_POST
def throw_away(request: Request, batch: UUID) -> HttpResponse:
    """Remove a workbook that was not brought in."""
    with _told_when_elsewhere(request):
        throw_batch_away(batch=batch, by=request.viewer, now=request.now)
        messages.success(request, _("The workbook was thrown away. Nothing of it is kept."))
    return HttpResponseRedirect(reverse("intake:import"))


@requires(Permission.IMPORT_RUN)
@require_GET
def rejected(request: Request, batch: UUID) -> HttpResponse:
    """Give the rejected rows back, each with what to mend."""
    content, file_format, copy = take_rejected_file(batch, by=request.viewer, now=request.now)
    return HttpResponse(content, headers=panels.file_headers("rows-to-mend", file_format, copy))


@requires(Permission.EXPORT_RUN)
@fresh
def export(request: Request) -> HttpResponse:
    """Ask which cases to take out, and give them as a workbook."""
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        stream, file_format = BytesIO(), FileFormat(form.cleaned_data["file_format"])
        asked: dict[str, Any] = {
            "choices": form.choices(),
            "profile": form.cleaned_data["profile"],
            "file_format": file_format,
            "with_consent_only": not form.cleaned_data["include_without_consent"],
            "by": request.viewer,
            "now": request.now,
        }
        try:
            taken = export_workbook(**asked, stream=stream)
        except SecondPersonNeeded:
            return _ask_second(request, form, asked)
        except TooMany as refusal:
            said = _(
                "%(count)s cases are chosen, and a workbook takes %(most)s. Narrow the choice, for example by the day of opening."
            )
            form.add_error(None, said % {"count": refusal.count, "most": MOST})
        except CannotTakeOut as refusal:
            form.add_error(None, panels.fault_words(refusal))
        else:
            if taken.cases:
                if taken.left_out:
                    messages.warning(request, panels.left_out_words(taken))
                return HttpResponse(
                    stream.getvalue(), headers=panels.file_headers("cases", file_format, taken.copy)
                )
            form.add_error(
                None, _("No case answers this choice. Widen it, or tick “Also cases without consent”.")
            )
    context = {"form": form, "is_bounded": is_key_budget_bounded()}
    return page(request, "intake/export.html", context, title=_("Take cases out"))


@requires(Permission.EXPORT_RUN)
@require_POST
@fresh
def collect(request: Request, act: UUID) -> HttpResponse:
    """Give the workbook on which two people agreed, once, to the one who asked."""
    stream = BytesIO()
    try:
        taken, file_format = collect_workbook(act, stream=stream, by=request.viewer, now=request.now)
    except NotWaiting:
        messages.error(request, _("This file was taken already, or its 24 hours are over. Ask for it anew."))
    except Changed:
        messages.error(request, _("Something of it is no longer within your reach. Ask for it anew."))
    except CannotTakeOut as refusal:
        messages.error(request, panels.fault_words(refusal))
    else:
        if taken.left_out:
            messages.warning(request, panels.left_out_words(taken))
        return HttpResponse(stream.getvalue(), headers=panels.file_headers("cases", file_format, taken.copy))
    return HttpResponseRedirect(reverse("intake:export"))


def _ask_second(request: Request, form: ExportForm, asked: dict[str, Any]) -> HttpResponse:
    """Ask a second person, because more than 25 persons would leave by one within a day."""
    try:
        act = ask_export(**asked)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return page(request, "intake/export.html", {"form": form}, title=_("Take cases out"))
    said = _(
        "More than %(most)s persons within a day take a second person. Somebody is asked; when they agree, the file "
        "waits for you here."
    )
    messages.success(request, said % {"most": MOST_PERSONS_ALONE})
    return HttpResponseRedirect(reverse("accounts:act", args=[act]))


def _working(request: Request, file: BatchFile) -> dict[str, Any]:
    return {"progress": panels.progress_of(file)}


def _findings(request: Request, file: BatchFile) -> dict[str, Any]:
    report = get_report(request.viewer, file.id, now=request.now)
    return {
        "report": report,
        "errors": panels.error_table(report.errors[: panels.SHOWN_ERRORS]),
        "more_errors": max(len(report.errors) - panels.SHOWN_ERRORS, 0),
        "refusals": [panels.words(error) for error in report.errors if not error.row],
        "warnings": panels.error_table(report.warnings[: panels.SHOWN_WARNINGS], kind="warning"),
        "more_warnings": max(len(report.warnings) - panels.SHOWN_WARNINGS, 0),
        "columns": panels.columns_said(report),
    }


def _preview(request: Request, file: BatchFile) -> dict[str, Any]:
    viewer, now = request.viewer, request.now
    after, likely_after = (_number(request.GET.get(name, "")) for name in ("after", "likely"))
    rows = list_rows(viewer, file.id, now=now, after=after)
    likely = list_rows(
        viewer, file.id, now=now, proposals_only=True, after=likely_after, limit=PROPOSALS_PAGE
    )
    ids = {row.known_person for row in (*rows, *likely) if row.known_person is not None}
    known = get_known_persons(viewer, ids, now=now)
    proposed, joined = count_proposals(viewer, file.id)
    return {
        **_findings(request, file),
        "becomes": panels.becomes(file),
        "trouble": panels.trouble_words(file.trouble),
        "earlier": panels.earlier_words(earlier_of(viewer, file.id)),
        "preview": panels.preview_table(rows, known),
        "pager": _pager(rows, "after", after, size=PAGE, total=file.accepted),
        "proposed": proposed,
        "joined": joined,
        "likely": panels.proposal_table(likely, known),
        "likely_numbers": [row.number for row in likely],
        "likely_after": likely_after,
        "likely_pager": _pager(
            likely,
            "likely",
            likely_after,
            size=PROPOSALS_PAGE,
            total=proposed,
            label=_("Pages of persons who are likely the same"),
        ),
    }


def _done(request: Request, file: BatchFile) -> dict[str, Any]:
    return {"becomes": panels.becomes(file), "may_undo": request.viewer.may(Permission.IMPORT_UNDO)}


def _bare(request: Request, file: BatchFile) -> dict[str, Any]:
    return {"trouble": panels.trouble_words(file.trouble), "can_begin_again": bool(file.accepted)}


_STATE_PAGES: dict[BatchState, tuple[str, str, Any]] = {
    BatchState.CHECKING: ("intake/working.html", N_("The workbook is being checked"), _working),
    BatchState.REFUSED: ("intake/refused.html", N_("This file cannot be brought in"), _findings),
    BatchState.FAULTY: ("intake/faulty.html", N_("Some rows need mending"), _findings),
    BatchState.READY: ("intake/preview.html", N_("Look before the rows come in"), _preview),
    BatchState.WRITING: ("intake/working.html", N_("The rows are being brought in"), _working),
    BatchState.DONE: ("intake/done.html", N_("The workbook was brought in"), _done),
    BatchState.UNDONE: ("intake/over.html", N_("This import was undone"), _bare),
    BatchState.THROWN_AWAY: ("intake/over.html", N_("This workbook was thrown away"), _bare),
    BatchState.FAILED: ("intake/failed.html", N_("The import stopped"), _bare),
}


@contextmanager
def _told_when_elsewhere(request: Request) -> Iterator[None]:
    """Say that the batch stands elsewhere by now, instead of an error."""
    try:
        yield
    except NoSuchStep:
        messages.warning(
            request, _("This was done already, or the page was old. Below stands how it is now.")
        )


def _pager(
    rows: tuple[RowFile, ...], name: str, after: int, *, size: int, total: int, label: str = ""
) -> Pager:
    following = f"?{name}={rows[-1].number}" if len(rows) == size else ""
    return Pager(
        next_url=following, previous_url="?" if after else "", shown=len(rows), total=total, label=label
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _numbers(texts: list[str]) -> list[int]:
    return [number for number in map(_number, texts) if number]
