"""Answer for the list of releases, and for the page of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from amparo.access.rules import Permission
from amparo.access.web import Request, requires
from amparo.publishing.actions import show_release
from amparo.publishing.forms import FindForm
from amparo.publishing.panels.cells import labels_of
from amparo.publishing.panels.findings import shown_findings
from amparo.publishing.panels.lists import release_table, shelf_tabs
from amparo.publishing.panels.release import (
    about_rows,
    checks_table,
    history_entries,
    note_entries,
    risky_table,
    shown_items,
)
from amparo.publishing.panels.steps import steps_of
from amparo.publishing.queries import ReleaseFile, history_of, labels_beside, list_releases
from amparo.publishing.rules import ReleaseState
from amparo.ui.parts import Link, Pager
from amparo.ui.web import page

# What the register said last is of use as long as a release can still be held up.
OPEN = (ReleaseState.DRAFT, ReleaseState.PROPOSED, ReleaseState.IN_REVIEW, ReleaseState.CLEARED)


@requires(Permission.RELEASE_PREPARE)
@require_GET
def releases(request: Request) -> HttpResponse:
    """List the releases."""
    form = FindForm(request.GET)
    shelf, text = form.chosen
    found = list_releases(request.viewer, shelf=shelf, text=text, after=request.GET.get("after", ""))
    context = {
        "form": form,
        "applied": tuple(one for one in form.applied(request) if one.label != form["shelf"].label),
        "tabs": shelf_tabs(request.viewer, shelf),
        "table": release_table(found.rows),
        "pager": Pager(
            previous_url=_address(request, "") if request.GET.get("after") else "",
            next_url=_address(request, found.following) if found.following else "",
        ),
    }
    return page(request, "publishing/releases.html", context, title=_("Releases"))


@requires(Permission.RELEASE_PREPARE)
@require_GET
def release(request: Request, release: UUID) -> HttpResponse:
    """Show a release: what it holds, what was checked, what was said, and what may be done next."""
    file = show_release(release, by=request.viewer, now=request.now)
    return release_page(request, file)


def release_page(
    request: Request, file: ReleaseFile, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """Show a release, with what stood in the way of the last step."""
    labels = labels_of(file.items, labels_beside(file))
    is_open = file.state in OPEN
    findings = file.checked.findings if file.checked is not None and is_open else ()
    context: dict[str, Any] = {
        "release": file,
        "problem": problem,
        "steps": steps_of(request.viewer, file),
        "about": about_rows(file),
        "items": shown_items(file.items),
        "checks": checks_table(file),
        "findings": shown_findings(findings, labels, file.explanations),
        "more_findings": (file.checked.count - len(findings)) if file.checked is not None and is_open else 0,
        "risky": risky_table(file, labels) if is_open else None,
        "notes": note_entries(file, labels),
        "history": history_entries(history_of(request.viewer, file)),
        "back": Link(label=_("Releases"), url=reverse("publishing:list")),
    }
    return page(request, "publishing/release.html", context, title=file.title, status=status)


def _address(request: Request, after: str) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    if after:
        query["after"] = after
    return f"{request.path}?{query.urlencode()}" if query else request.path
