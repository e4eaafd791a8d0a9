"""The fields, profiles, names and codes of HTCDS 2.0, as read from `columns.yaml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from amparo.vocab.codes import code_list

PROFILES = ("excel", "xlsform", "ods")
CONSENT = "con_Consent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A field of the standard; `kind` says how its cells are read and which Python type its value has.

    text, code and code_or_text: str. codes: tuple of str. date: PartialDate. dates: tuple of PartialDate.
    number: int. decimal: float. checkbox: bool.
    """

    id: str
    label: str
    section: str
    kind: str
    codes: str | None = None
    xlsform: str = ""
    is_long: bool = False
    is_deprecated: bool = False

    @property
    def has_many(self) -> bool:
        """Tell whether the field may hold several values in one row."""
        return self.kind in ("codes", "dates")


@cache
def _content() -> Mapping[str, Any]:
    text = resources.files("amparo.intake.htcds").joinpath("columns.yaml").read_text(encoding="utf-8")
    content = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # both are safe
    assert isinstance(content, dict)
    return content


@cache
def fields() -> tuple[Field, ...]:
    """List all 84 fields of the standard, in its order."""
    return tuple(Field(**entry) for entry in _content()["fields"])


@cache
def _fields_by_id() -> Mapping[str, Field]:
    return {one.id: one for one in fields()}


def field(identity: str) -> Field:
    """Return the field of that id; raises KeyError for an id that the standard has not."""
    return _fields_by_id()[identity]


@cache
def profile(name: str) -> tuple[Field, ...]:
    """List the fields of a profile in the order of its file: `excel`, `xlsform` or `ods` (every field)."""
    if name == "ods":
        return fields()
    return tuple(field(identity) for identity in _content()["profiles"][name])


def shifted_ids() -> Mapping[str, str]:
    """Return the ids that stand over the heading of another field in both Excel sheets, with that field."""
    shifted: Mapping[str, str] = _content()["shifted"]
    return shifted


def heading_key(text: str) -> str:
    """Return what matters of a heading: its letters and digits, in one spelling of organisation."""
    return re.sub(r"[\W_]+", "", text.casefold()).replace("organization", "organisation")


@cache
def ids_by_heading() -> Mapping[str, Field]:
    """Map the keys of all field ids, XLSForm names and known slips of an id to their field."""
    found = {heading_key(one.id): one for one in fields()}
    found |= {heading_key(one.xlsform): one for one in fields() if one.xlsform}
    aliases = {heading_key(name): field(target) for name, target in _content()["aliases"].items()}
    return {**{key: one for key, one in aliases.items() if key.startswith(_PREFIXES)}, **found}


@cache
def labels_by_heading() -> Mapping[str, tuple[Field, ...]]:
    """Map the keys of all visible labels to the fields that carry them, those of the Excel sheet first."""
    found: dict[str, list[Field]] = {}
    ordered = [*profile("excel"), *(one for one in fields() if one not in profile("excel"))]
    for one in ordered:
        found.setdefault(heading_key(one.label), []).append(one)
    for name, target in _content()["aliases"].items():
        key = heading_key(name)
        if not key.startswith(_PREFIXES):
            found.setdefault(key, [field(target)])
    return {key: tuple(listed) for key, listed in found.items()}


@cache
def technical_headings() -> frozenset[str]:
    """Return the keys of columns that questionnaire servers add and that carry nothing of the case."""
    return frozenset(heading_key(name) for name in _content()["technical"])


@cache
def codes_of(name: str) -> Mapping[str, tuple[str, ...]]:
    """Map the codes of a list of the standard to their labels; countries and languages come from `vocab`."""
    if name in ("country", "language"):
        return {one.code: (one.label,) for one in code_list(name)}
    return {code: tuple(labels) for code, labels in _content()["codes"][name].items()}


@cache
def other_names(name: str) -> Mapping[str, tuple[str, ...]]:
    """Map the codes of a list to names that people write instead of the label; countries and languages have such."""
    if name not in ("country", "language"):
        return {}
    return {one.code: one.also for one in code_list(name) if one.also}


_PREFIXES = ("org", "prs", "vic", "per", "cas", "cco", "hte", "spl", "con")
