"""Makes forms of described records: one field an attribute, labelled, explained and checked as it is declared."""

import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, is_dataclass
from dataclasses import fields as record_fields
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext_lazy

from amparo.ui.forms.areas import AreaField
from amparo.ui.forms.base import Group
from amparo.ui.forms.coded import CodedField, CodedSetField
from amparo.ui.forms.days import DateField, PartialDateField, StatedAgeField
from amparo.ui.forms.details import DetailsForm
from amparo.ui.forms.rows import PartField, RowsField
from amparo.ui.forms.text import LONGEST_NOTE, NumberField, SubmissionField, TextField, VersionField
from amparo.vocab.dates import PartialDate, StatedAge
from amparo.vocab.described import Described, described_fields
from amparo.vocab.null import NullReason

Record = TypeVar("Record")


class NoField(TypeError):
    """A record has an attribute of a type that no form field is made for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Declared:
    name: str
    described: Described
    kind: Any
    default: Any


def details_form(
    record_class: type[Record],
    fields: Sequence[str] | None = None,
    *,
    submission: bool = False,
    version: bool = False,
    base: type[DetailsForm[Any]] = DetailsForm,
) -> type[DetailsForm[Record]]:
    """Make a form class over the named attributes of a record class (all of them when none is named).

    `submission` adds the hidden number that tells a second sending, `version` the hidden version of the record.
    """
    declared = _declared(record_class)
    names = tuple(fields) if fields is not None else tuple(declared)
    made: dict[str, Any] = {name: form_field(declared[name]) for name in names}
    if submission:
        made["submission"] = SubmissionField()
    if version:
        made["version"] = VersionField()
    seldom = tuple(name for name in names if declared[name].described.is_seldom)
    groups = (Group(title=gettext_lazy("Seldom needed"), fields=seldom, is_folded=True),) if seldom else ()
    body = {
        **made, "record_class": record_class, "attributes": names, "groups": groups, "__module__": __name__,
    }  # fmt: skip
    made_class: type[DetailsForm[Record]] = types.new_class(
        f"{record_class.__name__}Form", (base,), exec_body=lambda space: space.update(body)
    )
    return made_class


def _declared(record_class: type) -> dict[str, _Declared]:
    defaults = {field.name: _default(field) for field in record_fields(record_class)}
    return {
        name: _Declared(name=name, described=described, kind=kind, default=defaults[name])
        for name, described, kind in described_fields(record_class)
    }


def _default(field: Any) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def form_field(declared: _Declared) -> forms.Field:
    """Make the form field of one attribute."""
    described, default = declared.described, declared.default
    options: dict[str, Any] = {
        "label": gettext_lazy(described.label),
        "help_text": gettext_lazy(described.help) if described.help else "",
        "required": default is MISSING,
    }
    inner, is_many = _inner(declared.kind)
    if described.codes is not None:
        return _coded(described, default, options, is_many=is_many or described.many)
    if is_many and isinstance(inner, type) and is_dataclass(inner):
        return RowsField(details_form(inner), noun=described.label, **options)
    if default is not MISSING and default is not None and not is_many:
        options["initial"] = default
    make = _BY_TYPE.get(inner)
    if make is not None and not is_many:
        return make(described, options)
    if is_dataclass(inner) and isinstance(inner, type):
        return PartField(details_form(inner), **options)
    raise NoField(f"{declared.name}: no form field is made for {declared.kind}")


def _coded(described: Described, default: Any, options: dict[str, Any], *, is_many: bool) -> forms.Field:
    codes = described.codes or ""
    if is_many:
        return CodedSetField(codes=codes, widget=described.widget, **options | {"required": False})
    if default is MISSING:
        return CodedField(codes=codes, widget=described.widget, null_reasons=False, **options)
    options |= {"required": True, "initial": default or NullReason.NOT_ASKED.value}
    return CodedField(codes=codes, widget=described.widget, **options)


def _inner(kind: Any) -> tuple[Any, bool]:
    """Return the type inside `X | None` and `tuple[X, ...]`, and whether it repeats."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        kind = next(one for one in typing.get_args(kind) if one is not type(None))
    if typing.get_origin(kind) is tuple:
        return typing.get_args(kind)[0], True
    return kind, False


def _text(described: Described, options: dict[str, Any]) -> forms.Field:
    if described.widget == "long":
        return TextField(rows=5, max_length=LONGEST_NOTE, **options)
    if described.widget == "area":
        return AreaField(**options)
    field = TextField(**options)
    if described.widget in ("email", "telephone"):
        field.widget.attrs["inputmode"] = "email" if described.widget == "email" else "tel"
        field.widget.attrs["spellcheck"] = "false"
    return field


_BY_TYPE: dict[Any, Callable[[Described, dict[str, Any]], forms.Field]] = {
    str: _text,
    int: lambda described, options: NumberField(min_value=0, **options),
    bool: lambda described, options: forms.BooleanField(**options | {"required": False}),
    date: lambda described, options: DateField(**options),
    PartialDate: lambda described, options: PartialDateField(**options),
    StatedAge: lambda described, options: StatedAgeField(**options),
}
