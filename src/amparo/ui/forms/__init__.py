"""Forms: plain ones, and ones made of described records."""

from amparo.ui.forms.areas import AreaField
from amparo.ui.forms.base import ErrorLink, FilterForm, Group, PlainForm, error_links
from amparo.ui.forms.coded import CodedField, CodedSetField
from amparo.ui.forms.days import DateField, PartialDateField, StatedAgeField
from amparo.ui.forms.details import DetailsForm
from amparo.ui.forms.making import details_form
from amparo.ui.forms.rows import PartField, RowsField
from amparo.ui.forms.text import NoteField, NumberField, SubmissionField, TextField, VersionField

__all__ = [
    "AreaField",
    "CodedField",
    "CodedSetField",
    "DateField",
    "DetailsForm",
    "ErrorLink",
    "FilterForm",
    "Group",
    "NoteField",
    "NumberField",
    "PartField",
    "PartialDateField",
    "PlainForm",
    "RowsField",
    "StatedAgeField",
    "SubmissionField",
    "TextField",
    "VersionField",
    "details_form",
    "error_links",
]
