"""Answer for the acts that wait for a second person, for emergency openings that wait to be judged, and for notices."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from amparo.access.actions import (
    HOURS,
    Changed,
    NotWaiting,
    Refused,
    approve_act,
    ask_lift,
    ask_more_keys,
    describe_act,
    dual_kinds,
    get_act,
    mark_read,
    read_reason,
    refuse_act,
    review_opening,
    shown,
    withdraw_act,
)
from amparo.access.forms import MoreKeysForm, VerdictForm
from amparo.access.panels.waiting import (
    act_rows,
    act_table,
    kind_label,
    notice_table,
    opening_rows,
    opening_table,
    waiting_acts,
)
from amparo.access.queries import ActRow, count_left_alone, get_opening, list_notices, list_openings
from amparo.access.rules import Permission, Verdict
from amparo.access.views.own import posted_id
from amparo.access.web import Request, fresh, requires, signed_in
from amparo.accounts.queries import find_membership
from amparo.ui.parts import Link
from amparo.ui.web import page

CONFLICT = 409


@requires(Permission.ACT_DECIDE)
@require_GET
def acts(request: Request) -> HttpResponse:
    """List the acts that wait for a second person, and what became of others."""
    context = {
        "table": act_table(waiting_acts(request.viewer), request.viewer),
        "may_change_keys": request.viewer.may(Permission.INSTALLATION_MANAGE),
    }
    return page(request, "access/acts.html", context, title=_("Acts that wait for a second person"))


@requires(Permission.ACT_DECIDE)
@fresh
def act(request: Request, act: UUID) -> HttpResponse:
    """Show an act exactly as it will be carried out, and take the decision about it."""
    found = get_act(request.viewer, act)
    if request.method != "POST":
        return _act_page(request, found)
    try:
        _decide(request, found)
    except Refused as refusal:
        return _act_page(request, found, problem=str(refusal), status=403)
    except NotWaiting:
        problem = _("Nothing was done: it was decided already, or its 24 hours are over.")
        return _act_page(request, get_act(request.viewer, act), problem=problem, status=CONFLICT)
    except Changed:
        problem = _("Nothing was done: what it would do is no longer what you saw. Look at it again.")
        return _act_page(request, found, problem=problem, status=CONFLICT)
    return HttpResponseRedirect(reverse("accounts:acts"))


@requires(Permission.EXPORT_RUN)
@fresh
def more_keys(request: Request) -> HttpResponse:
    """Ask a second person to let keyd give more keys to a large export."""
    form = MoreKeysForm(request.POST or None, hours=HOURS)
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_more_keys(hours=form.cleaned_data["hours"], by=request.viewer, now=request.now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, asked_words())
            return HttpResponseRedirect(reverse("accounts:act", args=[asked]))
    context = {"form": form, "cancel": reverse("accounts:acts")}
    return page(request, "access/raise_keys.html", context, title=_("More keys for a large export"))


@requires(Permission.PEOPLE_MANAGE)
@require_POST
def lift(request: Request) -> HttpResponse:
    """Ask somebody of another organisation to let a suspended person work again."""
    try:
        asked = ask_lift(membership_id=posted_id(request, "person"), by=request.viewer, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("accounts:people"))
    messages.success(request, asked_words())
    return HttpResponseRedirect(reverse("accounts:act", args=[asked]))


@requires(Permission.EMERGENCY_REVIEW)
@require_GET
def emergencies(request: Request) -> HttpResponse:
    """List the openings that the viewer may judge."""
    context = {"table": opening_table(list_openings(request.viewer, request.now))}
    return page(request, "access/emergencies.html", context, title=_("Emergency openings"))


@requires(Permission.EMERGENCY_REVIEW)
def emergency(request: Request, opening: UUID) -> HttpResponse:
    """Show one opening with its stated reason, and take the verdict."""
    found = get_opening(request.viewer, opening, request.now)
    if found is None:
        raise Http404
    form = VerdictForm(request.POST or None)
    left_alone = 0
    if not found.verdict:
        left_alone = count_left_alone(find_membership(found.membership_id, request.now), request.now)
    if request.method == "POST" and form.is_valid() and not found.verdict:
        try:
            verdict = Verdict(form.cleaned_data["verdict"])
            review_opening(opening, verdict=verdict, by=request.viewer, now=request.now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your verdict is kept. The reader is told."))
            if left_alone and verdict is Verdict.NOT_JUSTIFIED:
                messages.warning(request, left_alone_words())
            return HttpResponseRedirect(reverse("accounts:emergencies"))
    text = read_reason(found, by=request.viewer, now=request.now)
    context = {
        "form": form,
        "rows": opening_rows(found, text=text),
        "is_open": not found.verdict,
        "left_alone": left_alone,
        "back": Link(label=_("Emergency openings"), url=reverse("accounts:emergencies")),
    }
    return page(request, "access/emergency.html", context, title=_("An emergency opening"))


@signed_in
def notices(request: Request) -> HttpResponse:
    """List what is new for the viewer, and mark it as read."""
    if request.method == "POST":
        mark_read(until=posted_id(request, "until"), by=request.viewer, now=request.now)
        return HttpResponseRedirect(reverse("accounts:notices"))
    found = list_notices(request.viewer)
    context = {
        "table": notice_table(found, request.viewer),
        "until": max((one.number for one in found), default=0),
    }
    return page(request, "access/notices.html", context, title=_("You are told"))


def asked_words() -> str:
    """Say that a second person was asked."""
    return _("A second person is asked. Nothing happens until somebody else agrees, within 24 hours.")


def left_alone_words() -> str:
    """Say that the last one who was named for a closed case is gone."""
    return _(
        "There is a closed case that nobody can open now. A supervisor finds it on the first page and asks an "
        "access reviewer that somebody else be named."
    )


def _act_page(request: Request, found: ActRow, *, problem: str = "", status: int = 200) -> HttpResponse:
    try:
        lines = describe_act(request.viewer, found, now=request.now)
    except Changed:
        lines = ()
    is_own = found.asked_by == request.viewer.user_id
    kind = dual_kinds()[found.kind]
    is_unused = found.state == "done" and found.collected_at is None
    may_collect = is_own and is_unused and kind.collect is not None
    context = {
        "rows": act_rows(found, lines),
        "problem": problem,
        "is_changed": not lines and found.is_waiting,
        "may_decide": found.is_waiting and not is_own and bool(lines),
        "may_withdraw": found.is_waiting and is_own,
        "is_later": kind.is_later,
        "command": kind.command(found.payload, found.id) if is_unused and kind.command else "",
        "collect_url": kind.collect(found.id) if may_collect and kind.collect else "",
        "seen": shown(found, lines),
        "back": Link(label=_("Acts that wait for a second person"), url=reverse("accounts:acts")),
    }
    return page(request, "access/act.html", context, title=kind_label(found.kind), status=status)


def _decide(request: Request, found: ActRow) -> None:
    decision, by, now = request.POST.get("decision", ""), request.viewer, request.now
    if decision == "approve":
        approve_act(found.id, seen=request.POST.get("seen", ""), by=by, now=now)
        if dual_kinds()[found.kind].is_later:
            messages.success(
                request, _("You agreed. The person who asked is told; it can be done once, within 24 hours.")
            )
        else:
            messages.success(request, _("It is carried out. Both names stand in the log."))
    elif decision == "refuse":
        refuse_act(found.id, by=by, now=now)
        messages.success(request, _("It is refused. The person who asked is told."))
    elif decision == "withdraw":
        withdraw_act(found.id, by=by, now=now)
        messages.success(request, _("It is taken back."))
    else:
        raise Http404
