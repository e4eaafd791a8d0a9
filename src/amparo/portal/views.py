"""Answer for the first page and the search."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.rules import Permission
from amparo.access.web import Request, requires, signed_in
from amparo.cases.queries import FoundPersons, SearchesUsedUp, TooLittle, search_persons, searches_left_of
from amparo.cases.rules.searching import LEFT_OUT
from amparo.portal.forms import KnownForm, SearchForm
from amparo.portal.panels import (
    found_table,
    gather_found,
    gather_panels,
    is_reference,
    page_number,
    search_pager,
)
from amparo.ui.forms.base import told
from amparo.ui.parts import FoundRows, Link
from amparo.ui.web import page
from amparo.vault.rules import halves_of, text_of_halves

KEPT_SEARCH = "search"


@signed_in
def home(request: Request) -> HttpResponse:
    """Show what needs the viewer now, by what the role works with."""
    viewer = request.viewer
    if viewer.membership_id is None and len(request.memberships) > 1:
        return HttpResponseRedirect(reverse("accounts:membership"))
    panels = gather_panels(viewer, now=request.now)
    context = {
        "panels": [panel for panel in panels if not panel.is_side],
        "side_panels": [panel for panel in panels if panel.is_side],
        "has_role": viewer.membership_id is not None,
        "may_create": viewer.may(Permission.CASE_CREATE),
    }
    return page(request, "portal/home.html", context, title=_("Home"))


@requires(Permission.CASE_READ)
def search(request: Request) -> HttpResponse:
    """Find a case by its reference within reach, or by a name within one's own caseload.

    What is typed is sent, and the answer has an address of its own without it: one half of the text stands in the address, the
    other in the session, so that neither the log of addresses nor the table of sessions tells a name. A reference may stand in
    an address.
    """
    if request.method == "POST":
        form = SearchForm(request.POST)
        if form.is_valid() and form.cleaned_data["q"]:
            key, request.session[KEPT_SEARCH] = halves_of(form.cleaned_data["q"])
            return HttpResponseRedirect(f"{reverse('portal:search')}?{urlencode({'at': key})}")
        return _search_page(request, form)
    half = request.GET.get("at", "")
    typed = text_of_halves(half, request.session.get(KEPT_SEARCH, "")) if half else request.GET.get("q", "")
    form = SearchForm({"q": typed})
    if not form.is_valid() or not (half or is_reference(typed)):
        return _search_page(request, form)
    number = page_number(request.GET.get("page", ""))
    found = gather_found(request.viewer, form.cleaned_data["q"], page=number, now=request.now)
    meant = next((answer for answer in found if isinstance(answer, str)), None)
    if meant is not None:
        return HttpResponseRedirect(meant)
    tables = [answer for answer in found if isinstance(answer, FoundRows)]
    return _search_page(request, form, tables=tables, pager=search_pager(tables, half=half, number=number))


def _search_page(request: Request, form: SearchForm, **more: Any) -> HttpResponse:
    context = {"form": form, "may_ask": request.viewer.may(Permission.PERSON_SEARCH), **more}
    return page(request, "portal/search.html", context, title=_("Search"))


@requires(Permission.PERSON_SEARCH)
def known(request: Request) -> HttpResponse:
    """Ask whether somebody is known to any organisation; the answer stands on the page that was asked for, nowhere else."""
    form = KnownForm(request.POST or None)
    found = _asked(request, form) if request.method == "POST" and form.is_valid() else None
    context = {
        "form": form,
        "found": found,
        "table": None if found is None else found_table(found),
        "left_out": _(LEFT_OUT) if found and found.rows and not found.are_all else "",
        "left": searches_left_of(request.viewer, now=request.now),
        "back": Link(label=_("Search"), url=reverse("portal:search")),
        "cancel": reverse("portal:search"),
    }
    return page(request, "portal/known.html", context, title=_("Is she known already?"))


def _asked(request: Request, form: KnownForm) -> FoundPersons | None:
    try:
        return search_persons(request.viewer, form.wanted(), purpose=form.purpose_chosen(), now=request.now)
    except TooLittle as error:
        form.add_error(None, told(error))
    except SearchesUsedUp:
        form.add_error(None, _("No search is left for today. Ask your supervisor to search for you."))
    return None
