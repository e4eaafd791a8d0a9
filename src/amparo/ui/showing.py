"""Shows a value of any of our types in words, with its direction isolated where it needs to be."""

from datetime import date, datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from amparo.ui import formats
from amparo.ui.parts import State, as_values
from amparo.vocab.dates import PartialDate, StatedAge


def show_value(value: Any, kind: str = "") -> SafeString:
    """Return a value as HTML; several ones as a list. `kind` "name" or "reference" isolates its direction."""
    values = as_values(value)
    if not values:
        return format_html('<span class="amparo-none">{}</span>', gettext("Not recorded"))
    if len(values) == 1:
        return _one(values[0], kind)
    items = format_html_join("", "<li>{}</li>", ((_one(one, kind),) for one in values))
    return format_html('<ul class="amparo-plain-list">{}</ul>', items)


def _one(value: Any, kind: str) -> SafeString:
    if isinstance(value, State):
        return format_html(
            '<strong class="amparo-state amparo-state--{}">{}</strong>', str(value.colour), value.label
        )
    text = say_value(value)
    if isinstance(value, (date, datetime)):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)
    if kind == "name":
        return format_html('<bdi class="amparo-name">{}</bdi>', text)
    if kind == "reference":
        return format_html('<bdi class="amparo-reference">{}</bdi>', text)
    return (
        format_html('<span dir="auto">{}</span>', text) if isinstance(value, str) else format_html("{}", text)
    )


def say_value(value: Any) -> str:
    """Return a value in words, without HTML."""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, (int, float)):
        return formats.say_number(value)
    if isinstance(value, datetime):
        return formats.say_moment(value)
    if isinstance(value, date):
        return formats.say_day(value)
    if isinstance(value, PartialDate):
        return formats.say_partial_date(value)
    if isinstance(value, StatedAge):
        return formats.say_stated_age(value)
    return str(value)
