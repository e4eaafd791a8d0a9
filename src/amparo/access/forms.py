"""Ask who shall work where and as what, in forms that fit what the asker may give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from amparo.access.rules import ROLES, Verdict
from amparo.ui.formats import say_number
from amparo.ui.forms import NumberField, PlainForm, TextField
from amparo.vocab.codes import code_list

Choices = Sequence[tuple[Any, str]]

_EMAIL_WIDGET = forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"})


def role_choices(*, organisation_kind: str) -> list[tuple[str, str]]:
    """List the roles that an organisation of that kind may give, each with what it means."""
    return [
        (role.code, f"{gettext(role.label)}: {gettext(role.description)}")
        for role in ROLES.values()
        if role.code != "installation_administrator"
        and (not role.organisation_kinds or organisation_kind in role.organisation_kinds)
    ]


class RoleForm(PlainForm):
    """Asks for a role and a team."""

    role = forms.ChoiceField(label=_("What will this person do?"), widget=forms.RadioSelect)
    team = forms.TypedChoiceField(
        label=_("In which team?"),
        help_text=_("A caseworker in a team sees the cases of the team; in no team, only their own."),
        coerce=int,
        empty_value=None,
        required=False,
    )

    def __init__(self, *positional: Any, organisation_kind: str, teams: Choices, **named: Any) -> None:
        super().__init__(*positional, **named)
        self.fields["role"].choices = role_choices(organisation_kind=organisation_kind)  # type: ignore[attr-defined]  # a choice field
        self.fields["team"].choices = [("", gettext("In no team")), *teams]  # type: ignore[attr-defined]  # a choice field


class RoleChangeForm(RoleForm):
    """Asks for another role and team, and remembers for which change a warning was shown."""

    warned = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def is_warned(self) -> bool:
        """Tell whether the warning was shown for this very change."""
        return bool(self.cleaned_data["warned"] == self._change)

    def warn(self) -> None:
        """Send back for which change the warning is shown now."""
        self.data = self.data.copy()  # type: ignore[attr-defined]  # a form that was sent
        self.data["warned"] = self._change  # type: ignore[index]

    @property
    def _change(self) -> str:
        return f"{self.cleaned_data['role']}:{self.cleaned_data['team'] or ''}"


class InvitationForm(RoleForm):
    """Asks whom to invite, to what role."""

    email = forms.EmailField(
        label=_("E-mail address at work"),
        help_text=_(
            "They sign in with this address. Nothing is sent to it: you hand over the link yourself."
        ),
        widget=_EMAIL_WIDGET,
    )
    field_order = ("email", "role", "team")


class FirstAdministratorForm(PlainForm):
    """Asks whom to invite as the first administrator of which organisation."""

    organisation = forms.TypedChoiceField(label=_("Organisation"), coerce=int)
    email = forms.EmailField(label=_("E-mail address at work"), widget=_EMAIL_WIDGET)

    def __init__(self, *positional: Any, organisations: Choices, **named: Any) -> None:
        super().__init__(*positional, **named)
        self.fields["organisation"].choices = list(organisations)  # type: ignore[attr-defined]  # a choice field


class OrganisationForm(PlainForm):
    """Asks for a new organisation."""

    name = TextField(label=_("Name of the organisation"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"))

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        kinds = [(code.code, gettext(code.label)) for code in code_list("organisation_kind")]
        self.fields["kind"].choices = [("", ""), *kinds]  # type: ignore[attr-defined]  # a choice field


class OrganisationNameForm(PlainForm):
    """Asks for another name of the own organisation."""

    name = TextField(label=_("Name of the organisation"), max_length=200)


class TeamForm(PlainForm):
    """Asks for a new team."""

    name = TextField(label=_("Name of the new team"), max_length=120)


class PasswordForm(PlainForm):
    """Asks for a new password."""

    password = forms.CharField(
        label=_("A password"),
        help_text=_(
            "At least 12 characters. Several words that do not belong together are easy to keep in mind."
        ),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class AcceptanceForm(PasswordForm):
    """Asks a newcomer for a name and a password."""

    name = TextField(
        label=_("Your name"),
        help_text=_("As colleagues know it. It stands beside what you write."),
        max_length=200,
    )
    field_order = ("name", "password")


class OwnDetailsForm(PlainForm):
    """Asks for one's own name and language."""

    name = TextField(label=_("Your name"), help_text=_("It stands beside what you write."), max_length=200)
    language = forms.ChoiceField(label=_("Your language"))

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]  # a choice field


class TokenForm(PlainForm):
    """Asks for a new key of a program."""

    name = TextField(
        label=_("What is the key for?"),
        help_text=_("For example: monthly figures on the office computer"),
        max_length=120,
    )
    days = NumberField(
        label=_("For how many days?"), help_text=_("At most 90."), min_value=1, max_value=90, initial=30
    )
    may_write = forms.TypedChoiceField(
        label=_("What may the program do?"),
        help_text=_(
            "Taking cases or facts out, undoing an import, and giving out roles stay with you: no key does these."
        ),
        choices=[("read", _("Only read")), ("write", _("Read and write"))],
        coerce=lambda said: said == "write",
        initial="read",
        widget=forms.RadioSelect,
    )


class MembershipForm(PlainForm):
    """Asks in which of one's roles to work now."""

    membership = forms.TypedChoiceField(label=_("Work as"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *positional: Any, memberships: Choices, **named: Any) -> None:
        super().__init__(*positional, **named)
        self.fields["membership"].choices = list(memberships)  # type: ignore[attr-defined]  # a choice field


class StaffNumberForm(PlainForm):
    """Asks under which number somebody is employed."""

    staff_number = TextField(
        label=_("Staff number"),
        help_text=_(
            "As it stands on the staff card or in the contract, with the letters of your organisation, such as HAVEN-0017. "
            "Two accounts with one number are one person where two people must decide."
        ),
        max_length=40,
        required=False,
    )


class MoreKeysForm(PlainForm):
    """Asks for how long keyd shall give more keys."""

    hours = forms.TypedChoiceField(label=_("For how many hours?"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *positional: Any, hours: Sequence[int], **named: Any) -> None:
        super().__init__(*positional, **named)
        self.fields["hours"].choices = [(number, say_number(number)) for number in hours]  # type: ignore[attr-defined]  # a choice field


class KeyActForm(PlainForm):
    """Asks what two people are to decide about the keys."""

    what = forms.ChoiceField(label=_("What is to be done?"), widget=forms.RadioSelect)
    compartments = forms.MultipleChoiceField(
        label=_("Which compartments get new keys?"),
        help_text=_("Only for new keys. Choose none for all of them."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    of = NumberField(
        label=_("How many persons keep a share?"),
        help_text=_("Only for shares: 2 to 16 persons, best of as many institutions."),
        required=False,
        initial=5,
    )
    needed = NumberField(
        label=_("How many of them open the keys together?"),
        help_text=_("Only for shares."),
        required=False,
        initial=3,
    )

    def __init__(self, *positional: Any, what: Choices, compartments: Choices, **named: Any) -> None:
        super().__init__(*positional, **named)
        self.fields["what"].choices = list(what)  # type: ignore[attr-defined]  # a choice field
        self.fields["compartments"].choices = list(compartments)  # type: ignore[attr-defined]  # a choice field


class VerdictForm(PlainForm):
    """Asks how an emergency opening is judged."""

    verdict = forms.ChoiceField(label=_("Was it justified?"), widget=forms.RadioSelect)

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        self.fields["verdict"].choices = [(one.value, gettext(one.label)) for one in Verdict]  # type: ignore[attr-defined]  # a choice field
