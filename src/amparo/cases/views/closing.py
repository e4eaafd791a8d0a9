"""Answer for the pages that close a case: to all but named people, to somebody for good, to oneself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.queries import named_readers
from amparo.access.rules import READERS, ClearanceLevel, ClearanceReason, Permission, WallReason
from amparo.access.web import Request, fresh, requires
from amparo.accounts.queries import organisation_names, workers_of
from amparo.cases.actions import NotClosable, declare_known, keep_away, restrict_case
from amparo.cases.forms.walls import ClearanceForm, DeclarationForm, KeepAwayForm
from amparo.cases.queries import get_case, offered_purpose
from amparo.cases.views.frame import question_page
from amparo.ui.parts import Link
from amparo.ui.web import page


@requires(Permission.CASE_RESTRICT)
@fresh
def clearance(request: Request, reference: str) -> HttpResponse:
    """Close the case to all but named people, or open it again."""
    file = get_case(request.viewer, reference, now=request.now, permission=Permission.CASE_RESTRICT)
    people = workers_of(file.organisation_id, request.now, roles=READERS)
    named = [str(user) for user, _name in named_readers(file.id)]
    initial = {"level": file.clearance, "named": named or [str(request.viewer.user_id), str(file.worker_id)]}
    form = ClearanceForm(request.POST or None, people=people, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            restrict_case(
                reference=reference,
                level=ClearanceLevel(form.cleaned_data["level"]),
                named=[int(user) for user in form.cleaned_data["named"]],
                reason=ClearanceReason(form.cleaned_data["reason"]),
                by=request.viewer,
                now=request.now,
            )
        except NotClosable as error:
            form.add_error("named", str(error))
        else:
            messages.success(request, _("Saved. It holds from now on."))
            return HttpResponseRedirect(reverse("cases:access", args=[file.reference]))
    title = _("Who may see this case at all?")
    return question_page(
        request, "cases/clearance.html", {"form": form}, file=file, title=title, back="access"
    )


@requires(Permission.WALL_MAKE)
def wall(request: Request, reference: str) -> HttpResponse:
    """Keep a colleague or an organisation away from the person."""
    file = get_case(request.viewer, reference, now=request.now, permission=Permission.WALL_MAKE)
    people = [
        each
        for each in workers_of(file.organisation_id, request.now, roles=READERS)
        if each[0] != request.viewer.user_id
    ]
    others = [each for each in organisation_names() if each[0] != file.organisation_id]
    form = KeepAwayForm(request.POST or None, people=people, organisations=others)
    if request.method == "POST" and form.is_valid():
        try:
            keep_away(
                reference=reference,
                reason=WallReason(form.cleaned_data["reason"]),
                by=request.viewer,
                now=request.now,
                **form.whom(),
            )
        except NotClosable as error:
            form.add_error("who", str(error))
        else:
            messages.success(request, _("They are kept away from now on. Only a reviewer can end it."))
            return HttpResponseRedirect(reverse("cases:access", args=[file.reference]))
    title = _("Who must not see her?")
    return question_page(request, "cases/wall.html", {"form": form}, file=file, title=title, back="access")


@requires(Permission.CASE_READ)
def declaration(request: Request, reference: str) -> HttpResponse:
    """Let somebody step back from a person whom they know. Nothing of the case is opened for it."""
    canonical, _purpose = offered_purpose(request.viewer, reference)
    form = DeclarationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = WallReason(form.cleaned_data["reason"])
        declare_known(reference=reference, reason=reason, by=request.viewer, now=request.now)
        messages.success(
            request, _("Thank you. The case is closed to you, and others go on with it. A reviewer sees why.")
        )
        return HttpResponseRedirect(reverse("cases:list"))
    context = {
        "form": form,
        "reference": canonical,
        "back": Link(label=_("People"), url=reverse("cases:list")),
        "cancel": reverse("cases:list"),
    }
    return page(request, "cases/declaration.html", context, title=_("Do you know her?"))
