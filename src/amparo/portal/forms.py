"""What is asked on the pages of the search."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from amparo.cases.rules.searching import SearchPurpose, Wanted
from amparo.ui.forms import CodedField, FilterForm, Group, PlainForm, TextField

LONGEST = 200


class SearchForm(FilterForm):
    """Asks for a reference or a name."""

    q = TextField(label=_("Reference or name"), max_length=LONGEST)


class KnownForm(PlainForm):
    """Asks what is known of somebody, and why she is looked for. It is sent, never part of an address."""

    groups = (
        Group(title=_("Names and birth"), fields=("given", "family", "parent", "birth_year")),
        Group(title=_("A paper or a telephone"), fields=("paper_number", "paper_kind", "paper_country", "telephone")),
        Group(title=_("Why"), fields=("purpose",)),
    )  # fmt: skip

    given = TextField(label=_("Given name"), max_length=LONGEST, required=False)
    family = TextField(label=_("Family name"), max_length=LONGEST, required=False)
    parent = TextField(
        label=_("Father's or mother's name"), max_length=LONGEST, required=False,
        help_text=_("Where people have no family name."),
    )  # fmt: skip
    birth_year = forms.IntegerField(
        label=_("Year of birth"), min_value=1900, max_value=2100, required=False,
        help_text=_("It may be wrong by one year."),
    )  # fmt: skip
    paper_number = TextField(label=_("Number of an identity paper"), max_length=LONGEST, required=False)
    paper_kind = CodedField(
        codes="paper_kind", null_reasons=False, widget="select", label=_("Kind of paper"), required=False
    )
    paper_country = CodedField(
        codes="country", null_reasons=False, widget="select", label=_("Issued by"), required=False
    )
    telephone = TextField(
        label=_("Telephone number"), max_length=LONGEST, required=False,
        help_text=_("With the country code, if it is known."),
    )  # fmt: skip
    purpose = forms.ChoiceField(label=_("Why do you look for her?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        purpose: Any = self.fields["purpose"]
        purpose.choices = [(each.value, gettext(each.label)) for each in SearchPurpose]

    def wanted(self) -> Wanted:
        """Return what is known."""
        return Wanted(**{name: value for name, value in self.cleaned_data.items() if name != "purpose"})

    def purpose_chosen(self) -> SearchPurpose:
        """Return why."""
        return SearchPurpose(self.cleaned_data["purpose"])
