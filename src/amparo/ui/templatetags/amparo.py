"""The components as template tags: `{% load amparo %}`. The gallery at /ui/ shows each of them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, Form
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from amparo.ui import formats
from amparo.ui.forms.base import NESTED, error_links, form_parts
from amparo.ui.parts import (
    AppliedFilter,
    Cell,
    ComparisonRow,
    DataTable,
    Link,
    Pager,
    Progress,
    State,
    SummaryRow,
    Tab,
    TimelineEntry,
)
from amparo.ui.showing import show_value

register = template.Library()

# -- words and values ------------------------------------------------------------------------------------------------------

register.filter("show", show_value)
register.filter("number", formats.say_number)
register.simple_tag(formats.say_number, name="number")
register.filter("said", lambda text: gettext(str(text)) if text else "")


@register.filter
def shown(part: Cell | SummaryRow) -> SafeString:
    """Show the value of a cell or of an answer; a name or a reference is isolated."""
    return show_value(part.value, "name" if part.is_name else "reference" if part.is_reference else "")


@register.simple_tag
def bdi(text: Any) -> SafeString:
    """Isolate the direction of a name, a reference or a number."""
    return format_html("<bdi>{}</bdi>", text)


@register.simple_tag
def reference(text: Any) -> SafeString:
    """Print a reference: never broken, its direction isolated."""
    return format_html('<bdi class="amparo-reference">{}</bdi>', text)


@register.simple_tag(name="date")
def date_tag(value: date | None) -> SafeString:
    """Print a day in words."""
    if value is None:
        return SafeString("")
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), formats.say_day(day))


@register.simple_tag
def clock(value: datetime) -> SafeString:
    """Print the time of a moment."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.say_time(value))


# -- marks, states, messages -----------------------------------------------------------------------------------------------


@register.inclusion_tag("ui/parts/icon.html")
def icon(name: str) -> dict[str, str]:
    """Print an icon; always beside a word."""
    return {"template": f"ui/icons/{name}.html"}


@register.inclusion_tag("ui/parts/mark.html")
def mark(name: str, label: str) -> dict[str, str]:
    """Print a mark: an icon and a word."""
    return {"name": name, "label": label}


@register.simple_tag
def state(state: State) -> SafeString:
    """Print a status."""
    return show_value(state)


@register.inclusion_tag("ui/parts/notice.html")
def notification(text: str, kind: str = "information", title: str = "") -> dict[str, Any]:
    """Print a message; `kind` is success, information, warning or error."""
    return {"text": text, "kind": _notice_kind(kind), "title": title}


@register.simple_block_tag
def notice(content: str, title: str = "", kind: str = "information") -> SafeString:
    """Print a message with a body of its own."""
    return _render("ui/parts/notice.html", {"content": content, "kind": _notice_kind(kind), "title": title})


def _notice_kind(kind: str) -> str:
    known = {"debug": "information", "info": "information"}
    return known.get(kind, kind)


def _render(name: str, context: dict[str, Any]) -> SafeString:
    return SafeString(render_to_string(name, context))


# -- layout ----------------------------------------------------------------------------------------------------------------


@register.simple_block_tag
def section(
    content: str,
    title: str,
    url: str = "",
    act: str = "",
    id: str = "",  # noqa: A002  # the name that HTML has for it
    count: int | None = None,
) -> SafeString:
    """Print a titled block of a desk page, with an act beside its heading."""
    return _render(
        "ui/parts/section.html",
        {"content": content, "title": title, "url": url, "act": act, "id": id, "count": count},
    )


@register.simple_block_tag
def card(content: str, title: str, url: str = "", act: str = "") -> SafeString:
    """Print a bordered block for the side column."""
    return _render("ui/parts/card.html", {"content": content, "title": title, "url": url, "act": act})


@register.simple_block_tag
def details(content: str, title: str) -> SafeString:
    """Print a text that unfolds."""
    return _render("ui/parts/details.html", {"content": content, "title": title})


@register.inclusion_tag("ui/parts/tabs.html")
def tabs(tabs: Sequence[Tab], label: str = "") -> dict[str, Any]:
    """Print the pages of a case as one line, which scrolls on a phone."""
    return {"tabs": tabs, "label": label or gettext("Pages of this case")}


@register.inclusion_tag("ui/parts/back_link.html")
def back_link(url: str, label: str = "") -> dict[str, Any]:
    """Print the way back."""
    return {"url": url, "label": label or gettext("Back")}


@register.inclusion_tag("ui/parts/empty.html")
def empty(title: str, text: str = "", url: str = "", act: str = "") -> dict[str, Any]:
    """Print what will stand in an empty place, and the act to begin."""
    return {"title": title, "text": text, "url": url, "act": act}


# -- buttons ---------------------------------------------------------------------------------------------------------------


@register.inclusion_tag("ui/parts/button.html")
def button(
    text: str,
    href: str = "",
    kind: str = "primary",
    name: str = "",
    value: str = "",
    off_phone: bool = False,
) -> dict[str, Any]:
    """Print a button that sends the form, or with `href` a link that looks like one, which a phone may leave to the menu."""
    return {"text": text, "href": href, "kind": kind, "name": name, "value": value, "off_phone": off_phone}


@register.inclusion_tag("ui/parts/post_button.html", takes_context=True)
def post_button(context: Context, text: str, action: str, kind: str = "secondary") -> dict[str, Any]:
    """Print a form of one button."""
    return {"text": text, "action": action, "kind": kind, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("ui/parts/action_menu.html")
def action_menu(text: str, links: Sequence[Link], on_phone: Sequence[Link] = ()) -> dict[str, Any]:
    """Print links folded in one button; those of `on_phone` stand in it only where there is no room for buttons."""
    return {"text": text, "links": links, "on_phone": on_phone}


# -- lists -----------------------------------------------------------------------------------------------------------------


@register.inclusion_tag("ui/parts/summary_list.html")
def summary_list(rows: Sequence[SummaryRow]) -> dict[str, Any]:
    """Print questions and their answers."""
    return {"rows": rows, "has_acts": any(row.url for row in rows)}


@register.inclusion_tag("ui/parts/data_table.html")
def data_table(table: DataTable) -> dict[str, Any]:
    """Print a table; on a phone each row becomes a card."""
    return {"table": table}


@register.inclusion_tag("ui/parts/pager.html")
def pager(pager: Pager) -> dict[str, Any]:
    """Print the way to the neighbouring pages of a list."""
    return {"pager": pager}


@register.inclusion_tag("ui/parts/filters.html")
def filters(
    form: Form,
    applied: Sequence[AppliedFilter] = (),
    clear: str = "",
    refresh: str = "",
) -> dict[str, Any]:
    """Print filters for the side of a list, with those that are on as tags that can be taken off.

    With `refresh`, a script shows the element of that selector anew without loading the page.
    """
    return {"form": form, "applied": applied, "clear": clear, "refresh": refresh}


@register.inclusion_tag("ui/parts/timeline.html")
def timeline(entries: Sequence[TimelineEntry]) -> dict[str, Any]:
    """Print what happened, grouped by day, in the order given."""
    days: list[tuple[date, list[TimelineEntry]]] = []
    for entry in entries:
        day = (timezone.localtime(entry.at) if timezone.is_aware(entry.at) else entry.at).date()
        if not days or days[-1][0] != day:
            days.append((day, []))
        days[-1][1].append(entry)
    return {"days": days}


@register.inclusion_tag("ui/parts/comparison.html")
def comparison(rows: Sequence[ComparisonRow]) -> dict[str, Any]:
    """Print what two people changed, and let one value of each field be chosen."""
    return {"rows": rows}


@register.inclusion_tag("ui/parts/progress.html")
def progress(progress: Progress) -> dict[str, Any]:
    """Print how far a long job is."""
    return {"progress": progress}


@register.inclusion_tag("ui/parts/figure.html")
def figure(value: Any, label: str = "", note: str = "") -> dict[str, Any]:
    """Print a number first, then what it counts."""
    return {"value": value, "label": label, "note": note}


@register.inclusion_tag("ui/parts/exit_page.html")
def exit_page() -> dict[str, Any]:
    """Print the button that leaves this site at once, with what it cannot do."""
    return {}


# -- forms -----------------------------------------------------------------------------------------------------------------


register.filter("form_parts", form_parts)


@register.inclusion_tag("ui/forms/field.html", name="field")
def field_tag(field: BoundField, compact: bool = False) -> dict[str, Any]:
    """Print one field: label, help, error, control."""
    found = field.form.errors.as_data().get(field.name, ())
    messages = [message for error in found if error.code != NESTED for message in error.messages]
    is_tick = isinstance(field.field.widget, CheckboxInput)
    return {"field": field, "errors": messages, "compact": compact, "is_tick": is_tick}


@register.inclusion_tag("ui/forms/error_summary.html")
def error_summary(*forms: Form) -> dict[str, Any]:
    """Print the errors of forms, each leading to its control."""
    return {"links": error_links(*(form for form in forms if form.is_bound))}


@register.inclusion_tag("ui/forms/form_body.html", takes_context=True)
def form_body(context: Context, form: Form, button: str = "") -> dict[str, Any]:
    """Print what stands inside a form element: token, errors, fields; `button` are the words of the one that sends it."""
    return {"form": form, "button": button, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("ui/forms/form.html", takes_context=True)
def render_form(
    context: Context,
    form: Form,
    button: str = "",
    action: str = "",
    cancel: str = "",
    kind: str = "primary",
    guard: bool = False,
) -> dict[str, Any]:
    """Print a whole form that is sent by POST."""
    return {
        "form": form,
        "button": button or gettext("Save"),
        "action": action,
        "cancel": cancel,
        "kind": kind,
        "guard": guard,
        "csrf_token": context.get("csrf_token"),
    }
