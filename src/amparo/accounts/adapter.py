"""Fit the library for signing in to this house: its words, its closed door, its entries in the log."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from amparo.accounts.queries import find_user_id, get_own_details
from amparo.accounts.rules import SignedIn
from amparo.audit.actions import record as record_event
from amparo.ui.web import keep_language

# The library names what happened to an account by the letter that it would send about it.
_EVENTS = {
    "account/email/password_changed": "accounts.password.change",
    "account/email/password_set": "accounts.password.change",
    "mfa/email/totp_activated": "accounts.second_factor.add",
    "mfa/email/totp_deactivated": "accounts.second_factor.remove",
    "mfa/email/recovery_codes_generated": "accounts.recovery_codes.make",
}

_MESSAGES = {
    "account/messages/password_changed.txt": _("Your password is changed."),
    "account/messages/logged_out.txt": _("You are signed out. On a shared computer, close this window too."),
    "mfa/messages/totp_activated.txt": _(
        "The second step is set up. You are asked for a code when you next sign in."
    ),
    "mfa/messages/totp_deactivated.txt": _("The second step is removed. Your password alone signs you in."),
}


class AccountAdapter(DefaultAccountAdapter):
    """Keeps sign-up closed, logs who came in and who did not, and sends no letters."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "This address and this password do not belong together. Type both again, or ask the administrator "
            "of your organisation."
        ),
        "incorrect_password": _("This is not your password. Type it again."),
        "enter_current_password": _("This is not your present password. Type it again."),
        "too_many_login_attempts": _("Too many attempts came from here. Wait a minute and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Let nobody in without an invitation."""
        return False

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **details: Any) -> HttpResponse:
        """Log that somebody signed in, and go on in their language unless this browser was told another."""
        record_event("accounts.sign_in.pass", by=SignedIn(user_id=user.pk), at=timezone.now())
        answer: HttpResponse = super().post_login(request, user, **details)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            keep_language(answer, get_own_details(user.pk).language)
        return answer

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Log that somebody did not get in, and nothing of what they typed."""
        known = find_user_id(str(credentials.get("email", "")))
        record_event(
            "accounts.sign_in.fail",
            by=SignedIn(user_id=known),
            at=timezone.now(),
            outcome="refused",
        )

    def logout(self, request: HttpRequest) -> None:
        """Log that somebody signed out."""
        if request.user.is_authenticated:
            record_event("accounts.sign_in.end", by=SignedIn(user_id=request.user.pk), at=timezone.now())
        super().logout(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Lead back to the page about oneself."""
        return reverse("accounts:me")

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *rest: Any, **named: Any
    ) -> None:
        """Say in our words what happened; what a page shows anyway is not said twice."""
        if message_template in _MESSAGES:
            messages.add_message(request, level, str(_MESSAGES[message_template]))

    def send_notification_mail(
        self, template_prefix: str, user: AbstractBaseUser, *rest: Any, **named: Any
    ) -> None:
        """Log what happened to the account instead of writing a letter that others may read."""
        if template_prefix in _EVENTS:
            record_event(_EVENTS[template_prefix], by=SignedIn(user_id=user.pk), at=timezone.now())


class SecondFactorAdapter(DefaultMFAAdapter):
    """Speaks of second factors in our words."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "This code does not fit. Codes change every 30 seconds: type the one that the app shows now, and check "
            "that the clock of the phone is right."
        ),
    }
