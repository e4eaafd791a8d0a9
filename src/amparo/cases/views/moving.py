"""Answer for the pages that move a case along its life and give it to somebody else."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.rules import Permission
from amparo.access.web import Request, requires
from amparo.accounts.queries import workers_of
from amparo.cases.actions import NoSuchStep, NoSuchWorker, ReasonMissing, Stale, assign_case, move_case
from amparo.cases.forms import AssignForm, MoveForm
from amparo.cases.panels.identity import next_steps, stage_state
from amparo.cases.queries import CaseFile, get_case
from amparo.cases.rules import Stage
from amparo.cases.views.frame import question_page
from amparo.cases.views.lists import WORKING_ROLES

STALE = 409


@requires(Permission.CASE_MOVE)
def move(request: Request, reference: str) -> HttpResponse:
    """Take a case one step; the page says before what will happen."""
    file = get_case(request.viewer, reference, now=request.now, permission=Permission.CASE_MOVE)
    steps = next_steps(file, request.viewer)
    form = MoveForm(request.POST or None, source=file.stage, steps=steps, initial={"version": file.version})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _move(request, file, form)
        except Stale:
            form, status = _again(MoveForm, request, file, source=file.stage, steps=steps), STALE
        except (NoSuchStep, ReasonMissing):
            form.add_error(
                "target", _("This step is not possible any more, or it needs a reason. Choose again.")
            )
        else:
            messages.success(
                request,
                _("The case stands at “%(stage)s” now.")
                % {"stage": _(Stage(form.cleaned_data["target"]).label)},
            )
            return HttpResponseRedirect(reverse("cases:detail", args=[file.reference]))
    context = {
        "form": form,
        "stage": stage_state(file.stage),
        "is_closed": not file.stage.is_open,
        "has_steps": bool(steps),
    }
    return question_page(
        request, "cases/move.html", context, file=file, title=_("The next step"), status=status
    )


@requires(Permission.CASE_ASSIGN)
def assign(request: Request, reference: str) -> HttpResponse:
    """Give a case to a worker of its organisation."""
    file = get_case(request.viewer, reference, now=request.now, permission=Permission.CASE_ASSIGN)
    workers = workers_of(file.organisation_id, request.now, roles=WORKING_ROLES)
    initial = {"version": file.version, "worker": str(file.worker_id or "")}
    form = AssignForm(request.POST or None, workers=workers, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        chosen = int(form.cleaned_data["worker"])
        try:
            assign_case(
                reference=reference,
                worker_id=chosen,
                version=form.cleaned_data["version"],
                by=request.viewer,
                now=request.now,
            )
        except Stale:
            form, status = _again(AssignForm, request, file, workers=workers), STALE
        except NoSuchWorker:
            form.add_error(
                "worker", _("This person does not work with cases here any more. Choose somebody else.")
            )
        else:
            messages.success(request, _("%(name)s works on the case now.") % {"name": dict(workers)[chosen]})
            return HttpResponseRedirect(reverse("cases:detail", args=[file.reference]))
    return question_page(
        request, "cases/assign.html", {"form": form}, file=file, title=_("Give to a worker"), status=status
    )


def _move(request: Request, file: CaseFile, form: MoveForm) -> None:
    target = Stage(form.cleaned_data["target"])
    move_case(
        reference=file.reference,
        target=target,
        version=form.cleaned_data["version"],
        reason=(form.cleaned_data.get("reason") if target is Stage.CLOSED else "") or "not_applicable",
        explanation=form.cleaned_data["explanation"],
        by=request.viewer,
        now=request.now,
    )


def _again(
    form_class: type[MoveForm] | type[AssignForm], request: Request, file: CaseFile, **choices: Any
) -> Any:
    """Show what was chosen again, made from the newest version, and say why."""
    data = request.POST.copy()
    data["version"] = str(file.version)
    form: Any = form_class(data, **choices)
    form.add_error(
        None,
        _(
            "Somebody else changed the case after you opened this page. Look at it above, then send this again if it is still right."
        ),
    )
    return form
