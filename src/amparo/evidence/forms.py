"""What somebody chooses to see."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from amparo.evidence.queries.holdings import TableHolding
from amparo.evidence.queries.wording import ordered, say_value, say_variable
from amparo.evidence.rules import Variable, variables_of
from amparo.evidence.rules.asking import METHODS, ONLY
from amparo.ui.forms import FilterForm, PlainForm
from amparo.ui.forms.base import teach

Choices = list[tuple[str, Any]]


class TableForm(FilterForm):
    """Rows, columns, what it is narrowed to, and how small numbers are protected. Sent by GET, so a table is a link."""

    table = forms.CharField(widget=forms.HiddenInput)
    snapshot = forms.CharField(widget=forms.HiddenInput)
    rows = forms.ChoiceField(label=gettext_lazy("Rows"))
    rows_then = forms.ChoiceField(label=gettext_lazy("Rows, then by"))
    columns = forms.ChoiceField(label=gettext_lazy("Columns"))
    columns_then = forms.ChoiceField(label=gettext_lazy("Columns, then by"))
    method = forms.ChoiceField(label=gettext_lazy("Small numbers"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, holding: TableHolding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        variables = _grouped(variables_of(holding.table, holding.present))
        for name in ("rows", "rows_then", "columns", "columns_then"):
            _choose(self.fields[name], variables if name == "rows" else [("", _("Nothing")), *variables])
        _choose(self.fields["method"], [(code, _(label)) for code, label in METHODS.items()])
        for column in holding.table.columns:
            name, found = f"{ONLY}{column.name}", ordered(column, holding.present[column.name])
            # Where there is nothing to choose between, a choice that a link brings is still answered.
            if not column.is_many and (len(found) > 1 or self.data.get(name)):
                field = forms.ChoiceField(label=_(column.label), required=False)
                _choose(field, [("", _("All")), *((value, say_value(column, value)) for value in found)])
                teach(field)
                self.fields[name] = field

    @property
    def shape(self) -> list[forms.BoundField]:
        """Return the fields that say what the table is made of."""
        return [self[name] for name in ("rows", "rows_then", "columns", "columns_then", "method")]

    @property
    def narrowing(self) -> list[forms.BoundField]:
        """Return the fields that narrow what is counted."""
        return [self[name] for name in self.fields if name.startswith(ONLY)]

    @property
    def is_narrowed(self) -> bool:
        """Tell whether what is counted is narrowed."""
        return any(bound.data for bound in self.narrowing)


class ExportForm(PlainForm):
    """Take the facts of a snapshot out, after reading what they are."""

    is_understood = forms.BooleanField(
        label=gettext_lazy(
            "I have read this. I keep the files where only I can read them, and publish nothing from them unchecked."
        )
    )


def _choose(field: forms.Field, choices: Choices) -> None:
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


def _grouped(variables: tuple[Variable, ...]) -> Choices:
    """List plain columns first, then the codes of each column that holds several, under its name."""
    plain: Choices = [(one.name, say_variable(one)) for one in variables if not one.code]
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in variables:
        if one.code:
            groups.setdefault(_(one.column.label), []).append((one.name, say_value(one.column, one.code)))
    return [*plain, *groups.items()]
