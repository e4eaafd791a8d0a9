"""Answer for the pages about one's own account: me, the second factor, my keys, the role I work in."""

from __future__ import annotations

from allauth.account import views as library_pages
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from amparo.access.actions import TokenTooLong, choose_membership, make_token, revoke_token
from amparo.access.forms import MembershipForm, OwnDetailsForm, TokenForm
from amparo.access.panels.people import membership_label, own_rows, token_table
from amparo.access.rules import Permission
from amparo.access.web import (
    Request,
    completes_sign_in,
    fresh,
    is_factor_missing,
    keep_membership,
    lacks_demanded_factor,
    lacks_demanded_passkey,
    requires,
    signed_in,
)
from amparo.accounts.actions import change_details
from amparo.accounts.queries import (
    get_own_details,
    has_codes,
    has_second_factor,
    passkeys_of,
    people_of,
    tokens_of,
)
from amparo.ui.web import keep_language, page


@signed_in
def me(request: Request) -> HttpResponse:
    """Show and change one's own name and language; name the people who give out roles."""
    viewer = request.viewer
    details = get_own_details(viewer.known_user_id)
    form = OwnDetailsForm(request.POST or None, initial={"name": details.name, "language": details.language})
    if request.method == "POST" and form.is_valid():
        change_details(user_id=viewer.known_user_id, **form.cleaned_data, by=viewer, now=request.now)
        messages.success(request, _("Your details are saved."))
        response = HttpResponseRedirect(reverse("accounts:me"))
        keep_language(response, form.cleaned_data["language"])
        return response
    colleagues = people_of(viewer.organisation_id, request.now) if viewer.organisation_id else []
    context = {
        "form": form,
        "rows": own_rows(viewer, details, has_factor=has_second_factor(details.id)),
        "administrators": [one.name for one in colleagues if one.role == "organisation_administrator"],
        "has_several_memberships": len(request.memberships) > 1,
        "may_make_keys": viewer.may(Permission.TOKEN_MANAGE),
    }
    return page(request, "access/me.html", context, title=_("Me"))


@signed_in
def change_password(request: Request) -> HttpResponseBase:
    """Let somebody change their password, or say where a first one comes from."""
    if not get_own_details(request.viewer.known_user_id).has_password:
        return page(request, "access/no_password.html", {}, title=_("You have no password"))
    answer: HttpResponseBase = library_pages.password_change(request)
    return answer


@completes_sign_in
def second_factor(request: Request) -> HttpResponse:
    """Say whether a second factor stands, whether it is demanded, and how to set it up."""
    user_id = request.viewer.known_user_id
    context = {
        "has_factor": has_second_factor(user_id),
        "has_codes": has_codes(user_id),
        "passkeys": passkeys_of(user_id),
        "is_passkey_demanded": lacks_demanded_passkey(request),
        "is_demanded": lacks_demanded_factor(request),
        "is_offered": is_factor_missing(request),
    }
    return page(request, "access/second_factor.html", context, title=_("Second step of signing in"))


@completes_sign_in
def membership(request: Request) -> HttpResponse:
    """Let somebody with several roles choose the one to work in."""
    choices = [(one.id, membership_label(one)) for one in request.memberships]
    initial = {"membership": request.viewer.membership_id}
    form = MembershipForm(request.POST or None, memberships=choices, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = choose_membership(
            membership_id=form.cleaned_data["membership"], by=request.viewer, now=request.now
        )
        keep_membership(request, chosen)
        return HttpResponseRedirect(_page_before(request))
    context = {"form": form, "has_none": not choices}
    return page(request, "access/membership.html", context, title=_("In which role do you work now?"))


@requires(Permission.TOKEN_MANAGE)
@fresh
def tokens(request: Request) -> HttpResponse:
    """List one's keys and make a new one, which is shown on the answer to this one request."""
    form = TokenForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            secret = make_token(**form.cleaned_data, by=request.viewer, now=request.now)
        except TokenTooLong as error:
            form.add_error("days", str(error))
        else:
            form = TokenForm()
    mine = tokens_of(request.viewer.known_user_id, request.now)
    context = {"form": form, "secret": secret, "table": token_table(mine), "tokens": mine}
    return page(request, "access/tokens.html", context, title=_("Keys for programs"))


@requires(Permission.TOKEN_MANAGE)
@require_POST
def token_end(request: Request) -> HttpResponse:
    """Make one of one's keys stop working."""
    revoke_token(token_id=posted_id(request, "token"), by=request.viewer, now=request.now)
    messages.success(request, _("The key no longer works."))
    return HttpResponseRedirect(reverse("accounts:tokens"))


def posted_id(request: HttpRequest, name: str) -> int:
    """Give the id that a button carried; anything else looks like a record that is not there."""
    typed = request.POST.get(name, "")
    if not typed.isascii() or not typed.isdigit() or len(typed) > 18:
        raise Http404
    return int(typed)


def _page_before(request: HttpRequest) -> str:
    """Give the page that sent here, when it is one of ours."""
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if is_ours else "/"
