"""What a member of staff is asked that she is known by."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from amparo.cases.actions.finding import country_of_state
from amparo.ui.forms import DateField, PlainForm, TextField
from amparo.vocab.dates import PartialDate
from amparo.vocab.names import telephone_key

MOST_LINES = 10


class OwnRecordForm(PlainForm):
    """Asks by what somebody is known in private. All of it is given again to change any of it: nothing is shown."""

    birth = DateField(label=_("Your date of birth"), required=False)
    telephones = TextField(
        label=_("Your private telephone numbers"),
        help_text=_(
            "One a line, with the country: +381 64 123 4567. Not those of your work, for they may stand in cases as a way "
            "to reach somebody."
        ),
        rows=3,
        required=False,
    )
    papers = TextField(
        label=_("Numbers of your passport, identity card or other papers"),
        help_text=_("One a line, the number alone."),
        rows=3,
        required=False,
    )

    def clean_telephones(self) -> tuple[str, ...]:
        """Refuse what is no whole number: it would find nobody."""
        lines = _lines(self.cleaned_data["telephones"])
        country = country_of_state()
        for line in lines:
            if not any(form.startswith("+") for form in telephone_key(line, country)):
                message = gettext(
                    "%(text)s is no whole telephone number. Write it with the country: +381 64 123 4567."
                )
                raise ValidationError(message % {"text": line})
        return lines

    def clean_papers(self) -> tuple[str, ...]:
        """Read one number a line."""
        return _lines(self.cleaned_data["papers"])

    def clean(self) -> dict[str, Any]:
        """Refuse an empty answer, which would take away what was said before."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(cleaned.get(name) for name in self.fields):
            raise ValidationError(gettext("Give at least one of these."))
        return cleaned

    def said(self) -> dict[str, Any]:
        """Return what was said, as the action takes it."""
        birth = self.cleaned_data["birth"]
        known = None if birth is None else PartialDate(birth.year, birth.month, birth.day)
        return {**self.cleaned_data, "birth": known}

    @staticmethod
    def nothing() -> dict[str, Any]:
        """Return what the action takes from whoever wants nothing kept."""
        return {"birth": None, "telephones": (), "papers": ()}


def _lines(text: str) -> tuple[str, ...]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise ValidationError(gettext("These are too many. Give ten at most."))
    return tuple(lines)
