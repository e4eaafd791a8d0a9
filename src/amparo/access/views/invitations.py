"""Answer for the page behind the link of an invitation."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from amparo.access.actions import (
    InvitationNotOpen,
    LinkNotOpen,
    RoleNotAssignable,
    SecondPersonAwaited,
    SignInFirst,
    accept_invitation,
    awaits_second_person,
)
from amparo.access.forms import AcceptanceForm, PasswordForm
from amparo.access.panels.people import role_label
from amparo.access.rules import role_of
from amparo.access.web import Request, public
from amparo.accounts.actions import set_password
from amparo.accounts.queries import InvitationRow, find_invitation, find_user_id, is_password_link_open
from amparo.ui.forms import PlainForm
from amparo.ui.web import page


@public
@sensitive_post_parameters("password")
def invitation(request: Request, secret: str) -> HttpResponse:
    """Let the holder of the link take up the role: with a new name and password, or signed in already."""
    invited = find_invitation(secret, request.now)
    if invited is None:
        return _closed(request)
    return _awaits(request) if awaits_second_person(invited) else _taken_up(request, secret, invited)


def _taken_up(request: Request, secret: str, invited: InvitationRow) -> HttpResponse:
    known = find_user_id(invited.email)
    if known is not None and known != request.viewer.user_id:
        return _sign_in_first(request, invited)
    form = PlainForm(request.POST or None) if known is not None else AcceptanceForm(request.POST or None)
    if request.method == "POST" and (known is not None or form.is_valid()):
        details = {} if known is not None else {**form.cleaned_data, "language": get_language()}
        try:
            accept_invitation(secret=secret, by=request.viewer, now=request.now, **details)
        except InvitationNotOpen:
            return _closed(request)
        except SecondPersonAwaited:
            return _awaits(request)
        except SignInFirst:
            return _sign_in_first(request, invited)
        except RoleNotAssignable as error:
            return page(
                request, "access/invitation_refused.html", {"reason": str(error)}, title=_title(), status=409
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _arrived(request, is_known=known is not None)
    context = {
        "form": form,
        "invited": invited,
        "role": role_label(invited.role),
        "role_description": role_description(invited.role),
        "is_known": known is not None,
    }
    return page(request, "access/invitation.html", context, title=_title())


@public
@sensitive_post_parameters("password")
def new_password(request: Request, secret: str) -> HttpResponse:
    """Let the holder of a link set a new password."""
    if not is_password_link_open(secret, request.now):
        return _closed(request)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_password(secret=secret, password=form.cleaned_data["password"], now=request.now)
        except LinkNotOpen:
            return _closed(request)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Your new password is set. Sign in with it."))
            return HttpResponseRedirect(reverse("account_login"))
    return page(request, "access/new_password.html", {"form": form}, title=_("Choose a new password"))


def _awaits(request: Request) -> HttpResponse:
    return page(request, "access/invitation_waits.html", {}, title=_("One more person says yes first"))


def role_description(code: str) -> str:
    """Say in the language of the page what a role does."""
    role = role_of(code)
    return _(role.description) if role else ""


def _title() -> str:
    return _("You are invited")


def _closed(request: Request) -> HttpResponse:
    return page(
        request, "access/invitation_closed.html", {}, title=_("This link no longer works"), status=404
    )


def _sign_in_first(request: Request, invited: InvitationRow) -> HttpResponse:
    sign_in = f"{reverse('account_login')}?{urlencode({'next': request.path})}"
    context = {
        "invited": invited,
        "sign_in_url": sign_in,
        "is_somebody_else": request.viewer.is_signed_in,
    }
    return page(request, "access/invitation_sign_in.html", context, title=_("Sign in first"))


def _arrived(request: Request, *, is_known: bool) -> HttpResponse:
    if is_known:
        request.session.cycle_key()  # with more rights comes another key
        messages.success(request, _("The new role is yours. Choose it to work in it."))
        return HttpResponseRedirect(reverse("accounts:membership"))
    messages.success(request, _("Your account is ready. Sign in with your address and your new password."))
    return HttpResponseRedirect(reverse("account_login"))
