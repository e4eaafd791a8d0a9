"""Answer for opening one person in an emergency, and for what is seen of her during that hour."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from amparo.access.actions import NobodyReviews, OpenedLately, ReasonTooShort, nobody_reviews
from amparo.access.context import acting_as
from amparo.access.queries import find_running, has_outside_reviewer
from amparo.access.queries.emergencies import was_opened
from amparo.access.rules import SHORTEST_REASON, EmergencyReason, Permission
from amparo.access.web import Request, fresh, requires
from amparo.audit.actions import record_refusal
from amparo.cases.actions import NotOpened, open_in_emergency
from amparo.cases.forms import EmergencyForm
from amparo.cases.panels.identity import identity_bar
from amparo.cases.panels.overview import episode_blocks, overview, person_blocks
from amparo.cases.panels.timeline import note_entries
from amparo.cases.queries import Absent, find_reference, get_case, is_open_in_emergency, list_notes
from amparo.ui.web import page

NEVER_SHOWN = frozenset({"address"})


@requires(Permission.EMERGENCY_OPEN)
@fresh
def emergency(request: Request) -> HttpResponse:
    """Ask what the emergency is, say what happens and who is told, and open one person for an hour."""
    is_possible = has_outside_reviewer(request.viewer, request.now)
    form = EmergencyForm(request.POST or None, initial={"reference": request.GET.get("reference", "")})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["reference"]
        within = find_reference(request.viewer, typed)
        if within is not None:
            messages.info(request, _("This case is within your reach, so nothing had to be opened."))
            return HttpResponseRedirect(reverse("cases:detail", args=[within]))
        opening = _open(request, form)
        if opening is not None:
            return HttpResponseRedirect(reverse("cases:emergency-record", args=[opening]))
    context = {"form": form, "is_possible": is_possible, "why_not": nobody_reviews()}
    return page(request, "cases/emergency.html", context, title=_("Open a record in an emergency"))


@requires(Permission.EMERGENCY_OPEN)
@require_GET
def emergency_record(request: Request, opening: UUID) -> HttpResponse:
    """Show the one person, without the place, while the hour lasts; every look is logged as one in an emergency."""
    running = find_running(request.viewer, opening)
    if running is None:
        if not was_opened(request.viewer, opening):
            raise Http404
        messages.info(request, _("The hour is over. You can open the same person again after 24 hours."))
        return HttpResponseRedirect(reverse("cases:emergency"))
    with acting_as(running.viewer):
        if not is_open_in_emergency(running.viewer, running.reference):
            raise Absent
        file = get_case(running.viewer, running.reference, now=request.now)
        notes = list_notes(running.viewer, running.reference, now=request.now)
    shown = [block for block in person_blocks(file, running.viewer) if block.code not in NEVER_SHOWN]
    context = {
        "file": file,
        "identity_bar": identity_bar(file),
        "until": running.ends_at,
        "overview": overview(file, running.viewer, notes),
        "blocks": shown,
        "episodes": [episode_blocks(file, episode, running.viewer) for episode in file.episodes],
        "notes": note_entries(notes),
    }
    return page(request, "cases/emergency_record.html", context, title=_("Opened in an emergency"))


def _open(request: Request, form: EmergencyForm) -> UUID | None:
    """Open it, or put into the form why not: what is closed and what is absent are one answer."""
    try:
        return open_in_emergency(
            reference=form.cleaned_data["reference"],
            reason=EmergencyReason(form.cleaned_data["reason"]),
            text=form.cleaned_data["text"],
            by=request.viewer,
            now=request.now,
        )
    except ReasonTooShort:
        said = _("Write at least %(least)d characters that tell the reviewer why it cannot wait.")
        form.add_error("text", said % {"least": SHORTEST_REASON})
    except (OpenedLately, NobodyReviews) as refusal:
        form.add_error(None, str(refusal))
    except NotOpened:
        record_refusal("cases.case.emergency", by=request.viewer, at=request.now, outcome="not_opened")
        form.add_error(
            "reference",
            _(
                "Nothing can be opened with this reference. Compare it with where you have it from. If it is right, the "
                "record is closed even in an emergency: call the emergency number or the duty officer of the other organisation."
            ),
        )
    return None
