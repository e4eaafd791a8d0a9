"""Answer for the page on which the installation's administrator adds organisations."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.actions import NameTaken, Refused, RoleNotAssignable, add_organisation, invite_user
from amparo.access.forms import FirstAdministratorForm, OrganisationForm
from amparo.access.panels.people import organisation_table
from amparo.access.rules import Permission
from amparo.access.views.people import show_link
from amparo.access.web import Request, fresh, requires
from amparo.accounts.queries import organisation_names
from amparo.accounts.queries import organisations as all_organisations
from amparo.ui.web import page


@requires(Permission.INSTALLATION_MANAGE)
def organisations(request: Request) -> HttpResponse:
    """List the organisations and add one."""
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_organisation(**form.cleaned_data, by=request.viewer, now=request.now)
        except NameTaken as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("The organisation is added. Invite its first administrator next."))
            return HttpResponseRedirect(reverse("accounts:organisations"))
    context = {"form": form, "table": organisation_table(all_organisations(request.now))}
    return page(request, "access/organisations.html", context, title=_("Organisations"))


@requires(Permission.INSTALLATION_MANAGE)
@fresh
def first_administrator(request: Request) -> HttpResponse:
    """Invite the first administrator of an organisation, who gives out all other roles there."""
    form = FirstAdministratorForm(request.POST or None, organisations=organisation_names())
    if request.method == "POST" and form.is_valid():
        try:
            secret = invite_user(
                email=form.cleaned_data["email"],
                organisation_id=form.cleaned_data["organisation"],
                role="organisation_administrator",
                by=request.viewer,
                now=request.now,
            )
        except (RoleNotAssignable, Refused) as error:
            form.add_error("organisation", str(error))
        except ValidationError as error:
            form.add_error("email", error)
        else:
            back = reverse("accounts:organisations")
            return show_link(request, secret, email=form.cleaned_data["email"], back=back)
    return page(
        request, "access/first_administrator.html", {"form": form}, title=_("Invite the first administrator")
    )
