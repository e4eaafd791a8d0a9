"""What is asked on the page of the search."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from amparo.ui.forms import FilterForm, TextField

LONGEST = 200


class SearchForm(FilterForm):
    """Asks for a reference or a name."""

    q = TextField(label=_("Reference or name"), max_length=LONGEST)
