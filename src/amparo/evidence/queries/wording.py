"""The words of facts in the language of the page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from amparo.evidence.queries.counting import NO, YES
from amparo.evidence.rules import Variable
from amparo.stats.results import Said
from amparo.ui.codes import code_label
from amparo.ui.formats import in_local_digits
from amparo.vocab.facts import FactColumn
from amparo.vocab.null import NULL_REASONS


def say(said: Said) -> str:
    """Return what a result says, in the language of the page."""
    return _(said.template) % said.written()


def say_value(column: FactColumn, value: str) -> str:
    """Return the words for a value of a column."""
    if column.codes and not any(value == code for code, _label in column.values):
        return (
            code_label(column.codes, value)
            if value in NULL_REASONS or value != "unlisted"
            else _(column.label_of(value))
        )
    label = column.label_of(value)
    return in_local_digits(value) if label == value else _(label)


def ordered(column: FactColumn, values: Iterable[str]) -> list[str]:
    """Put values of a column in the order in which people look for them: countries by their names, others as listed."""
    if column.codes == "country":
        return sorted(
            values, key=lambda value: (column.order_of(value)[0], _spelled(say_value(column, value)))
        )
    return sorted(values, key=column.order_of)


def _spelled(name: str) -> str:
    """Return a name as a dictionary sorts it: an accent does not send it to the end."""
    return unicodedata.normalize("NFKD", name).casefold()


def say_variable(variable: Variable) -> str:
    """Return the words for what a table counts by."""
    if not variable.code:
        return _(variable.column.label)
    words = {"column": _(variable.column.label), "code": say_value(variable.column, variable.code)}
    return _("%(column)s: %(code)s") % words


def say_category(variable: Variable, value: str) -> str:
    """Return the words for a category of a table."""
    if variable.code and value in (YES, NO):
        return _("Yes") if value == YES else _("No")
    return say_value(variable.column, value)


def say_key(variables: Sequence[Variable], key: Sequence[str] | None) -> str:
    """Return the words for the categories of a row or a column; of a total where there is no key."""
    if key is None:
        return _("Total")
    return " · ".join(say_category(variable, value) for variable, value in zip(variables, key, strict=True))
