"""Ask for a workbook, and for what shall be taken out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from amparo.cases.queries import CaseChoices
from amparo.cases.rules import Stage
from amparo.intake.htcds import FileFormat
from amparo.ui.forms import DateField, PlainForm, SubmissionField
from amparo.vocab.codes import code_list

PROFILES = (
    ("excel", _("The Excel sheet of the standard (38 columns)")),
    ("xlsform", _("The questionnaire of the standard, as a server would export its answers (31 questions)")),
    ("ods", _("All 84 fields of the standard; nothing that the standard can hold is left out")),
)
FORMATS = (
    (FileFormat.XLSX.value, _("Workbook (.xlsx)")),
    (FileFormat.CSV.value, _("Text with commas (.csv)")),
)


class WorkbookForm(PlainForm):
    """Asks for the file, and for the team that will work on its cases."""

    workbook = forms.FileField(
        label=_("Which workbook?"),
        help_text=_(
            "An .xlsx or .csv file in a layout of HTCDS 2.0. It is checked first; nothing is written before you say so."
        ),
        error_messages={"empty": _("The file is empty. Choose another file.")},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.xlsm,.txt"}),
    )
    team = forms.TypedChoiceField(
        label=_("Which team will work on the cases?"),
        help_text=_(
            "The cases come in without a worker. Whoever supervises the organisation shares them out."
        ),
        coerce=int,
        empty_value=None,
        required=False,
    )
    submission = SubmissionField()

    def __init__(self, *positional: Any, teams: Sequence[tuple[int, str]], **named: Any) -> None:
        super().__init__(*positional, **named)
        choices = [("", gettext("No team yet")), *teams]
        self.fields["team"].choices = choices  # type: ignore[attr-defined]  # a choice field


class ExportForm(PlainForm):
    """Asks which cases, in which layout, in which kind of file."""

    stage = forms.ChoiceField(label=_("Which cases?"), required=False)
    identification = forms.ChoiceField(label=_("With which status of identification?"), required=False)
    opened_from = DateField(label=_("Opened on or after"), required=False)
    opened_until = DateField(label=_("Opened on or before"), required=False)
    profile = forms.ChoiceField(
        label=_("Which layout?"),
        choices=PROFILES,
        initial="ods",
        widget=forms.RadioSelect,
    )
    file_format = forms.ChoiceField(
        label=_("Which kind of file?"),
        choices=FORMATS,
        initial=FileFormat.XLSX.value,
        widget=forms.RadioSelect,
    )
    include_without_consent = forms.BooleanField(
        label=_("Also cases without consent"),
        help_text=_("Tick this only if the file stays inside your organisation."),
        required=False,
    )

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        stages = [(stage.value, gettext(stage.label)) for stage in Stage]
        self.fields["stage"].choices = [("", gettext("All stages")), *stages]  # type: ignore[attr-defined]  # a choice field
        statuses = [(code.code, gettext(code.label)) for code in code_list("identification_status")]
        self.fields["identification"].choices = [("", gettext("Any status")), *statuses]  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        """Refuse a span that ends before it begins."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("opened_from"), cleaned.get("opened_until")
        if isinstance(first, date) and isinstance(last, date) and last < first:
            self.add_error(
                "opened_until", gettext("This day is before the first one. Change one of the two.")
            )
        return cleaned

    def choices(self) -> CaseChoices:
        """Return the cases that were chosen."""
        names = ("stage", "identification", "opened_from", "opened_until")
        return CaseChoices(**{name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)})
