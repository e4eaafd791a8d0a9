"""The base of all forms: plain error messages, and an error summary that leads to the right control."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from amparo.ui.formats import join_words
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
    forms.DateField: {"invalid": gettext_lazy("This is not a day. Choose it, or write it like 2026-03-31.")},
    forms.UUIDField: {
        "invalid": gettext_lazy("This page is out of date. Go back, load it again and repeat the step.")
    },
    forms.FileField: {
        "required": gettext_lazy("No file is chosen. Choose a file."),
        "invalid": gettext_lazy("No file is chosen. Choose a file."),
        "missing": gettext_lazy("No file is chosen. Choose a file."),
        "empty": gettext_lazy("The file is empty. Choose another file."),
    },
    forms.ChoiceField: {
        "required": gettext_lazy("No answer is chosen. Choose one."),
        "invalid_choice": gettext_lazy("This answer is not in the list. Choose one of the list."),
    },
    forms.MultipleChoiceField: {
        "required": gettext_lazy("No answer is chosen. Choose at least one."),
        "invalid_choice": gettext_lazy("This answer is not in the list. Choose from the list."),
        "invalid_list": gettext_lazy("This answer is not in the list. Choose from the list."),
    },
    forms.BooleanField: {"required": gettext_lazy("This is not ticked. Tick it to go on.")},
    forms.CharField: {
        "max_length": gettext_lazy(
            "This text is too long. Shorten it to %(limit_value)d characters or fewer."
        ),
        "null_characters_not_allowed": gettext_lazy(
            "This text holds a character that cannot be shown. Type it again instead of pasting."
        ),
    },
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Questions that belong together under a title; folded ones show themselves when they hold an answer or an error."""

    title: Any
    fields: tuple[str, ...]
    is_folded: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FormPart:
    """What a page lays out of a form at once; without a title it stands bare."""

    fields: tuple[forms.BoundField, ...]
    title: Any = ""
    is_folded: bool = False
    is_open: bool = False


class PlainForm(forms.Form):
    """A form with our words for common errors, checked on the server and not by the browser."""

    use_required_attribute = False
    label_suffix: str
    groups: ClassVar[tuple[Group, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            teach(field)

    @property
    def has_rows(self) -> bool:
        """Tell whether the form has buttons that rearrange rows instead of sending it."""
        return any(getattr(field, "has_rows", False) for field in self.fields.values())


def form_parts(form: forms.Form) -> Iterator[FormPart]:
    """Cut a form as its page lays it out: what stands in no group first, then its groups."""
    groups: tuple[Group, ...] = getattr(form, "groups", ())
    grouped = {name for group in groups for name in group.fields}
    bare = tuple(bound for bound in form.visible_fields() if bound.name not in grouped)
    if bare:
        yield FormPart(fields=bare)
    for group in groups:
        fields = tuple(form[name] for name in group.fields if name in form.fields)
        is_open = any(form.errors.get(bound.name) or not is_blank(bound) for bound in fields)
        yield FormPart(fields=fields, title=group.title, is_folded=group.is_folded, is_open=is_open)


def is_blank(bound: forms.BoundField) -> bool:
    """Tell whether a field holds nothing beyond what an empty form holds."""
    inner = getattr(bound.field.widget, "labelled_forms", None)
    if inner is not None:
        return all(form.is_blank for _place, form in inner(bound.html_name, bound.value(), ""))
    raw = bound.value()
    if raw is None or getattr(raw, "is_blank", False):
        return True
    at_first = bound.field.prepare_value(bound.field.initial)
    if isinstance(raw, str):
        return raw.strip() == "" or raw == str(at_first or "")
    return raw == at_first or raw is False or raw in ((), [])


def teach(field: forms.Field) -> None:
    """Replace the short error messages of Django by ones that say how to mend; what a field of ours says stays."""
    for kind in type(field).__mro__:
        for code, message in _TAUGHT.get(kind, {}).items():
            if _is_djangos(field, code):
                field.error_messages[code] = message


def _is_djangos(field: forms.Field, code: str) -> bool:
    """Tell whether the words for an error are Django's own: of the field's class, or of a validator."""
    if code not in field.error_messages:
        return True
    said = field.error_messages[code]
    theirs = (kind for kind in type(field).__mro__ if kind.__module__.startswith("django."))
    return any(said is vars(kind).get("default_error_messages", {}).get(code) for kind in theirs)


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
    where = join_words((label, str(bound.label)))
    for message in error.messages:
        part = str(getattr(error, "code", "") or "")
        yield ErrorLink(message=message, target=first_control_id(bound, part=part), label=where)


class FilterForm(PlainForm):
    """A form of filters, sent by GET: nothing is required, and what is on can be listed and taken off."""

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
