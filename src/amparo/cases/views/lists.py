"""Answer for the list of people and the lists that are kept."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from amparo.access.rules import ROLES, Permission
from amparo.access.web import Request, requires
from amparo.accounts.queries import workers_of
from amparo.cases.actions import NameInUse, remove_filter, save_filter
from amparo.cases.forms import CaseFilterForm, KeepForm
from amparo.cases.panels.lists import case_table, filter_table, filter_url
from amparo.cases.queries import CasePage, Sort, list_cases, list_filters
from amparo.ui.parts import DataTable, Link, Pager
from amparo.ui.web import page

WORKING_ROLES = frozenset(code for code, role in ROLES.items() if Permission.CASE_EDIT in role.permissions)


@requires(Permission.CASE_READ)
def case_list(request: Request) -> HttpResponse:
    """List the cases within reach, narrowed, newest first."""
    form = _filter_form(request)
    choices, sort = form.choices(), form.order()
    found = list_cases(
        request.viewer,
        now=request.now,
        choices=choices,
        sort=sort,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "form": form,
        "applied": form.applied(request),
        "clear": "" if choices.is_empty else request.path,
        "found": found,
        "table": _table(request, found, sort, is_narrowed=not choices.is_empty),
        "pager": _pager(request, found),
        "keep_url": _keep_url(choices.as_plain()),
        "saved": [Link(label=saved.name, url=filter_url(saved)) for saved in list_filters(request.viewer)],
        "may_create": request.viewer.may(Permission.CASE_CREATE),
    }
    return page(request, "cases/list.html", context, title=_("People"))


@requires(Permission.FILTER_SAVE)
def filters(request: Request) -> HttpResponse:
    """Keep the list that the address describes under a name, and show those that are kept."""
    narrowed = _filter_form(request)
    choices = narrowed.choices()
    form = KeepForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            save_filter(
                name=form.cleaned_data["name"],
                choices=choices,
                is_shared=form.cleaned_data["is_shared"],
                by=request.viewer,
                now=request.now,
            )
        except NameInUse:
            form.add_error("name", _("You keep another list under this name. Choose another name."))
        else:
            messages.success(
                request, _("The list is kept. It stands beside the list of people and on your first page.")
            )
            return HttpResponseRedirect(f"{reverse('cases:list')}?{urlencode(choices.as_plain())}")
    saved = list_filters(request.viewer)
    context = {
        "form": form,
        "applied": [] if choices.is_empty else narrowed.applied(request),
        "is_empty": choices.is_empty,
        "table": filter_table(saved),
        "own": [one for one in saved if one.is_own],
        "back": Link(label=_("People"), url=f"{reverse('cases:list')}?{urlencode(choices.as_plain())}"),
    }
    return page(request, "cases/filters.html", context, title=_("Lists that are kept"))


@requires(Permission.FILTER_SAVE)
@require_POST
def filter_remove(request: Request, filter_id: UUID) -> HttpResponse:
    """Remove one of one's own lists."""
    remove_filter(filter_id=filter_id, by=request.viewer, now=request.now)
    messages.success(request, _("The list is removed. No case was changed."))
    return HttpResponseRedirect(reverse("cases:filters"))


def _filter_form(request: Request) -> CaseFilterForm:
    workers = workers_of(request.viewer.organisation_id or 0, request.now, roles=WORKING_ROLES)
    return CaseFilterForm(request.GET, workers=workers)


def _keep_url(choices: dict[str, str]) -> str:
    return f"{reverse('cases:filters')}?{urlencode(choices)}" if choices else reverse("cases:filters")


def _table(request: Request, found: CasePage, sort: Sort, *, is_narrowed: bool) -> DataTable:
    urls = {each: _address(request, sort=each.value) for each in Sort}
    caption = _("People within your reach, newest first")
    if is_narrowed:
        return case_table(
            found.rows, caption=caption, sort=sort, sort_urls=urls,
            empty_title=_("Nobody is found with these filters"),
            empty_text=_("Take one of the filters off."),
            empty_act=Link(label=_("Clear all filters"), url=request.path),
        )  # fmt: skip
    may_create = request.viewer.may(Permission.CASE_CREATE)
    return case_table(
        found.rows, caption=caption, sort=sort, sort_urls=urls,
        empty_title=_("No cases yet"),
        empty_text=_("Each person whom you work with stands here with her case. A case comes from a first meeting, from a workbook, or is given to you."),
        empty_act=Link(label=_("Open a case"), url=reverse("cases:new")) if may_create else None,
    )  # fmt: skip


def _pager(request: Request, found: CasePage) -> Pager:
    return Pager(
        previous_url=_address(request, before=found.previous) if found.previous else "",
        next_url=_address(request, after=found.next) if found.next else "",
    )


def _address(request: Request, **changes: str) -> str:
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    for name, value in changes.items():
        query[name] = value
    return f"{request.path}?{query.urlencode()}"
