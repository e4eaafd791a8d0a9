"""Answer for own readings, and for those that were drawn to be explained."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.rules import Permission
from amparo.access.web import Request, requires, signed_in
from amparo.oversight.actions import AlreadySaid, NothingSaid, explain_reading, judge_explanation
from amparo.oversight.forms import ExplanationForm
from amparo.oversight.panels import drawn_table, own_table, reading_rows, to_explain_table
from amparo.oversight.queries import get_own_drawn, list_drawn, open_drawn, own_readings, readings_to_explain
from amparo.oversight.views.paging import before_of, pager_of
from amparo.ui.formats import say_day
from amparo.ui.parts import Link
from amparo.ui.web import page


@signed_in
def mine(request: Request) -> HttpResponse:
    """Show everybody what they opened this week, and what they are asked about."""
    before = before_of(request)
    found = own_readings(request.viewer, now=request.now, before=before)
    asked = readings_to_explain(request.viewer, now=request.now)
    context = {
        "table": own_table(found.lines),
        "pager": pager_of(request, before=before, following=found.next),
        "asked": to_explain_table(asked) if asked else None,
    }
    return page(request, "oversight/mine.html", context, title=_("What you opened this week"))


@signed_in
def explain(request: Request, reading: UUID) -> HttpResponse:
    """Ask for one sentence about a reading that was drawn."""
    found = get_own_drawn(request.viewer, reading)
    form = ExplanationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            explain_reading(
                reading=reading, text=form.cleaned_data["text"], by=request.viewer, now=request.now
            )
        except NothingSaid:
            form.add_error("text", _("Write one sentence."))
        except AlreadySaid:
            messages.info(request, _("You explained this already. What you said stays as it was."))
            return HttpResponseRedirect(reverse("oversight:mine"))
        else:
            messages.success(request, _("Thank you. Your supervisor can read it."))
            return HttpResponseRedirect(reverse("oversight:mine"))
    context = {
        "rows": reading_rows(found),
        "form": None if found.explained_at else form,
        "back": Link(label=_("What you opened this week"), url=reverse("oversight:mine")),
        "cancel": reverse("oversight:mine"),
    }
    return page(request, "oversight/explain.html", context, title=_("Why did you open this case?"))


@requires(Permission.READINGS_REVIEW)
def drawn(request: Request) -> HttpResponse:
    """Show a supervisor the readings of her people that were drawn, week by week."""
    weeks = [
        (_("Week of %(day)s") % {"day": say_day(week.week)}, drawn_table(week))
        for week in list_drawn(request.viewer)
    ]
    return page(request, "oversight/drawn.html", {"weeks": weeks}, title=_("Readings to explain"))


@requires(Permission.READINGS_REVIEW)
def judge(request: Request, reading: UUID) -> HttpResponse:
    """Show how a reading was explained, and take whether that was understood."""
    if request.method == "POST":
        is_understood = request.POST.get("verdict") == "understood"
        judge_explanation(reading=reading, is_understood=is_understood, by=request.viewer, now=request.now)
        messages.success(request, _("Kept. You can change it later."))
        return HttpResponseRedirect(reverse("oversight:drawn"))
    found = open_drawn(request.viewer, reading, now=request.now)
    context = {
        "rows": reading_rows(found),
        "reading": found,
        "verdict": _(found.verdict.label),
        "back": Link(label=_("Readings to explain"), url=reverse("oversight:drawn")),
    }
    return page(request, "oversight/judge.html", context, title=_("A reading and why"))
