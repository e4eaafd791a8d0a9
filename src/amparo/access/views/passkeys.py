"""Answer for the pages of passkeys: make one, sign in with it, show it again. The library does the reckoning."""

from __future__ import annotations

import json
from typing import Any

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.internal.auth import begin_registration
from allauth.mfa.webauthn.views import AddWebAuthnView, LoginWebAuthnView, ReauthenticateWebAuthnView
from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from amparo.access.actions import remove_passkey
from amparo.access.views.own import posted_id
from amparo.access.web import Request, fresh
from amparo.accounts.queries import has_codes, has_passkey, session_of


class AddPasskey(AddWebAuthnView):
    """Makes a passkey that signs in by itself; the device verifies its owner and keeps it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask the device for a passkey, not for a key that only stands beside a password."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = begin_registration(self.request.user, True)
        return {**context, **_for_the_device(options)}


class SignInWithPasskey(LoginWebAuthnView):
    """Signs in with a passkey alone."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say that it did not work, and nothing of what is known here."""
        messages.error(self.request, _does_not_fit())
        return HttpResponseRedirect(reverse("account_login"))


class ShowPasskeyAgain(ReauthenticateWebAuthnView):
    """Shows that it is still the same person."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Ask again on the same page."""
        messages.error(self.request, _does_not_fit())
        return HttpResponseRedirect(self.request.get_full_path())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Hand the page what the device is asked."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, **_for_the_device(context["js_data"]["request_options"])}


class SecondStep(AuthenticateView):
    """Asks for the second step in those ways that the user has set up."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Hand the page what the device is asked, and which ways there are."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        user_id = self.stage.login.user.pk
        return {
            **context,
            **_for_the_device(context["js_data"]["request_options"]),
            "has_passkey": has_passkey(user_id),
            "has_codes": has_codes(user_id),
        }


@require_POST
@fresh
def passkey_remove(request: Request) -> HttpResponse:
    """Remove one of one's passkeys."""
    passkey_id = posted_id(request, "passkey")
    remove_passkey(passkey_id=passkey_id, session=session_of(request), by=request.viewer, now=request.now)
    messages.success(request, _("The passkey is removed. It no longer signs you in."))
    return HttpResponseRedirect(reverse("accounts:second-factor"))


def _for_the_device(options: object) -> dict[str, str]:
    return {"options": json.dumps(options, cls=DjangoJSONEncoder)}


def _does_not_fit() -> str:
    return _("This passkey does not fit, or too much time has passed. Try again, or sign in in another way.")
