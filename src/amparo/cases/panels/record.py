"""Says a record in words: each attribute by its own description, nothing about any single one of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from amparo.cases.rules import Address, Contact, Language, Leg, Name, Paper
from amparo.ui.codes import code_label, code_labels
from amparo.ui.formats import join_words
from amparo.ui.parts import SummaryRow, Value
from amparo.ui.showing import say_value
from amparo.vocab.described import Described, described_fields
from amparo.vocab.null import NullReason
from amparo.vocab.state import load_state

LONG = 120
LEFT_TO_RIGHT, FIRST_STRONG, ISOLATE_END = "\u2066", "\u2068", "\u2069"


def summary_rows(record: Any, names: Sequence[str]) -> tuple[SummaryRow, ...]:
    """Return questions and answers; what nobody asked yet is named in one last row instead of filling the page."""
    described = {name: words for name, words, _type in described_fields(type(record))}
    rows: list[SummaryRow] = []
    unasked: list[str] = []
    for name in names:
        value = getattr(record, name)
        if is_unasked(value):
            unasked.append(_(described[name].label))
        else:
            rows.extend(_rows(described[name], value))
    if unasked:
        rows.append(SummaryRow(label=_("Not asked yet"), value=join_words(unasked)))
    return tuple(rows)


def is_unasked(value: Any) -> bool:
    """Tell whether nothing is recorded; that it was asked and not answered is an answer."""
    return value is None or value in ("", (), NullReason.NOT_ASKED, (NullReason.NOT_ASKED,))


def has_answers(record: Any, names: Sequence[str]) -> bool:
    """Tell whether anything of a section is recorded."""
    return any(not is_unasked(getattr(record, name)) for name in names)


def shown(record_class: type, name: str, value: Any) -> Value:
    """Return one attribute's value in words, for a comparison."""
    described = next(words for field, words, _type in described_fields(record_class) if field == name)
    return None if is_unasked(value) and not described.codes else _shown(described, value)


def _rows(described: Described, value: Any) -> Iterator[SummaryRow]:
    parts = value if isinstance(value, tuple) else ()
    if parts and isinstance(parts[0], Name):
        for name in parts:
            yield SummaryRow(label=code_label("name_kind", name.kind), value=name.text, is_name=True)
    elif parts and isinstance(parts[0], Contact):
        for contact in parts:
            yield SummaryRow(
                label=code_label("contact_channel", contact.channel),
                value=isolated(contact.value) or None,
                note=contact_rule(contact),
            )
    else:
        said = _shown(described, value)
        is_long = isinstance(said, str) and (len(said) > LONG or "\n" in said)
        yield SummaryRow(label=_(described.label), value=said, is_long=is_long)


def isolated(text: str) -> str:
    """Keep the direction of a text from touching what stands beside it; numbers run from left to right."""
    has_letters = any(unicodedata.bidirectional(letter) in {"L", "R", "AL"} for letter in text)
    return f"{FIRST_STRONG if has_letters else LEFT_TO_RIGHT}{text}{ISOLATE_END}" if text else ""


def contact_rule(contact: Contact) -> str:
    """Say whether, when and how a way to reach her may be used."""
    safety = {"yes": _("safe to use"), "no": _("not safe: do not use it")}.get(
        contact.is_safe, _("not known to be safe")
    )
    return " · ".join(part for part in (safety, isolated(contact.times), isolated(contact.rule)) if part)


def _shown(described: Described, value: Any) -> Value:
    if described.codes is not None:
        return (
            code_labels(described.codes, value)
            if isinstance(value, tuple)
            else code_label(described.codes, value)
        )
    if isinstance(value, tuple):
        return tuple(say_part(part) for part in value)
    if is_dataclass(value) and _is_described(value):
        return say_part(value)
    return value  # type: ignore[no-any-return]  # text, numbers and dates are shown as they are


def say_part(part: Any) -> str:
    """Say a record inside a record in one line."""
    say = _IN_WORDS.get(type(part), _any_part)
    return say(part)


def _any_part(part: Any) -> str:
    """Put the first answer in front and the label before each other one."""
    said: list[str] = []
    for name, described, _type in described_fields(type(part)):
        value = getattr(part, name)
        if is_unasked(value) or value == NullReason.UNKNOWN:
            continue
        words = _words(_shown(described, value))
        words = isolated(words) if isinstance(value, str) and described.codes is None else words
        pair = {"label": _(described.label), "value": words}
        said.append(words if not said else _("%(label)s: %(value)s") % pair)
    return " · ".join(said) or _("Not known")


def _words(value: Value) -> str:
    if isinstance(value, (list, tuple)):
        return join_words(say_value(one) for one in value)
    return say_value(value)


def _address(address: Address) -> str:
    country = "" if is_unasked(address.country) else code_label("country", address.country)
    point = isolated(" ".join(part for part in (address.latitude, address.longitude) if part))
    parts = (
        address.street,
        address.postal_code,
        address.city,
        address.state,
        address.country_stated or country,
    )
    return join_words((*parts, point))


def _language(language: Language) -> str:
    name = code_label("language", language.code)
    if language.needs_interpreter == "yes":
        return _("%(language)s, with an interpreter") % {"language": name}
    if language.needs_interpreter == "no":
        return _("%(language)s, no interpreter needed") % {"language": name}
    return name


def _leg(leg: Leg) -> str:
    place = code_label("country", leg.country)
    if leg.area:
        area = load_state(settings.AMPARO_STATE).area_name(leg.area)
        place = _("%(area)s, %(country)s") % {"area": isolated(area), "country": place}
    return _("%(label)s: %(value)s") % {"label": code_label("leg_kind", leg.kind), "value": place}


def _name(name: Name) -> str:
    return f"{isolated(name.text)} ({code_label('name_kind', name.kind)})"


def _contact(contact: Contact) -> str:
    parts = (code_label("contact_channel", contact.channel), isolated(contact.value), contact_rule(contact))
    return " · ".join(part for part in parts if part)


def _paper(paper: Paper) -> str:
    parts = [
        code_label("paper_kind", paper.kind),
        code_label("country", paper.country),
        isolated(paper.number),
    ]
    if paper.held_by:
        parts.append(_("held by %(holder)s") % {"holder": isolated(paper.held_by)})
    return " · ".join(part for part in parts if part)


def _is_described(value: Any) -> bool:
    return any("described" in field.metadata for field in value.__dataclass_fields__.values())


_IN_WORDS: Mapping[type, Callable[[Any], str]] = {
    Address: _address, Contact: _contact, Language: _language, Leg: _leg, Name: _name, Paper: _paper,
}  # fmt: skip
