"""Renders every Django form, also those of packages, in the look of the design system."""

from pathlib import Path

import django.forms
from django.forms.renderers import DjangoTemplates
from django.template.backends.django import DjangoTemplates as Backend
from django.utils.functional import cached_property


class AmparoRenderer(DjangoTemplates):
    """Find our widget templates first, then those of Django; set as `FORM_RENDERER`."""

    form_template_name = "ui/forms/body.html"
    field_template_name = "ui/forms/field.html"

    @cached_property
    def engine(self) -> Backend:
        """Return the template engine of forms, which reads our own folder before Django's."""
        ours = Path(__file__).parent.parent / "templates"
        theirs = Path(django.forms.__file__).parent / "templates"
        return Backend(
            {
                "APP_DIRS": False,
                "DIRS": [ours / "ui" / "widgets", ours, theirs],
                "NAME": "amparo-forms",
                "OPTIONS": {"libraries": {"amparo": "amparo.ui.templatetags.amparo"}},
            }
        )
