"""What is asked on the pages that close a case, and on the one that tells the independent unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from amparo.access.rules import CHOSEN, DECLARED, ClearanceLevel, ClearanceReason
from amparo.ui.forms import NoteField, PlainForm, SubmissionField

Choices = Sequence[tuple[int, str]]


class ClearanceForm(PlainForm):
    """Asks how closed a case is, to whom it stays open, and why."""

    level = forms.ChoiceField(label=_("Who may see it?"), widget=forms.RadioSelect)
    named = forms.MultipleChoiceField(
        label=_("Who is named?"),
        help_text=_("For nobody else does the case exist from then on, supervisors included."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = forms.ChoiceField(label=_("Why?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "level", [(each.value, gettext(each.label)) for each in ClearanceLevel])
        _offer(self, "named", [(str(number), name) for number, name in people])
        _offer(self, "reason", [(each.value, gettext(each.label)) for each in ClearanceReason])


class ReadersForm(PlainForm):
    """Asks who is to be named for a case that nobody can open."""

    named = forms.MultipleChoiceField(label=_("Who is named?"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "named", [(str(number), name) for number, name in people])


class KeepAwayForm(PlainForm):
    """Asks who must not see a person, and why."""

    who = forms.ChoiceField(label=_("Who?"))
    reason = forms.ChoiceField(label=_("Why?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, people: Choices, organisations: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[Any] = [("", "")]
        if people:
            choices.append((gettext("People here"), [(f"user-{number}", name) for number, name in people]))
        if organisations:
            each = [(f"organisation-{number}", name) for number, name in organisations]
            choices.append((gettext("Everybody of an organisation"), each))
        _offer(self, "who", choices)
        _offer(self, "reason", [(each.value, gettext(each.told)) for each in CHOSEN])

    def whom(self) -> dict[str, int]:
        """Return who was chosen, as the action takes it."""
        kind, _dash, number = self.cleaned_data["who"].partition("-")
        return {f"{kind}_id": int(number)}


class DeclarationForm(PlainForm):
    """Asks how somebody knows a person."""

    reason = forms.ChoiceField(label=_("How?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "reason", [(each.value, gettext(each.label)) for each in DECLARED])


class TellForm(PlainForm):
    """Asks what the independent unit should know."""

    text = NoteField(
        label=_("What should the unit know?"),
        help_text=_("What you saw or heard, when, and who was there."),
    )
    is_named = forms.BooleanField(
        label=_("Tell them my name, so that they can ask me"),
        help_text=_("Without it nobody learns who wrote this, the unit neither."),
        required=False,
    )
    submission = SubmissionField()


def _offer(form: forms.Form, name: str, choices: Sequence[Any]) -> None:
    field: Any = form.fields[name]
    field.choices = choices
