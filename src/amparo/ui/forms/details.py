"""The form over a described record: what stands in it, what was typed, and the record that comes of it."""

from dataclasses import replace
from typing import Any, Generic, TypeVar

from django import forms

from amparo.ui.forms.base import ARRANGE, PlainForm, is_blank, told
from amparo.vocab.text import ToldError

Record = TypeVar("Record")


class DetailsForm(PlainForm, Generic[Record]):
    """A form over attributes of one record class; `record()` gives the record with what was typed."""

    record_class: type[Record]
    attributes: tuple[str, ...] = ()

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        record: Record | None = None,
        version: int | None = None,
        is_rearranged: bool | None = None,
        **kwargs: Any,
    ) -> None:
        initial = dict(kwargs.pop("initial", None) or {})
        if record is not None:
            initial = {name: getattr(record, name) for name in self.attributes} | initial
        if version is not None:
            initial.setdefault("version", version)
        super().__init__(data, files, initial=initial, **kwargs)
        self.original = record
        self.is_rearranged = (
            (data is not None and ARRANGE in data) if is_rearranged is None else is_rearranged
        )
        for name in self.attributes:
            field = self.fields[name]
            field.html_name = self.add_prefix(name)  # type: ignore[attr-defined]  # rows find their data by it
            keep = getattr(field, "keep", None)
            if keep is not None and initial.get(name):
                keep(initial[name])

    def full_clean(self) -> None:
        """Check what was typed, unless a button only asked for a row more or less."""
        if not self.is_rearranged:
            super().full_clean()
            return
        self.hush()

    def is_valid(self) -> bool:
        """Tell whether the form was sent and is in order; never so when rows were only rearranged."""
        return not self.is_rearranged and super().is_valid()

    def hush(self) -> None:
        """Show what was typed without errors."""
        self._errors = forms.utils.ErrorDict(renderer=self.renderer)
        self.cleaned_data: dict[str, Any] = {}

    def focus_first(self) -> None:
        """Let the browser go to the first control, also without a script."""
        first = next(bound for bound in self if not bound.is_hidden)
        first.field.widget.attrs["autofocus"] = True

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing was filled in beyond what an empty form holds."""
        if not self.is_bound:
            return self.original is None
        return all(is_blank(self[name]) for name in self.attributes)

    def clean(self) -> dict[str, Any]:
        """Make the record once, so that what its own class refuses is told as an error."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.record(self.original)
            except ToldError as error:
                self.add_error(None, told(error))
        return cleaned

    def record(self, base: Record | None = None) -> Record:
        """Return `base` with what was typed; without a base a new record, the rest by default."""
        values = {name: self.cleaned_data[name] for name in self.attributes}
        if base is None:
            return self.record_class(**values)
        return replace(base, **values)  # type: ignore[type-var]  # every record is a dataclass
