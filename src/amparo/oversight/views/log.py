"""Answer for the alerts, the state of the log and the invented persons."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from amparo.access.rules import Permission
from amparo.access.web import Request, requires
from amparo.audit.rules.paper import digits_of, square_path
from amparo.oversight.actions import end_canary, name_canary
from amparo.oversight.forms import CanaryForm
from amparo.oversight.panels import alert_table, canary_table, log_rows, rule_rows, witness_table
from amparo.oversight.queries import Absent, list_alerts, list_canaries, log_state
from amparo.oversight.views.paging import before_of, pager_of
from amparo.ui.parts import Link
from amparo.ui.web import page
from amparo.vocab.reference import BadReference


@requires(Permission.ALERTS_VIEW)
def alerts(request: Request) -> HttpResponse:
    """Show the alerts, and the rules that raise them."""
    before = before_of(request)
    found = list_alerts(request.viewer, before=before)
    context = {
        "table": alert_table(found),
        "pager": pager_of(request, before=before, following=found.next),
        "rules": rule_rows(),
        "is_auditor": request.viewer.may(Permission.LOG_WATCH),
    }
    return page(request, "oversight/alerts.html", context, title=_("Alerts"))


@requires(Permission.LOG_WATCH)
def state(request: Request) -> HttpResponse:
    """Show how far the log is sealed and who outside vouches for it."""
    found = log_state(request.viewer, witnesses=tuple(settings.AMPARO_WITNESSES))
    context = {
        "rows": log_rows(found),
        "went_back": found.sealing.went_back,
        "head": found.head,
        "digits": digits_of(found.head) if found.head else [],
        "witnesses": witness_table(found, now=request.now),
    }
    return page(request, "oversight/log.html", context, title=_("The log"))


@requires(Permission.LOG_WATCH)
def head(request: Request) -> HttpResponse:
    """Show the newest head as a sheet to print, to sign in ink and to file outside."""
    found = log_state(request.viewer, witnesses=()).head
    context = {
        "head": found,
        "digits": digits_of(found) if found else [],
        "square": square_path(found) if found else (0, ""),
        "back": Link(label=_("The log"), url=reverse("oversight:log")),
    }
    return page(request, "oversight/head.html", context, title=_("Head of the log"))


@requires(Permission.CANARY_KEEP)
def canaries(request: Request) -> HttpResponse:
    """List the invented persons, and name one."""
    form = CanaryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            name_canary(reference=form.cleaned_data["reference"], by=request.viewer, now=request.now)
        except BadReference:
            form.add_error("reference", _("This is no reference of a case. Look for a slip."))
        else:
            messages.success(request, _("Named. Whoever opens this case raises an alert within a minute."))
            return HttpResponseRedirect(reverse("oversight:canaries"))
    found = list_canaries(request.viewer, now=request.now)
    context = {"form": form, "table": canary_table(found.rows), "rows": found.rows, "wanted": found.wanted}
    return page(request, "oversight/canaries.html", context, title=_("Invented persons"))


@requires(Permission.CANARY_KEEP)
@require_POST
def canary_end(request: Request) -> HttpResponse:
    """Take an invented person off the list."""
    try:
        is_ended = end_canary(reference=request.POST.get("reference", ""), by=request.viewer, now=request.now)
    except BadReference as error:
        raise Absent from error
    if is_ended:
        messages.success(request, _("Taken off the list. Opening this case raises no alert any more."))
    return HttpResponseRedirect(reverse("oversight:canaries"))
