"""Answer for the page that shows where somebody is signed in."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from amparo.access.actions import end_other_sessions, end_session
from amparo.access.panels.people import device_table
from amparo.access.web import Request, signed_in
from amparo.accounts.queries import devices_of, session_of
from amparo.ui.parts import Link
from amparo.ui.web import page


@signed_in
def devices(request: Request) -> HttpResponse:
    """List where one is signed in."""
    here = session_of(request)
    mine = devices_of(request.viewer.known_user_id, request.now)
    context = {
        "table": device_table(mine, here=here),
        "others": [one for one in mine if one.session != here],
        "back": Link(label=_("Me"), url=reverse("accounts:me")),
    }
    return page(request, "access/devices.html", context, title=_("Where I am signed in"))


@signed_in
@require_POST
def device_end(request: Request) -> HttpResponse:
    """Sign out on one device, or on all others."""
    named = request.POST.get("session", "")
    if named == "others":
        end_other_sessions(session=session_of(request), by=request.viewer, now=request.now)
        messages.success(request, _("You are signed out everywhere but here."))
    elif len(named) == 64 and named.isalnum() and named.isascii():
        end_session(session=named, by=request.viewer, now=request.now)
        messages.success(request, _("You are signed out there."))
    else:
        raise Http404
    return HttpResponseRedirect(reverse("accounts:devices"))
