"""The field of a first-level area: chosen among those of our own State, a code for any other."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from amparo.vocab.state import AREA_CODE, State, load_state

LONGEST = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedArea:
    """What was chosen among the areas of our State, and what was typed for another one."""

    own: str = ""
    other: str = ""

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing was chosen and nothing typed."""
        return not (self.own or self.other)


def _state() -> State:
    return load_state(getattr(settings, "AMPARO_STATE", None))


class AreaChoice(forms.Widget):
    """A list of our State's areas, and a box for the code of an area elsewhere."""

    template_name = "ui/widgets/area.html"
    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> TypedArea:
        """Return what was chosen and typed."""
        return TypedArea(
            own=str(data.get(f"{name}-own", "")), other=str(data.get(f"{name}-other", "")).strip()[:LONGEST]
        )

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Tell whether the page had no such controls."""
        return f"{name}-own" not in data and f"{name}-other" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Lay both controls out. `country` names the control beside it that says in which State the area lies."""
        context = super().get_context(name, None, attrs)
        prefix, dash, _own_name = name.rpartition("-")
        context["widget"] |= {
            "typed": value,
            "is_wrong": "aria-invalid" in context["widget"]["attrs"],
            "state": _state(),
            "country": f"{prefix}{dash}country",
        }
        return context

    def first_control_id(self, auto_id: str, part: str) -> str:
        """Return the id of the control that is wrong, or of the first."""
        return f"{auto_id}_{'other' if part == 'other' else 'own'}"


class AreaField(forms.Field):
    """The code of a first-level area, or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=AreaChoice(), **kwargs)
        self._kept = ""

    def keep(self, value: Any) -> None:
        """Let what the record has stand, although it would not be taken today, so that it is not lost."""
        self._kept = str(value)

    def prepare_value(self, value: Any) -> TypedArea:
        """Return the controls that stand for a code."""
        if isinstance(value, TypedArea):
            return value
        code = str(value or "")
        is_own = code in {area.code for area in _state().areas}
        return TypedArea(own=code) if is_own else TypedArea(other=code)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether another area stands there."""
        return self.prepare_value(initial) != self.prepare_value(data)

    def clean(self, value: Any) -> str:
        """Return the code; refuse words, a code of our State that it does not have, and two areas at once."""
        typed = self.prepare_value(value)
        own = {area.code for area in _state().areas}
        if typed.own and typed.other:
            raise ValidationError(
                gettext("A region is chosen and a code is written. Keep one of them."), code="other"
            )
        if typed.own:
            if typed.own not in own:
                raise ValidationError(
                    gettext("This answer is not in the list. Choose one of the list."), code="own"
                )
            return typed.own
        if not typed.other or typed.other == self._kept:
            return typed.other
        code = typed.other.upper().replace(" ", "").replace("_", "-")
        if code in own:
            return code
        if not AREA_CODE.fullmatch(code) or code.startswith(f"{_state().country}-"):
            raise ValidationError(
                gettext("This is not the code of a region. Write it like ET-OR, or leave it empty."),
                code="other",
            )
        return code
