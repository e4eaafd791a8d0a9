"""Fit the library for signing in to this house: its words, its closed door, its entries in the log."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from amparo.accounts.actions import end_sessions
from amparo.accounts.actions.guessing import (
    about_name,
    forget_failures,
    is_address_closed,
    keyed,
    note_failure,
    take_turn,
)
from amparo.accounts.known_devices import known_device, remember_device
from amparo.accounts.queries import find_user_id, get_own_details
from amparo.accounts.rules import HOLD, SECOND_FACTOR, SignedIn, hash_of_key
from amparo.audit.actions import record as record_event
from amparo.ui.web import keep_language
from amparo.vault.actions import open_secret, seal_secret
from amparo.vault.rules import NotOpened

# The library names what happened to an account by the letter that it would send about it.
_EVENTS = {
    "account/email/password_changed": "accounts.password.change",
    "account/email/password_set": "accounts.password.change",
    "mfa/email/totp_activated": "accounts.second_factor.add",
    "mfa/email/totp_deactivated": "accounts.second_factor.remove",
    "mfa/email/webauthn_added": "accounts.passkey.add",
    "mfa/email/webauthn_removed": "accounts.passkey.remove",
    "mfa/email/recovery_codes_generated": "accounts.recovery_codes.make",
}

_MESSAGES = {
    "account/messages/password_changed.txt": _(
        "Your password is changed. Wherever else you were signed in, you are signed out."
    ),
    "account/messages/logged_out.txt": _("You are signed out. On a shared computer, close this window too."),
    "mfa/messages/totp_activated.txt": _(
        "The second step is set up. You are asked for a code when you next sign in."
    ),
    "mfa/messages/totp_deactivated.txt": _("Codes from an app are no longer asked for."),
    "mfa/messages/webauthn_added.txt": _("The passkey is added. With it you sign in without a password."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed. It no longer signs you in."),
}


def wait_for_turn(about: str) -> None:
    """Take the turn to try, or refuse with the time to wait. Nobody is locked out by it."""
    wait = take_turn(about, now=timezone.now())
    if wait is None:
        return
    seconds = max(1, round(wait.total_seconds()))
    said = ngettext(
        "An attempt before this one did not work. Wait %(seconds)d second, then try again.",
        "An attempt before this one did not work. Wait %(seconds)d seconds, then try again.",
        seconds,
    )
    raise ValidationError(said % {"seconds": seconds}, code="wait")


class AccountAdapter(DefaultAccountAdapter):
    """Keeps sign-up closed, slows down guessing, logs who came in and who did not, and sends no letters."""

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

    def get_client_ip(self, request: HttpRequest) -> str:
        """Give the address a request comes from, as the middleware for proxies settled it."""
        return str(request.META.get("REMOTE_ADDR", ""))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Let one attempt on a name have its turn, unless too many came from its address just now."""
        if is_address_closed(self.get_client_ip(request), now=timezone.now()):
            raise ValidationError(
                gettext(
                    "Too many attempts came from here. Wait 15 minutes and try again; from elsewhere, and with a passkey, "
                    "you sign in as always."
                ),
                code="address",
            )
        wait_for_turn(self._about(request, credentials))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Look whether name and password belong together; right ones take the count of failures away."""
        if not str(credentials.get("email", "")).strip():
            return None  # nothing was guessed, so nothing is counted
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is not None:
            forget_failures(self._about(request, credentials))
        return user

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Look whether it is still the same person, who may guess no faster than a stranger."""
        about = keyed("again", str(user.pk))
        wait_for_turn(about)
        is_right = user.check_password(password)
        if is_right:
            forget_failures(about)
        return is_right

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """List the ways to show that it is still the same person, a passkey first."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return sorted(methods, key=lambda method: not method["id"].endswith("webauthn"))

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **details: Any) -> HttpResponse:
        """Log that somebody signed in, and go on in their language unless this browser was told another."""
        request.session.pop(HOLD, None)  # its time begins anew
        record_event("accounts.sign_in.pass", by=SignedIn(user_id=user.pk), at=timezone.now())
        answer: HttpResponse = super().post_login(request, user, **details)
        own = get_own_details(user.pk)
        remember_device(answer, name=own.email)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            keep_language(answer, own.language)
        return answer

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count and log that somebody did not get in, and nothing of what they typed."""
        now = timezone.now()
        note_failure(self.get_client_ip(request), now=now)
        known = find_user_id(str(credentials.get("email", "")))
        record_event("accounts.sign_in.fail", by=SignedIn(user_id=known), at=now, outcome="refused")

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
        elif named.get("message"):
            messages.add_message(request, level, str(named["message"]))

    def send_notification_mail(
        self, template_prefix: str, user: AbstractBaseUser, *rest: Any, **named: Any
    ) -> None:
        """Log what happened to the account instead of writing a letter that others may read, and sign out elsewhere."""
        if template_prefix in _EVENTS:
            end_sessions(user_id=user.pk, but=hash_of_key(self.request.session.session_key or ""))
            record_event(_EVENTS[template_prefix], by=SignedIn(user_id=user.pk), at=timezone.now())

    def _about(self, request: HttpRequest, credentials: dict[str, Any]) -> str:
        name = str(credentials.get("email", ""))
        return about_name(name, device=known_device(request, name=name))


class SecondFactorAdapter(DefaultMFAAdapter):
    """Speaks of second factors in our words, and keeps their secrets sealed."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "This code does not fit. Codes change every 30 seconds: type the one that the app shows now, and check "
            "that the clock of the phone is right."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Seal the secret of a second factor for the database."""
        return seal_secret(text, label=SECOND_FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        """Open it again; what was changed, moved from another use or never sealed lets nobody in."""
        try:
            return open_secret(encrypted_text, label=SECOND_FACTOR)
        except NotOpened:
            raise ValidationError(
                gettext(
                    "Codes cannot be checked at present. Sign in with a passkey, or ask whoever looks after the installation."
                ),
                code="sealed",
            ) from None

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:  # noqa: A002 - the library's name
        """Name a passkey that its owner did not name."""
        return gettext("Passkey")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name the house to the device that keeps the passkey: nothing that tells what it is for."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Amparo"}
