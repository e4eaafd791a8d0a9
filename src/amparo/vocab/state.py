"""The State that an installation serves: its areas, languages and rules, as dated configuration."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml


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
    languages: tuple[str, ...]
    table_threshold: int
    microdata_threshold: int
    is_training: bool
    rules: tuple[Rule, ...]

    def area_name(self, code: str) -> str:
        """Return the name of a first-level area; a code of another State is returned as it is."""
        return next((area.name for area in self.areas if area.code == code), code)

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
    """Read a State from the text of its file."""
    content = yaml.safe_load(text)
    if not isinstance(content, dict):
        raise BadState("the file of a State is a mapping with name, country, areas and so on")
    needed = {"name", "country", "reference_prefix", "areas", "languages"}
    if missing := needed - content.keys():
        raise BadState(f"the file of the State lacks {', '.join(sorted(missing))}")
    for key in ("name", "country", "reference_prefix"):
        if not isinstance(content[key], str):
            raise BadState(f"{key} is not text; put it in quotes")
    return State(
        name=content["name"],
        country=content["country"],
        reference_prefix=content["reference_prefix"],
        areas=tuple(_read_area(entry) for entry in content["areas"]),
        languages=tuple(str(language) for language in content["languages"]),
        table_threshold=int(content.get("table_threshold", 5)),
        microdata_threshold=int(content.get("microdata_threshold", 11)),
        is_training=bool(content.get("is_training", False)),
        rules=tuple(_read_rule(entry) for entry in content.get("rules", [])),
    )


def _read_area(entry: Mapping[str, Any]) -> Area:
    code, name = entry.get("code"), entry.get("name")
    if not isinstance(code, str) or not isinstance(name, str):
        raise BadState(f"an area needs a code and a name in quotes, not {entry!r}")
    return Area(code=code, name=name)


def _read_rule(entry: Mapping[str, Any]) -> Rule:
    missing = {"name", "value", "unit", "source", "provenance", "valid_from"} - entry.keys()
    if missing:
        raise BadState(f"the rule {entry.get('name', entry)!r} lacks {', '.join(sorted(missing))}")
    if not isinstance(entry["value"], int) or not isinstance(entry["valid_from"], date):
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
