"""Fit the library's forms for signing in to our labels and hints."""

from collections.abc import Callable
from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from amparo.accounts.actions.guessing import forget_failures, keyed
from amparo.accounts.adapter import wait_for_turn
from amparo.accounts.rules import MOST_CHARACTERS
from amparo.ui.forms import PlainForm, TextField
from amparo.ui.forms.base import teach


def _speak(form: forms.Form, **labels: Any) -> None:
    """Give fields our labels and errors, and take away the grey texts inside the boxes: they vanish when needed."""
    for name, label in labels.items():
        form.fields[name].label = label
    for field in form.fields.values():
        teach(field)
        field.widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm, PlainForm):
    """Asks for address and password."""

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        _speak(self, login=_("Your e-mail address"), password=_("Your password"))
        self.fields["password"].help_text = ""
        _bound_length(self, "password")
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ConfirmPasswordForm(ReauthenticateForm, PlainForm):
    """Asks for the password once more before something that matters."""

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        _speak(self, password=_("Your password"))
        self.fields["password"].help_text = ""
        _bound_length(self, "password")


class CodeForm(AuthenticateForm, PlainForm):
    """Asks for the code of the second factor."""

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        _speak_code(self)

    def clean_code(self) -> str:
        """Check the code, no faster than a person types."""
        return _checked_code(self, super().clean_code)


class ConfirmCodeForm(ReauthenticateByCodeForm, PlainForm):
    """Asks for the code once more before something that matters."""

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        _speak_code(self)

    def clean_code(self) -> str:
        """Check the code, no faster than a person types."""
        return _checked_code(self, super().clean_code)


class SetUpCodeForm(ActivateTOTPForm, PlainForm):
    """Asks for the first code of an app that was just set up."""

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        _speak_code(self)
        self.fields["code"].help_text = _("Six digits from the app on your phone.")


class PasskeyForm(AddWebAuthnForm, PlainForm):
    """Takes what the device answers when it made a passkey, and a name for it."""

    passwordless = None  # not asked: each passkey signs in by itself, and its owner is always verified
    name = TextField(
        label=_("A name for this passkey"),
        help_text=_("For example: my telephone, or the key on my key ring"),
        max_length=60,
        required=False,
    )


class NewPasswordForm(ChangePasswordForm, PlainForm):
    """Asks for the present password and a new one."""

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        _speak(
            self,
            oldpassword=_("Your present password"),
            password1=_("Your new password"),
            password2=_("Your new password once more"),
        )
        self.fields["oldpassword"].help_text = ""
        _bound_length(self, "oldpassword", "password1", "password2")
        self.fields["password1"].help_text = _(
            "At least 12 characters. Several words that do not belong together are easy to keep in mind."
        )


def _checked_code(form: Any, check: Callable[[], str]) -> str:
    about = keyed("code", str(form.user.pk))
    wait_for_turn(about)
    code = check()
    forget_failures(about)
    return code


def _bound_length(form: forms.Form, *names: str) -> None:
    """Let nobody have a text of a megabyte hashed."""
    for name in names:
        form.fields[name].validators.append(MaxLengthValidator(MOST_CHARACTERS))


def _speak_code(form: forms.Form) -> None:
    _speak(form, code=_("The code"))
    form.fields["code"].help_text = _("Six digits from the app on your phone, or one of your recovery codes.")
    form.fields["code"].widget.attrs.update({"inputmode": "text", "class": "govuk-input--width-10"})
