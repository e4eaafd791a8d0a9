"""Fields of coded values. Reasons for no answer are answers, and are always offered."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy

from amparo.ui.codes import choices as code_choices
from amparo.ui.codes import code_label, count_codes
from amparo.ui.forms.base import ARRANGE
from amparo.vocab.codes import code_list
from amparo.vocab.null import NullReason, is_null_reason

MOST_RADIOS = 7
MOST_TICKS = 24
MOST_IN_A_LINE = 64  # letters of all answers together, which a line of a question page holds
Choices = list[tuple[str, str]]


def null_choices(*reasons: NullReason) -> Choices:
    """Return reasons for no answer with the words of a form."""
    words = {
        NullReason.NOT_ASKED: gettext("Not asked"),
        NullReason.REFUSED: gettext("Does not want to say"),
        NullReason.UNKNOWN: gettext("Does not know"),
        NullReason.NOT_APPLICABLE: gettext("Does not apply"),
    }
    return [(reason.value, words[reason]) for reason in reasons or words]


def _answers(codes: str) -> Choices:
    return [pair for pair in code_choices(codes) if not is_null_reason(pair[0])]


class _Divided:
    """What radios, ticks and selects share: answers first, then the reasons for none."""

    divided = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Split the options into answers and reasons, and tell whether the answers fit in a line."""
        context: dict[str, Any] = super().get_context(name, value, attrs)  # type: ignore[misc]  # a mixin
        options = [option for _group, several, _index in context["widget"]["optgroups"] for option in several]
        answers = [one for one in options if not is_null_reason(str(one["value"]))]
        lengths = [len(str(one["label"])) for one in answers]
        context["widget"]["answers"] = answers
        context["widget"]["are_few"] = sum(lengths) <= MOST_IN_A_LINE
        context["widget"]["reasons"] = [one for one in options if is_null_reason(str(one["value"]))]
        return context


class CodedRadios(_Divided, forms.RadioSelect):
    """Radios with the reasons for no answer after a divider."""

    template_name = "ui/widgets/coded_radios.html"


class CodedTicks(_Divided, forms.CheckboxSelectMultiple):
    """Tick boxes with the reasons for no answer after a divider."""

    template_name = "ui/widgets/coded_ticks.html"


class CodedSelect(_Divided, forms.Select):
    """A list to choose from, with the reasons for no answer first."""

    template_name = "ui/widgets/coded_select.html"


class SeveralSelects(_Divided, forms.SelectMultiple):
    """One list a value, for long code lists; a button adds another one without a script."""

    template_name = "ui/widgets/several_selects.html"
    use_fieldset = True
    has_rows = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the chosen codes without the lists that were left empty."""
        chosen = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        chosen = [chosen] if isinstance(chosen, str) else chosen
        values = list(dict.fromkeys(code for code in chosen if code))
        return Typed(values, more=data.get(ARRANGE) == f"{name}:add")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add one list for each value and an empty one for the next."""
        context = super().get_context(name, value, attrs)
        chosen = list(value or ()) if not isinstance(value, str) else [value]
        empty = 2 if getattr(value, "more", False) else 1
        widget = context["widget"]
        widget["lists"] = [
            {"value": code, "id": f"{widget['attrs'].get('id', name)}_{index}", "number": index + 1}
            for index, code in enumerate(chosen + [""] * empty)
        ]
        return context

    def first_control_id(self, auto_id: str, part: str) -> str:
        """Return the id of the first list."""
        return f"{auto_id}_0"


class Typed(list[str]):
    """Codes as chosen, and whether another list was asked for."""

    def __init__(self, values: Sequence[str] = (), *, more: bool = False) -> None:
        super().__init__(values)
        self.more = more


class CodedField(forms.ChoiceField):
    """One code of a list, or the reason why there is none."""

    def __init__(
        self,
        *,
        codes: str,
        null_reasons: bool = True,
        widget: str = "",
        **kwargs: Any,
    ) -> None:
        self.codes, self.null_reasons = codes, null_reasons
        kwargs.setdefault("initial", NullReason.NOT_ASKED.value if null_reasons else None)
        super().__init__(choices=self._offered, widget=self._widget(widget), **kwargs)

    def _offered(self) -> Choices:
        empty = [] if isinstance(self.widget, forms.RadioSelect) or self.null_reasons else [("", "")]
        return empty + _answers(self.codes) + (null_choices() if self.null_reasons else [])

    def _widget(self, named: str) -> forms.Widget:
        as_radios = named == "radios" or (named != "select" and count_codes(self.codes) <= MOST_RADIOS)
        return CodedRadios() if as_radios else CodedSelect()

    def keep(self, value: Any) -> None:
        """Offer a value that the record has although the list no longer does, so that it is not lost."""
        if value and not self.valid_value(value):
            self.choices = [*self._offered(), (value, code_label(self.codes, value))]


class CodedSetField(forms.MultipleChoiceField):
    """Several codes of a list, or one reason why there are none. Nothing chosen: it was not asked."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "exclusive": gettext_lazy("An answer and “%(reason)s” are both chosen. Keep one of them."),
    }

    def __init__(
        self,
        *,
        codes: str,
        widget: str = "",
        **kwargs: Any,
    ) -> None:
        self.codes = codes
        kwargs.setdefault("required", False)
        super().__init__(choices=self._offered, widget=self._widget(widget), **kwargs)
        self.has_rows = isinstance(self.widget, SeveralSelects)

    def _offered(self) -> Choices:
        reasons = null_choices(NullReason.REFUSED, NullReason.UNKNOWN, NullReason.NOT_APPLICABLE)
        return _answers(self.codes) + reasons

    def _widget(self, named: str) -> forms.Widget:
        as_ticks = named == "checkboxes" or (named != "select" and count_codes(self.codes) <= MOST_TICKS)
        return CodedTicks() if as_ticks else SeveralSelects()

    def keep(self, values: Any) -> None:
        """Offer values that the record has although the list no longer does, so that they are not lost."""
        lost = [
            one for one in values or () if not self.valid_value(one) and one != NullReason.NOT_ASKED.value
        ]
        if lost:
            self.choices = [*self._offered(), *((one, code_label(self.codes, one)) for one in lost)]

    def prepare_value(self, value: Any) -> Any:
        """Show "not asked" as nothing chosen."""
        if isinstance(value, (list, tuple)) and not isinstance(value, Typed):
            return [one for one in value if one != NullReason.NOT_ASKED.value]
        return value

    def clean(self, value: Any) -> tuple[str, ...]:
        """Return the codes in the order of the list, in every language; refuse an answer together with a reason for none."""
        chosen = set(super().clean(value))
        reasons = [code for code in chosen if is_null_reason(code)]
        if reasons and len(chosen) > 1:
            labels = dict(null_choices())
            raise ValidationError(
                self.error_messages["exclusive"], code="exclusive", params={"reason": labels[reasons[0]]}
            )
        order = {code.code: number for number, code in enumerate(code_list(self.codes))}
        return tuple(sorted(chosen, key=lambda code: (order.get(code, len(order)), code)))
