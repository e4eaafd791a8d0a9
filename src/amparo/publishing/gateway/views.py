"""Answer researchers: write a proposal and follow it, open the data while they are open, and ask for results."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from amparo.access.rules import Permission
from amparo.access.web import Request, requires
from amparo.publishing.actions import (
    ask_more_time,
    ask_output,
    change_proposal,
    close_proposal,
    colleagues_of,
    open_file,
    open_release,
    submit_proposal,
    take_back_proposal,
    write_proposal,
)
from amparo.publishing.export import tables_of_release
from amparo.publishing.export.catalogue import MEDIA_TYPES
from amparo.publishing.forms import MoreTimeForm, OutputForm, PlanForm, ReportForm
from amparo.publishing.panels.research import proposal_table, researcher_acts
from amparo.publishing.public.answering import download
from amparo.publishing.public.showing import shown_files, shown_table
from amparo.publishing.public.views import FILES, release_rows, written
from amparo.publishing.queries import ProposalFile, get_proposal, list_proposals
from amparo.publishing.rules import NotOpen, NotThen, NotWritten, Plan, ProposalStep, can_step
from amparo.publishing.rules.tables import PublishedItem
from amparo.publishing.views.research import proposal_page
from amparo.publishing.views.steps import in_the_way
from amparo.ui.parts import Link
from amparo.ui.web import page

STEPS: Final = {"submit": submit_proposal, "take_back": take_back_proposal}
REFUSED = (NotOpen, NotThen, NotWritten)


@requires(Permission.RESEARCH_PROPOSE)
@require_GET
def proposals(request: Request) -> HttpResponse:
    """List the proposals of the viewer."""
    found = list_proposals(request.viewer)
    context = {
        "table": proposal_table(request.viewer, found, today=localdate(request.now)),
        "new": reverse("gateway:new"),
    }
    return page(request, "publishing/proposals.html", context, title=_("Research"))


@requires(Permission.RESEARCH_PROPOSE)
def new(request: Request) -> HttpResponse:
    """Write a proposal."""

    def keep(plan: Plan, colleagues: Collection[int]) -> UUID:
        return write_proposal(plan, colleagues=colleagues, by=request.viewer, now=request.now)

    return _write(request, keep, back=Link(label=_("Research"), url=reverse("gateway:list")), initial={})


@requires(Permission.RESEARCH_PROPOSE)
def change(request: Request, proposal: UUID) -> HttpResponse:
    """Change a proposal that is not sent in."""
    file = get_proposal(request.viewer, proposal)
    if not can_step(file.state, ProposalStep.EDIT):
        messages.error(
            request, _("What was sent in is not changed any more. Take it back, and write another.")
        )
        return HttpResponseRedirect(_address(file.id))

    def keep(plan: Plan, colleagues: Collection[int]) -> UUID:
        change_proposal(file.id, plan, colleagues=colleagues, by=request.viewer, now=request.now)
        return file.id

    initial: dict[str, Any] = {name: getattr(file, name) for name in Plan.__dataclass_fields__}
    initial["colleagues"] = [str(one.user_id) for one in file.members]
    return _write(request, keep, back=_back(file), initial=initial)


def _write(
    request: Request, keep: Callable[[Plan, Collection[int]], UUID], *, back: Link, initial: dict[str, Any]
) -> HttpResponse:
    colleagues = colleagues_of(request.viewer, now=request.now)
    form = PlanForm(request.POST or None, colleagues=colleagues, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            proposal = keep(form.plan(), form.named)
        except (NotThen, NotWritten) as refusal:
            form.add_error(None, in_the_way(refusal))
        else:
            messages.success(
                request, _("Saved as a draft. Nobody of the office sees it until you send it in.")
            )
            return HttpResponseRedirect(_address(proposal))
    context = {"form": form, "button": _("Save"), "back": back}
    return page(request, "publishing/question.html", context, title=_("Research proposal"))


@requires(Permission.RESEARCH_PROPOSE)
@require_GET
def proposal(request: Request, proposal: UUID) -> HttpResponse:
    """Show a proposal to those who are named in it."""
    file = get_proposal(request.viewer, proposal)
    back = Link(label=_("Research"), url=reverse("gateway:list"))
    return proposal_page(request, file, acts=researcher_acts(file), back=back)


@requires(Permission.RESEARCH_PROPOSE)
@require_POST
def step(request: Request, proposal: UUID) -> HttpResponse:
    """Send a proposal in, or take it back."""
    act = STEPS.get(request.POST.get("step", ""))
    if act is None:
        raise Http404
    done = {
        "submit": _(
            "It is sent in. Two people of the office decide on it; nothing of it can be changed any more."
        ),
        "take_back": _("It is taken back."),
    }
    try:
        act(proposal, by=request.viewer, now=request.now)
    except REFUSED as refusal:
        messages.error(request, in_the_way(refusal))
    else:
        messages.success(request, done[request.POST["step"]])
    return HttpResponseRedirect(_address(proposal))


@requires(Permission.RESEARCH_PROPOSE)
def more_time(request: Request, proposal: UUID) -> HttpResponse:
    """Ask that the data stay open longer."""
    form = MoreTimeForm(request.POST or None)
    file = get_proposal(request.viewer, proposal)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            ask_more_time(
                file.id, until=typed["until"], because=typed["because"], by=request.viewer, now=request.now
            )
        except REFUSED as refusal:
            form.add_error(None, in_the_way(refusal))
        else:
            messages.success(
                request, _("Two people of the office decide on it. Until then the last day stays as it is.")
            )
            return HttpResponseRedirect(_address(file.id))
    context = {"form": form, "button": _("Ask for more time"), "back": _back(file)}
    return page(request, "publishing/question.html", context, title=_("Ask for more time"))


@requires(Permission.RESEARCH_PROPOSE)
def report(request: Request, proposal: UUID) -> HttpResponse:
    """Close a proposal with a report."""
    form = ReportForm(request.POST or None)
    file = get_proposal(request.viewer, proposal)
    if request.method == "POST" and form.is_valid():
        try:
            close_proposal(file.id, report=form.cleaned_data["report"], by=request.viewer, now=request.now)
        except REFUSED as refusal:
            form.add_error(None, in_the_way(refusal))
        else:
            messages.success(request, _("It is closed. Thank you for telling what came of it."))
            return HttpResponseRedirect(_address(file.id))
    context = {
        "form": form,
        "words": _("From then on the data are closed. Results that you asked for go on their way."),
        "button": _("Close it with a report"),
        "back": _back(file),
    }
    return page(request, "publishing/question.html", context, title=_("Close it with a report"))


@requires(Permission.RESEARCH_PROPOSE)
@require_GET
def data(request: Request, proposal: UUID, number: str) -> HttpResponse:
    """Open a release by a proposal. It is logged, with the proposal as its purpose."""
    file = get_proposal(request.viewer, proposal)
    try:
        found = open_release(file.id, number, by=request.viewer, now=request.now)
    except NotOpen as refusal:
        return _closed(request, file.id, refusal)
    context = {
        "release": found,
        "proposal": file,
        "rows": release_rows(found, ""),
        "tables": [shown_table(one) for one in tables_of_release(found)],
        "files": shown_files(found),
        "at": request.path,
        "back": _back(file),
    }
    return page(request, "publishing/opened.html", context, title=found.title)


@requires(Permission.RESEARCH_PROPOSE)
@require_GET
def table(request: Request, proposal: UUID, number: str, table: int, form: str) -> HttpResponse:
    """Hand out a table of an opened release in one form."""
    try:
        found = open_release(proposal, number, by=request.viewer, now=request.now, form=form)
    except NotOpen as refusal:
        return _closed(request, proposal, refusal)
    tables = tables_of_release(found)
    if not 1 <= table <= len(tables):
        raise Http404
    one = tables[table - 1]
    address = request.build_absolute_uri(reverse("gateway:data", args=[proposal, number]))
    return _private(written(one, form, address=address), name=f"{one.name}.{form}", media=MEDIA_TYPES[form])


@requires(Permission.RESEARCH_PROPOSE)
@require_GET
def file(request: Request, proposal: UUID, number: str, position: int) -> HttpResponse:
    """Hand out a file of an opened release."""
    try:
        item = open_file(proposal, number, position, by=request.viewer, now=request.now)
    except NotOpen as refusal:
        return _closed(request, proposal, refusal)
    media = str(item.content.get("media_type", ""))
    name = f"{number}-file-{position}.{FILES.get(media, 'txt')}"
    return _private(
        str(item.content["text"]).encode(), name=name, media=media if media in FILES else "text/plain"
    )


@requires(Permission.RESEARCH_PROPOSE)
def output(request: Request, proposal: UUID, number: str, position: int) -> HttpResponse:
    """Ask that a table of an opened file be let out."""
    file = get_proposal(request.viewer, proposal)
    try:
        item = open_file(file.id, number, position, by=request.viewer, now=request.now)
    except NotOpen as refusal:
        return _closed(request, file.id, refusal)
    form = OutputForm(request.POST or None, variables=_variables(item))
    if request.method == "POST" and form.is_valid():
        rows, columns = form.chosen
        try:
            is_on = ask_output(
                file.id, number, position, title=form.cleaned_data["title"], rows=rows, columns=columns,
                by=request.viewer, now=request.now,
            )  # fmt: skip
        except REFUSED as refusal:
            form.add_error(None, in_the_way(refusal))
        else:
            said = _("It is put up for review. You see on this page what becomes of it.")
            held = _(
                "The register holds it up, beside what was let out before. The office looks at it, and tells you."
            )
            messages.success(request, said if is_on else held)
            return HttpResponseRedirect(_address(file.id))
    words = _(
        "The table is counted here, in the file that is open to you. Small numbers are hidden; the register compares it with everything "
        "that was let out before; two people decide."
    )
    context = {"form": form, "words": words, "button": _("Ask for this table"), "back": _back(file)}
    return page(request, "publishing/question.html", context, title=_("A table of the file"))


def _variables(item: PublishedItem) -> list[tuple[str, str]]:
    labels = item.content.get("labels", {}).get(get_language() or "en", {})
    return [(name, labels.get(name, {}).get("") or name) for name in item.content.get("columns", ())]


def _private(content: bytes, *, name: str, media: str) -> HttpResponse:
    """Hand out what is for these researchers and nobody else, so that no program of another site gets it, and no proxy keeps it."""
    response = download(content, name=name, media=media)
    del response.headers["Access-Control-Allow-Origin"]
    del response.headers["Cross-Origin-Resource-Policy"]
    response.headers["Cache-Control"] = "no-store"
    return response


def _closed(request: Request, proposal: UUID, refusal: NotOpen) -> HttpResponse:
    messages.error(request, in_the_way(refusal))
    return HttpResponseRedirect(_address(proposal))


def _address(proposal: UUID) -> str:
    return reverse("gateway:proposal", args=[proposal])


def _back(file: ProposalFile) -> Link:
    return Link(label=file.number, url=_address(file.id))
