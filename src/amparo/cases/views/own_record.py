"""Answer for the page on which somebody says what she is known by, so that she never works on her own case."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.web import Request, signed_in
from amparo.cases.actions import keep_own_facts
from amparo.cases.forms.own_record import OwnRecordForm
from amparo.ui.parts import Link
from amparo.ui.web import page
from amparo.vault.queries import declared_at


@signed_in
def own_record(request: Request) -> HttpResponse:
    """Take what somebody is known by, and keep it in a form in which nobody can read it again."""
    is_removal = request.method == "POST" and "remove" in request.POST
    form = OwnRecordForm(None if is_removal else request.POST or None)
    if is_removal or (request.method == "POST" and form.is_valid()):
        said = OwnRecordForm.nothing() if is_removal else form.said()
        keep_own_facts(**said, by=request.viewer, now=request.now)
        messages.success(
            request,
            _("Nothing of it is kept any more.")
            if is_removal
            else _("It is kept. Nobody can read it again."),
        )
        return HttpResponseRedirect(reverse("cases:own-record"))
    context = {
        "form": form,
        "said_at": declared_at(request.viewer.known_user_id),
        "back": Link(label=_("Me"), url=reverse("accounts:me")),
        "cancel": reverse("accounts:me"),
    }
    return page(request, "cases/own_record.html", context, title=_("Never your own record"))
