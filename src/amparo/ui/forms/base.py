"""The base of all forms: plain error messages, and an error summary that leads to the right control."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from amparo.ui.parts import AppliedFilter
from amparo.vocab.text import ToldError

# The name of the buttons "Add another" and "Remove"; their value says which rows.
ARRANGE = "arrange-rows"
NESTED = "nested"

_TAUGHT: Mapping[type[forms.Field], Mapping[str, Any]] = {
    forms.EmailField: {
        "invalid": gettext_lazy("This is not an e-mail address. Write it like name@example.org.")
    },
    forms.IntegerField: {
        "invalid": gettext_lazy("This is not a whole number. Write it with digits, such as 3.")
    },
    forms.UUIDField: {
        "invalid": gettext_lazy("This page is out of date. Go back, load it again and repeat the step.")
    },
    forms.FileField: {
        "required": gettext_lazy("No file is chosen. Choose a file."),
        "empty": gettext_lazy("The file is empty. Choose another file."),
    },
    forms.ChoiceField: {
        "required": gettext_lazy("No answer is chosen. Choose one."),
        "invalid_choice": gettext_lazy("This answer is not in the list. Choose one of the list."),
    },
    forms.MultipleChoiceField: {
        "required": gettext_lazy("No answer is chosen. Choose at least one."),
        "invalid_choice": gettext_lazy("This answer is not in the list. Choose from the list."),
    },
    forms.BooleanField: {"required": gettext_lazy("This is not ticked. Tick it to go on.")},
    forms.Field: {"required": gettext_lazy("This is empty. Write an answer.")},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorLink:
    """One line of the error summary: what is wrong, and the id of the control that mends it."""

    message: str
    target: str
    label: str = ""


def told(error: ToldError) -> str:
    """Return the words of an error of the value types in the language of the page."""
    return gettext(error.template) % error.values


class PlainForm(forms.Form):
    """A form with our words for common errors, checked on the server and not by the browser."""

    use_required_attribute = False
    label_suffix: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            teach(field)

    @property
    def has_rows(self) -> bool:
        """Tell whether the form has buttons that rearrange rows instead of sending it."""
        return any(getattr(field, "has_rows", False) for field in self.fields.values())


def teach(field: forms.Field) -> None:
    """Replace the short error messages of Django by ones that say how to mend."""
    # What a field of ours says by itself stays; the words of Django's own fields do not.
    own = {} if type(field) in _TAUGHT else type(field).__dict__.get("default_error_messages", {})
    for kind in type(field).__mro__:
        for code, message in _TAUGHT.get(kind, {}).items():
            standard = forms.Field.default_error_messages.get(code)
            is_untouched = code in field.error_messages and code not in own
            if is_untouched and (kind is not forms.Field or field.error_messages[code] == standard):
                field.error_messages[code] = message


def first_control_id(bound: forms.BoundField, *, part: str = "") -> str:
    """Return the id of the first control of a field, or of the named part of it."""
    widget = bound.field.widget
    own = getattr(widget, "first_control_id", None)
    if own is not None:
        return str(own(bound.auto_id, part))
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return f"{bound.auto_id}_0"
    return bound.id_for_label or bound.auto_id


def error_links(*several: forms.Form) -> tuple[ErrorLink, ...]:
    """List the errors of forms in the order of their fields, those of nested rows included."""
    return tuple(link for form in several for link in _links(form, label=""))


def _links(form: forms.Form, *, label: str) -> Iterable[ErrorLink]:
    errors = form.errors.as_data()
    for error in errors.get(NON_FIELD_ERRORS, ()):
        first = next((bound for bound in form if not bound.is_hidden), None)
        for message in error.messages:
            yield ErrorLink(message=message, target=first_control_id(first) if first else "main", label=label)
    for bound in form:
        for error in errors.get(bound.name, ()):
            yield from _field_links(bound, error, label=label)


def _field_links(bound: forms.BoundField, error: ValidationError, *, label: str) -> Iterable[ErrorLink]:
    if getattr(error, "code", None) == NESTED:
        for place, inner in bound.field.widget.labelled_forms(
            bound.html_name, bound.value(), str(bound.label)
        ):
            yield from _links(inner, label=place)
        return
    where = gettext(", ").join(filter(None, (label, str(bound.label))))
    for message in error.messages:
        part = str(getattr(error, "code", "") or "")
        yield ErrorLink(message=message, target=first_control_id(bound, part=part), label=where)


class FilterForm(PlainForm):
    """A form of filters, sent by GET: nothing is required, and what is on can be listed and taken off."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    def applied(self, request: HttpRequest) -> tuple[AppliedFilter, ...]:
        """List the filters that are on, each with the address of the page without it."""
        return tuple(
            AppliedFilter(
                label=str(bound.label), value=text, remove_url=_without(request, bound.html_name, raw)
            )
            for bound in self
            for raw, text in _chosen(bound)
        )


def _chosen(bound: forms.BoundField) -> Iterable[tuple[str, str]]:
    raw = bound.data
    values = raw if isinstance(raw, (list, tuple)) else [raw]
    labels = _labels(bound.field)
    for value in values:
        if value not in (None, ""):
            yield str(value), labels.get(str(value), str(value))


def _labels(field: forms.Field) -> dict[str, str]:
    labels: dict[str, str] = {}
    for value, label in getattr(field, "choices", ()):
        if isinstance(label, (list, tuple)):
            labels.update((str(inner), str(text)) for inner, text in label)
        else:
            labels[str(value)] = str(label)
    return labels


def _without(request: HttpRequest, name: str, value: str) -> str:
    query = request.GET.copy()
    kept = [one for one in query.getlist(name) if one != value]
    query.setlist(name, kept)
    for paging in ("after", "before"):
        query.pop(paging, None)
    return f"{request.path}?{query.urlencode()}" if query else request.path
