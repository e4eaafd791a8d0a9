"""The State that an installation serves: its areas, languages and rules, as dated configuration."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from amparo.vocab.reference import PREFIX

_NEEDED_KEYS = {"name", "country", "reference_prefix", "areas"}
_DEFAULTS: Mapping[str, Any] = {
    "table_threshold": 5, "microdata_threshold": 11, "is_training": False, "rules": [],
}  # fmt: skip


PALERMO_ADULT_AGE = 18
# As ISO 3166-2 names first-level areas. Words would say more of a place than figures may hold.
AREA_CODE = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")


class BadState(ValueError):
    """The file of a State is not in order; the message names the entry."""


class NoRule(LookupError):
    """The State has no rule of that name on that day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A first-level area of the State: a province, a county, a governorate."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A number that a law or an authority sets, with its source and the days between which it holds."""

    name: str
    value: int
    unit: str
    source: str
    provenance: str
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """Everything that differs from country to country and is no code list."""

    name: str
    country: str
    reference_prefix: str
    areas: tuple[Area, ...]
    table_threshold: int
    microdata_threshold: int
    is_training: bool
    rules: tuple[Rule, ...]

    def area_name(self, code: str) -> str:
        """Return the name of a first-level area; a code of another State is returned as it is."""
        return next((area.name for area in self.areas if area.code == code), code)

    def adult_age(self, *, on: date) -> int:
        """Return the age from which on somebody is an adult: the State's own, or that of the Palermo Protocol, article 3(d)."""
        try:
            return self.rule("adult_age_years", on=on).value
        except NoRule:
            return PALERMO_ADULT_AGE

    def rule(self, name: str, *, on: date) -> Rule:
        """Return the rule in force on that day; raises `NoRule` when the State has none."""
        for rule in self.rules:
            in_force = rule.valid_from <= on and (rule.valid_until is None or on <= rule.valid_until)
            if rule.name == name and in_force:
                return rule
        raise NoRule(f"{self.name} has no rule {name!r} in force on {on}")


@cache
def load_state(path: Path | None = None) -> State:
    """Read the file of a State, or the fictional training State; raises `BadState` that names the fault."""
    if path is None:
        file = resources.files("amparo.vocab").joinpath("states").joinpath("training.yaml")
        return read_state(file.read_text(encoding="utf-8"))
    return read_state(path.read_text(encoding="utf-8"))


def read_state(text: str) -> State:
    """Read a State from the text of its file; raises `BadState` that names the fault."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadState(f"the file of the State is not YAML: {error}") from error
    if not isinstance(content, dict):
        raise BadState("the file of a State is a mapping with name, country, areas and so on")
    _refuse_other_keys(content)
    settled = {**_DEFAULTS, **content}
    _refuse_strange_values(settled)
    return State(
        **{key: settled[key] for key in settled if key not in ("areas", "rules")},
        areas=_read_areas(settled["areas"]),
        rules=_read_rules(settled["rules"]),
    )


def _refuse_other_keys(content: Mapping[str, Any]) -> None:
    if missing := _NEEDED_KEYS - content.keys():
        raise BadState(f"the file of the State lacks {', '.join(sorted(missing))}")
    if unknown := content.keys() - _NEEDED_KEYS - _DEFAULTS.keys():
        # A slip in a name would leave the default in force, unseen.
        raise BadState(f"the file of the State has keys that nothing reads: {', '.join(map(str, unknown))}")


def _refuse_strange_values(settled: Mapping[str, Any]) -> None:
    for key in ("name", "country", "reference_prefix"):
        if not isinstance(settled[key], str):
            raise BadState(f"{key} is not text; put it in quotes")
    if not PREFIX.fullmatch(settled["reference_prefix"]):
        raise BadState("reference_prefix is two to four capital letters")
    for key in ("table_threshold", "microdata_threshold"):
        if type(settled[key]) is not int or settled[key] < 1:
            raise BadState(f"{key} is a whole number, 1 or more")
    if type(settled["is_training"]) is not bool:
        raise BadState("is_training is true or false")


def _read_areas(entries: Any) -> tuple[Area, ...]:
    areas: dict[str, Area] = {}
    for entry in _entries("areas", entries):
        code, name = entry.get("code"), entry.get("name")
        if not isinstance(code, str) or not isinstance(name, str):
            raise BadState(f"an area needs a code and a name in quotes, not {entry!r}")
        if code in areas:
            raise BadState(f"the area {code} is listed twice")
        areas[code] = Area(code=code, name=name)
    return tuple(areas.values())


def _read_rules(entries: Any) -> tuple[Rule, ...]:
    rules = sorted((_read_rule(entry) for entry in _entries("rules", entries)), key=_by_name_and_day)
    for one, following in pairwise(rules):
        has_ended = one.valid_until is not None and one.valid_until < following.valid_from
        if one.name == following.name and not has_ended:
            raise BadState(f"two rules {one.name} hold on {following.valid_from}; end the first before it")
    return tuple(rules)


def _by_name_and_day(rule: Rule) -> tuple[str, date]:
    return rule.name, rule.valid_from


def _entries(key: str, entries: Any) -> list[Mapping[str, Any]]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadState(f"{key} is a list of entries, each with names and values")
    return entries


def _read_rule(entry: Mapping[str, Any]) -> Rule:
    missing = {"name", "value", "unit", "source", "provenance", "valid_from"} - entry.keys()
    if missing:
        raise BadState(f"the rule {entry.get('name', entry)!r} lacks {', '.join(sorted(missing))}")
    days = [entry["valid_from"], entry.get("valid_until", entry["valid_from"])]
    if type(entry["value"]) is not int or not all(isinstance(day, date) for day in days):
        raise BadState(f"the rule {entry['name']} needs a whole number and a date such as 2024-01-31")
    return Rule(
        name=entry["name"],
        value=entry["value"],
        unit=entry["unit"],
        source=entry["source"],
        provenance=entry["provenance"],
        valid_from=entry["valid_from"],
        valid_until=entry.get("valid_until"),
    )
