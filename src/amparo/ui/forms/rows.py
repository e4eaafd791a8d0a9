"""Repeating groups and single groups of fields: records inside a record.

"Add another" and "Remove" are ordinary submit buttons. Pressed, the form counts as not valid and shows itself again with a
row more or less and everything typed, so a view needs no code for them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from amparo.ui.forms.base import ARRANGE, NESTED
from amparo.ui.forms.details import DetailsForm

MOST_ROWS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedRows:
    """What was typed into a repeating group: the keys of its rows in order, and the data they read."""

    keys: tuple[str, ...]
    data: Mapping[str, Any]
    files: Mapping[str, Any]
    added: str = ""
    is_rearranged: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedPart:
    """What was typed into a single group."""

    data: Mapping[str, Any]
    files: Mapping[str, Any]
    is_rearranged: bool = False


class RowsWidget(forms.Widget):
    """Rows of a record, each with a button that removes it, and one button that adds another."""

    template_name = "ui/widgets/rows.html"
    use_fieldset = True

    def __init__(self, form_class: type[DetailsForm[Any]], *, noun: str = "") -> None:
        super().__init__()
        self.form_class, self.noun = form_class, noun

    def value_from_datadict(self, data: Any, files: Any, name: str) -> TypedRows:
        """Return the rows after the button that was pressed, if one was."""
        listed = data.getlist(f"{name}-row") if hasattr(data, "getlist") else data.get(f"{name}-row", [])
        keys = [key for key in dict.fromkeys(listed) if key.isdecimal() and len(key) <= 4][:MOST_ROWS]
        pressed = str(data.get(ARRANGE, ""))
        added = ""
        if pressed == f"{name}:add" and len(keys) < MOST_ROWS:
            added = str(max((int(key) for key in keys), default=-1) + 1)
            keys.append(added)
        elif pressed.startswith(f"{name}:remove:"):
            keys = [key for key in keys if key != pressed.rsplit(":", 1)[1]]
        return TypedRows(keys=tuple(keys), data=data, files=files, added=added, is_rearranged=bool(pressed))

    def rows(self, name: str, value: Any) -> list[tuple[str, DetailsForm[Any]]]:
        """Return each row's key and form; a group without rows gets an empty one to begin with."""
        if isinstance(value, TypedRows):
            return [(key, self._typed(name, key, value)) for key in value.keys]
        records = tuple(value or ())
        made = [
            (str(at), self.form_class(prefix=f"{name}-{at}", record=one)) for at, one in enumerate(records)
        ]
        return made or [("0", self.form_class(prefix=f"{name}-0"))]

    def _typed(self, name: str, key: str, value: TypedRows) -> DetailsForm[Any]:
        prefix = f"{name}-{key}"
        if key == value.added:
            return self.form_class(prefix=prefix)
        return self.form_class(value.data, value.files, prefix=prefix, is_rearranged=value.is_rearranged)

    def labelled_forms(self, name: str, value: Any, label: str) -> Iterable[tuple[str, DetailsForm[Any]]]:
        """Return the forms that hold errors, each with the words that say which row it is."""
        for number, (_key, form) in enumerate(self.rows(name, value), start=1):
            if not form.is_blank:
                yield gettext("%(label)s %(number)s") % {"label": label, "number": number}, form

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Lay the rows out."""
        context = super().get_context(name, None, attrs)
        rows = self.rows(name, value)
        is_typed = isinstance(value, TypedRows)
        added = value.added if is_typed else ""
        for key, form in rows:
            if is_typed and key != added and form.is_blank:
                form.hush()
            if key == added:
                form.focus_first()
        context["widget"] |= {"rows": [{"key": key, "form": form} for key, form in rows], "noun": self.noun}
        return context

    def first_control_id(self, auto_id: str, part: str) -> str:
        """Return the id of the whole group."""
        return auto_id


class PartWidget(forms.Widget):
    """The fields of one record inside another."""

    template_name = "ui/widgets/part.html"
    use_fieldset = True

    def __init__(self, form_class: type[DetailsForm[Any]]) -> None:
        super().__init__()
        self.form_class = form_class

    def value_from_datadict(self, data: Any, files: Any, name: str) -> TypedPart:
        """Return what was typed."""
        return TypedPart(data=data, files=files, is_rearranged=ARRANGE in data)

    def part(self, name: str, value: Any) -> DetailsForm[Any]:
        """Return the form of the group."""
        if isinstance(value, TypedPart):
            return self.form_class(value.data, value.files, prefix=name, is_rearranged=value.is_rearranged)
        return self.form_class(prefix=name, record=value)

    def labelled_forms(self, name: str, value: Any, label: str) -> Iterable[tuple[str, DetailsForm[Any]]]:
        """Return the form of the group with its label."""
        yield label, self.part(name, value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Lay the fields out; a group left blank has no errors."""
        context = super().get_context(name, None, attrs)
        form = self.part(name, value)
        if isinstance(value, TypedPart) and form.is_blank:
            form.hush()
        context["widget"]["form"] = form
        return context

    def first_control_id(self, auto_id: str, part: str) -> str:
        """Return the id of the whole group."""
        return auto_id


class RowsField(forms.Field):
    """A tuple of records, from none to a hundred."""

    has_rows = True

    def __init__(self, form_class: type[DetailsForm[Any]], *, noun: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(widget=RowsWidget(form_class, noun=noun), **kwargs)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Say yes: rows are compared by whoever stores them."""
        return True

    def clean(self, value: Any) -> tuple[Any, ...]:
        """Return the records of the rows that hold something."""
        if not isinstance(value, TypedRows):
            return tuple(value or ())
        prefix = str(getattr(self, "html_name", ""))
        widget: Any = self.widget
        filled = [form for _key, form in widget.rows(prefix, value) if not form.is_blank]
        validities = [form.is_valid() for form in filled]  # each row is checked, also after a wrong one
        if not all(validities):
            raise ValidationError(gettext("Look at the marked entries again."), code=NESTED)
        if self.required and not filled:
            raise ValidationError(gettext("Nothing is entered here. Fill in at least one."), code="required")
        return tuple(form.record() for form in filled)


class PartField(forms.Field):
    """One record inside another; None when nothing was filled in."""

    def __init__(self, form_class: type[DetailsForm[Any]], **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(widget=PartWidget(form_class), **kwargs)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Say yes: groups are compared by whoever stores them."""
        return True

    def clean(self, value: Any) -> Any:
        """Return the record, or None when the group is blank."""
        if not isinstance(value, TypedPart):
            return value
        widget: Any = self.widget
        form = widget.part(str(getattr(self, "html_name", "")), value)
        if form.is_blank:
            return None
        if not form.is_valid():
            raise ValidationError(gettext("Look at the marked entries again."), code=NESTED)
        return form.record()
