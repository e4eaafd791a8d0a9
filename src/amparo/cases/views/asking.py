"""Answer for the page that asks for what a case is opened, before anything of it is shown."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from amparo.access.rules import Permission, Purpose
from amparo.access.web import Request, keep_purpose, requires
from amparo.cases.forms import PurposeForm
from amparo.cases.queries import offered_purpose
from amparo.ui.parts import Link
from amparo.ui.web import page


@requires(Permission.CASE_READ)
def purpose(request: Request, reference: str) -> HttpResponse:
    """Ask once a case and session; the answer stands in the bar and beside each reading in the log."""
    canonical, proposed = offered_purpose(request.viewer, reference)
    form = PurposeForm(request.POST or None, initial={"purpose": proposed})
    if request.method == "POST" and form.is_valid():
        keep_purpose(request, canonical, Purpose(form.cleaned_data["purpose"]))
        return HttpResponseRedirect(_page_before(request) or reverse("cases:detail", args=[canonical]))
    context = {
        "form": form,
        "reference": canonical,
        "back": Link(label=_("People"), url=reverse("cases:list")),
        "cancel": reverse("cases:list"),
    }
    return page(request, "cases/purpose.html", context, title=_("For what do you open this case?"))


def _page_before(request: Request) -> str:
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if is_ours else ""
