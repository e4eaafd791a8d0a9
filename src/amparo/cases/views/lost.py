"""Answer for the pages of closed cases that nobody can open: which there are, and who is to be named for one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from amparo.access.actions import Refused
from amparo.access.rules import READERS, Permission
from amparo.access.web import Request, fresh, requires
from amparo.accounts.queries import is_role_held, workers_of
from amparo.cases.actions import NotClosable, ask_readers
from amparo.cases.forms.walls import ReadersForm
from amparo.cases.panels.lost import lost_table
from amparo.cases.queries.lost import find_lost, list_lost
from amparo.ui.parts import Link
from amparo.ui.web import page


@requires(Permission.CASE_RESTRICT)
@require_GET
def lost(request: Request) -> HttpResponse:
    """List those of the own organisation; each leads to naming somebody for it."""
    return _list(request, may_ask=True)


@requires(Permission.WALL_REVIEW)
@require_GET
def lost_everywhere(request: Request) -> HttpResponse:
    """List those of all organisations, to the one who is asked to agree."""
    return _list(request, may_ask=False)


@requires(Permission.CASE_RESTRICT)
@fresh
def readers(request: Request, reference: str) -> HttpResponse:
    """Ask a second person to let people be named for a case that nobody can open. Nothing of the case is shown."""
    found = find_lost(request.viewer, reference, now=request.now)
    form = ReadersForm(
        request.POST or None,
        people=workers_of(found.organisation_id, request.now, roles=READERS),
        initial={"named": [str(request.viewer.user_id)]},
    )
    if request.method == "POST" and form.is_valid():
        chosen = [int(user) for user in form.cleaned_data["named"]]
        try:
            asked = ask_readers(reference=reference, readers=chosen, by=request.viewer, now=request.now)
        except (NotClosable, Refused) as error:
            form.add_error("named", str(error))
        else:
            messages.success(
                request,
                _("A second person is asked. Nothing happens until somebody else agrees, within 24 hours."),
            )
            return HttpResponseRedirect(reverse("accounts:act", args=[asked]))
    context = {
        "form": form,
        "reference": found.reference,
        "is_sealed": found.needed > 1,
        "has_reviewer": is_role_held("access_reviewer", request.now),
        "back": Link(label=_("Closed cases that nobody can open"), url=reverse("cases:lost")),
        "cancel": reverse("cases:lost"),
    }
    return page(request, "cases/readers.html", context, title=_("Who is to be named for this case?"))


def _list(request: Request, *, may_ask: bool) -> HttpResponse:
    table = lost_table(list_lost(request.viewer, now=request.now), may_ask=may_ask)
    context = {"table": table, "may_ask": may_ask}
    return page(request, "cases/lost.html", context, title=_("Closed cases that nobody can open"))
