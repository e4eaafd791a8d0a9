"""Answer the office that decides on proposals for research: the list, one proposal, its review, its grant, and its end."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from amparo.access.rules import Permission
from amparo.access.web import Request, fresh, requires
from amparo.publishing.actions import (
    NotReviewer,
    end_proposal,
    grant_more_time,
    grant_proposal,
    review_proposal,
)
from amparo.publishing.forms import ConfirmForm, GrantForm, ReasonForm, ReviewForm
from amparo.publishing.panels.research import (
    Act,
    about_rows,
    data_table_of,
    office_acts,
    outputs_table,
    plan_rows,
    proposal_table,
    turn_words,
)
from amparo.publishing.queries import ProposalFile, get_proposal, list_proposals, open_to_research
from amparo.publishing.rules import NotThen, NotWritten, ProposalState
from amparo.publishing.views.steps import in_the_way
from amparo.ui.formats import say_day
from amparo.ui.parts import Link
from amparo.ui.web import page

REFUSED = (NotReviewer, NotThen, NotWritten)


@requires(Permission.RESEARCH_DECIDE)
@require_GET
def proposals(request: Request) -> HttpResponse:
    """List the proposals that were sent in."""
    found = list_proposals(request.viewer)
    context = {"table": proposal_table(request.viewer, found, today=localdate(request.now))}
    return page(request, "publishing/proposals.html", context, title=_("Research"))


@requires(Permission.RESEARCH_DECIDE)
@require_GET
def proposal(request: Request, proposal: UUID) -> HttpResponse:
    """Show a proposal to those who decide."""
    file = get_proposal(request.viewer, proposal)
    back = Link(label=_("Research"), url=reverse("publishing:proposals"))
    return proposal_page(request, file, acts=office_acts(request.viewer, file), back=back)


def proposal_page(request: Request, file: ProposalFile, *, acts: Sequence[Act], back: Link) -> HttpResponse:
    """Show a proposal with what may be done next."""
    today = localdate(request.now)
    context = {
        "proposal": file,
        "acts": acts,
        "turn": turn_words(request.viewer, file, today),
        "plan": plan_rows(file),
        "about": about_rows(file, today),
        "data": data_table_of(request.viewer, file, today=today),
        "outputs": outputs_table(request.viewer, file) if file.granted_at is not None else None,
        "back": back,
    }
    return page(request, "publishing/proposal.html", context, title=file.title)


@requires(Permission.RELEASE_REVIEW)
def review(request: Request, proposal: UUID) -> HttpResponse:
    """Choose what would be opened, and say what it could disclose."""
    file = get_proposal(request.viewer, proposal)
    releases = open_to_research(request.viewer, now=request.now)
    form = ReviewForm(request.POST or None, releases=releases)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            review_proposal(
                file.id, releases=typed["releases"], words=typed["words"], by=request.viewer, now=request.now
            )
        except REFUSED as refusal:
            form.add_error(None, in_the_way(refusal))
        else:
            return _done(request, file.id, _("It is reviewed. A second person opens the data, or refuses."))
    words = _(
        "Nothing was let out to researchers yet. Prepare a release for them first: a table, or a file under Figures."
    )
    context = {
        "form": form,
        "words": "" if releases else words,
        "button": _("Hand it to the second person"),
        "back": _back(file),
    }
    return page(request, "publishing/question.html", context, title=_("Review it"))


@requires(Permission.RESEARCH_DECIDE)
@fresh
def grant(request: Request, proposal: UUID) -> HttpResponse:
    """Open the data as the second person; or, of an approved proposal, agree to more time."""
    file = get_proposal(request.viewer, proposal)
    if file.state is ProposalState.APPROVED:
        return _more_time(request, file)
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            grant_proposal(
                file.id, conditions=form.cleaned_data["conditions"], by=request.viewer, now=request.now
            )
        except REFUSED as refusal:
            form.add_error(None, in_the_way(refusal))
        else:
            return _done(
                request,
                file.id,
                _("The data are open to those who are named, from the first day to the last."),
            )
    words = _(
        "Those who are named may open the data below from %(first)s to %(last)s. Each opening is logged."
    )
    context = {
        "form": form,
        "words": words % {"first": say_day(file.begins), "last": say_day(file.ends)},
        "listed": [f"{one.number}: {one.title}" for one in file.data],
        "quoted": file.review,
        "quoted_title": _("What it could disclose, and to whom"),
        "button": _("Open the data"),
        "back": _back(file),
    }
    return page(request, "publishing/question.html", context, title=_("Open the data"))


def _more_time(request: Request, file: ProposalFile) -> HttpResponse:
    if file.wanted_until is None:
        return _done(request, file.id, "")
    if request.method == "POST":
        try:
            is_given = grant_more_time(file.id, by=request.viewer, now=request.now)
        except REFUSED as refusal:
            messages.error(request, in_the_way(refusal))
            return _done(request, file.id, "")
        noted = _("You agreed. A second person has to agree before the last day is moved.")
        return _done(request, file.id, _("The last day is moved.") if is_given else noted)
    words = _("The data would stay open until %(day)s. It takes two people who agree.")
    context = {
        "words": words % {"day": say_day(file.wanted_until)},
        "quoted": file.wanted_because,
        "quoted_title": _("Reason"),
        "form": ConfirmForm(),
        "button": _("Give more time"),
        "back": _back(file),
    }
    return page(request, "publishing/question.html", context, title=_("Give more time"))


@requires(Permission.RESEARCH_DECIDE)
def end(request: Request, proposal: UUID) -> HttpResponse:
    """Refuse a proposal, or end an approved one, with the reason that its researchers read."""
    file = get_proposal(request.viewer, proposal)
    is_open = file.state is ProposalState.APPROVED
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            end_proposal(file.id, reason=form.cleaned_data["reason"], by=request.viewer, now=request.now)
        except REFUSED as refusal:
            form.add_error(None, in_the_way(refusal))
        else:
            ended = _("It is ended, and the data are closed.")
            return _done(request, file.id, ended if is_open else _("It is refused."))
    words = _(
        "The data are closed at once. Those who are named read the reason; everybody sees that it ended."
    )
    button = _("End it") if is_open else _("Refuse it")
    context = {
        "form": form,
        "words": words if is_open else _("Those who wrote it read the reason."),
        "button": button,
        "back": _back(file),
    }
    return page(request, "publishing/question.html", context, title=button)


def _done(request: Request, proposal: UUID, words: str) -> HttpResponse:
    if words:
        messages.success(request, words)
    return HttpResponseRedirect(reverse("publishing:proposal", args=[proposal]))


def _back(file: ProposalFile) -> Link:
    return Link(label=file.number, url=reverse("publishing:proposal", args=[file.id]))
