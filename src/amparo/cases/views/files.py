"""Answer for the pages that show a case."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.queries import running_grants
from amparo.access.rules import Permission
from amparo.access.web import Request, requires
from amparo.accounts.queries import user_names
from amparo.cases.panels.identity import may_do
from amparo.cases.panels.overview import episode_blocks, overview, person_blocks
from amparo.cases.panels.timeline import (
    access_rows,
    assigned_workers,
    grant_table,
    note_entries,
    timeline_entries,
)
from amparo.cases.queries import CaseFile, get_case, list_notes, list_timeline
from amparo.cases.views.frame import case_page, or_outline

NEWEST = 5


@requires(Permission.CASE_READ)
@or_outline
def detail(request: Request, reference: str) -> HttpResponse:
    """Show a case at a glance, with what is due and who works on it."""
    file = get_case(request.viewer, reference, now=request.now)
    notes = list_notes(request.viewer, reference, now=request.now)
    context = {
        "overview": overview(file, request.viewer, notes),
        "notes": note_entries(notes[:NEWEST]),
        "has_more_notes": len(notes) > NEWEST,
        "note_url": _if_may(request, file, Permission.NOTE_ADD, "note"),
        "notes_url": reverse("cases:notes", args=[file.reference]),
    }
    return case_page(request, "cases/detail.html", context, file=file, title=_("Overview"), current="detail")


@requires(Permission.CASE_READ)
@or_outline
def person(request: Request, reference: str) -> HttpResponse:
    """Show all that is recorded of the person, section by section; where she is only after a press of its button."""
    with_place = request.GET.get("place") == "open"
    file = get_case(request.viewer, reference, now=request.now, with_place=with_place)
    context = {"blocks": person_blocks(file, request.viewer)}
    return case_page(request, "cases/person.html", context, file=file, title=_("Person"), current="person")


@requires(Permission.CASE_READ)
@or_outline
def episodes(request: Request, reference: str) -> HttpResponse:
    """Show what happened, one situation after the other."""
    file = get_case(request.viewer, reference, now=request.now)
    context = {
        "episodes": [episode_blocks(file, episode, request.viewer) for episode in file.episodes],
        "new_url": _if_may(request, file, Permission.CASE_EDIT, "episode-new"),
    }
    return case_page(
        request, "cases/episodes.html", context, file=file, title=_("What happened"), current="episodes"
    )


@requires(Permission.CASE_READ)
@or_outline
def notes(request: Request, reference: str) -> HttpResponse:
    """Show the newest notes."""
    file = get_case(request.viewer, reference, now=request.now)
    context = {
        "notes": note_entries(list_notes(request.viewer, reference, now=request.now)),
        "note_url": _if_may(request, file, Permission.NOTE_ADD, "note"),
    }
    return case_page(request, "cases/notes.html", context, file=file, title=_("Notes"), current="notes")


@requires(Permission.CASE_READ)
@or_outline
def timeline(request: Request, reference: str) -> HttpResponse:
    """Show what happened in the case itself, the newest first."""
    file = get_case(request.viewer, reference, now=request.now)
    entries = list_timeline(request.viewer, reference)
    context = {"entries": timeline_entries(entries, names=user_names(assigned_workers(entries)))}
    return case_page(
        request, "cases/timeline.html", context, file=file, title=_("Timeline"), current="timeline"
    )


@requires(Permission.CASE_READ)
@or_outline
def access(request: Request, reference: str) -> HttpResponse:
    """Say who can see the case, and why."""
    file = get_case(request.viewer, reference, now=request.now)
    context = {"rows": access_rows(file), "grants": grant_table(running_grants(file.id, now=request.now))}
    return case_page(
        request, "cases/access.html", context, file=file, title=_("Who can see this"), current="access"
    )


def _if_may(request: Request, file: CaseFile, permission: Permission, name: str) -> str:
    return reverse(f"cases:{name}", args=[file.reference]) if may_do(request.viewer, file, permission) else ""
