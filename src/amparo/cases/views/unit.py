"""Answer for telling the independent unit, for its own page of what it was told, and for what such a unit releases."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.actions import once
from amparo.access.rules import Permission
from amparo.access.web import Request, fresh, requires
from amparo.accounts.queries import is_role_held
from amparo.cases.actions import EmptyMessage, release_readings, tell_unit
from amparo.cases.forms.walls import TellForm
from amparo.cases.panels.unit import message_entries
from amparo.cases.queries import list_messages, offered_purpose
from amparo.ui.parts import Link
from amparo.ui.web import page


@requires(Permission.CASE_READ)
def tell(request: Request, reference: str) -> HttpResponse:
    """Send a sealed message. No page of the case, no count and no line of its log shows that it was sent."""
    canonical, _purpose = offered_purpose(request.viewer, reference)
    form = TellForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("text", "is_named")}

        def send() -> str:
            tell_unit(reference=reference, by=request.viewer, now=request.now, **typed)
            return ""  # what is kept against sending twice leads to no message

        try:
            once(request.viewer, submission=form.cleaned_data["submission"], make=send, now=request.now)
        except EmptyMessage:
            form.add_error("text", _("The message is empty. Write what the unit should know."))
        else:
            messages.success(
                request, _("The independent unit has your message. Nothing in the case shows it.")
            )
            return HttpResponseRedirect(reverse("cases:detail", args=[canonical]))
    url = reverse("cases:detail", args=[canonical])
    context = {
        "form": form,
        "has_unit": is_role_held("integrity_officer", request.now),
        "back": Link(label=_("Back to the case"), url=url),
        "cancel": url,
    }
    return page(request, "cases/tell.html", context, title=_("Tell the independent unit"))


@requires(Permission.READINGS_RELEASE)
@fresh
def release(request: Request, reference: str) -> HttpResponse:
    """Let the person be told what the viewer's unit read about her until now."""
    canonical, _purpose = offered_purpose(request.viewer, reference)
    url = reverse("cases:detail", args=[canonical])
    if request.method == "POST":
        release_readings(reference=reference, by=request.viewer, now=request.now)
        messages.success(
            request, _("Released. What your unit read until now stands on her list from now on.")
        )
        return HttpResponseRedirect(url)
    context = {"reference": canonical, "back": Link(label=_("Back to the case"), url=url), "cancel": url}
    return page(request, "cases/release.html", context, title=_("Let her be told?"))


@requires(Permission.MESSAGE_READ)
def told(request: Request) -> HttpResponse:
    """Show the unit what it was told, the newest first."""
    context = {"entries": message_entries(list_messages(request.viewer, now=request.now))}
    return page(request, "cases/messages.html", context, title=_("What the unit was told"))
