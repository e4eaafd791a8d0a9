"""Fields of text, numbers and hidden values."""

from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy

from amparo.ui.formats import in_latin_digits, say_number

LONGEST_LINE = 500
LONGEST_NOTE = 20_000


class LongText(forms.Textarea):
    """A box for several lines; with `count` it says how many characters are left."""

    template_name = "ui/widgets/long_text.html"

    def __init__(
        self, *, rows: int = 4, limit: int | None = None, attrs: dict[str, Any] | None = None
    ) -> None:
        super().__init__(attrs={"rows": rows, **(attrs or {})})
        self.limit = limit

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the limit, and point the description of the box at the counting line."""
        context = super().get_context(name, value, attrs)
        if self.limit is not None:
            own = context["widget"]["attrs"]
            described = own.get("aria-describedby", "")
            own["aria-describedby"] = f"{described} {own.get('id', name)}_count".strip()
            context["widget"]["limit"] = self.limit
        return context


class TextField(forms.CharField):
    """Text as it was typed: ends trimmed, line breaks made equal, nothing else changed.

    `rows` makes it a box of several lines, `count` tells how many characters are left.
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "max_length": gettext_lazy(
            "This text is too long. Shorten it to %(limit_value)d characters or fewer."
        ),
        "control": gettext_lazy(
            "This text holds a character that cannot be shown. Type it again instead of pasting."
        ),
    }

    def __init__(
        self, *, max_length: int = LONGEST_LINE, rows: int | None = None, count: bool = False, **kwargs: Any
    ) -> None:
        if rows is not None:
            kwargs.setdefault("widget", LongText(rows=rows, limit=max_length if count else None))
        super().__init__(max_length=None, **kwargs)
        self.limit = max_length
        self.validators = []
        self.widget.attrs.setdefault("dir", "auto")

    def to_python(self, value: Any) -> str:
        """Return the text with the line breaks of one kind."""
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def validate(self, value: Any) -> None:
        """Refuse text that is too long, or that holds characters nobody can see or type."""
        super().validate(value)
        if len(value) > self.limit:
            limit = {"limit_value": self.limit}
            raise ValidationError(self.error_messages["max_length"], code="max_length", params=limit)
        if any(ord(letter) < 32 and letter not in "\n\t" for letter in value):
            raise ValidationError(self.error_messages["control"], code="control")


class NoteField(TextField):
    """Long text with a character count."""

    def __init__(self, *, max_length: int = LONGEST_NOTE, rows: int = 8, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, rows=rows, count=True, **kwargs)


class NumberField(forms.IntegerField):
    """A whole number, typed with the digits of any of our languages."""

    widget = forms.TextInput

    def __init__(self, *, min_value: int | None = None, max_value: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lowest, self.highest = min_value, max_value
        self.widget.attrs.setdefault("inputmode", "numeric")
        self.widget.attrs.setdefault("autocomplete", "off")
        self.widget.attrs.setdefault("class", "govuk-input--width-5")
        self.validators = []

    def to_python(self, value: Any) -> int | None:
        """Read the number; refuse one outside the bounds, which the message names."""
        text = in_latin_digits(str(value)) if value is not None else ""
        number = super().to_python(text.strip())
        if number is None:
            return None
        lowest, highest = self.lowest, self.highest
        if (lowest is not None and number < lowest) or (highest is not None and number > highest):
            raise ValidationError(self._bounds(), code="bounds")
        return int(number)

    def _bounds(self) -> str:
        if self.highest is None:
            least = {"lowest": say_number(self.lowest or 0)}
            return gettext("This number is too small. Write %(lowest)s or more.") % least
        bounds = {"lowest": say_number(self.lowest or 0), "highest": say_number(self.highest)}
        return gettext("This number is not possible here. Write one from %(lowest)s to %(highest)s.") % bounds


class SubmissionField(forms.UUIDField):
    """A hidden number drawn when the page is made, by which a second sending of it is known."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("initial", uuid4)
        super().__init__(**kwargs)


class VersionField(forms.IntegerField):
    """The hidden version of the record that the page was made from."""

    widget = forms.HiddenInput
