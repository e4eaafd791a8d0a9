"""Ask why somebody opened a case, and for the reference of an invented person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from amparo.ui.forms import PlainForm, TextField

LONGEST = 500


class ExplanationForm(PlainForm):
    """Asks for one sentence."""

    text = TextField(
        label=_("Why did you open it? One sentence is enough."),
        help_text=_("For example: she called, and I looked up when her lawyer comes. Your supervisor reads it; it is kept sealed."),
        max_length=LONGEST,
    )  # fmt: skip


class CanaryForm(PlainForm):
    """Asks for a reference."""

    reference = TextField(
        label=_("Reference of the case"),
        help_text=_("Of an invented person, whom somebody entered for this. Whether there is such a case is not looked up."),
        max_length=20,
    )  # fmt: skip
