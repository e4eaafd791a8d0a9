"""Answer for the page on which somebody asks that a person be erased, or that this be forbidden."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.actions import Refused
from amparo.access.rules import Permission
from amparo.access.web import Request, fresh, requires
from amparo.cases.actions import NothingToDo, ask_erasure
from amparo.cases.forms import ErasureForm
from amparo.cases.queries import get_case, is_erasable
from amparo.cases.rules.erasing import ErasureReason
from amparo.cases.views.frame import question_page


@requires(Permission.CASE_REOPEN)
@fresh
def erase(request: Request, reference: str) -> HttpResponse:
    """Say what erasing means, and ask a second person for it, or to forbid it."""
    file = get_case(request.viewer, reference, now=request.now, permission=Permission.CASE_REOPEN)
    form = ErasureForm(request.POST or None)
    is_possible = is_erasable(request.viewer, reference)
    if request.method == "POST" and is_possible and form.is_valid():
        try:
            asked = ask_erasure(
                form.cleaned_data["act"],
                reference=file.reference,
                reason=ErasureReason(form.cleaned_data["reason"]),
                by=request.viewer,
                now=request.now,
            )
        except NothingToDo:
            form.add_error(
                "act",
                _(
                    "This cannot be asked for now: erasing her is forbidden, it is not forbidden, or she was erased already."
                ),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("A second person is asked. Nothing happens until somebody else agrees, within 24 hours."),
            )
            return HttpResponseRedirect(reverse("accounts:act", args=[asked]))
    context = {"form": form, "is_possible": is_possible}
    return question_page(request, "cases/erase.html", context, file=file, title=_("Erase this person"))
