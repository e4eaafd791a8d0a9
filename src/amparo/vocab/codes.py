"""Code lists: data files with their source, version and crosswalks, read once when first asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

from amparo.vocab.null import NULL_REASONS, NullReason

# The name of a standard: codes that mean the same. With `_broader`: wider codes there, for export only.
CROSSWALKS = ("htcds", "htcds_broader", "ctdc", "ctdc_broader", "iccs", "sdg", "ic_tip", "isic", "iso15924")
PROVENANCES = {
    "S": "read in the source named",
    "2": "read in a secondary page only",
    "K": "own knowledge, not checked",
    "R": "our own recommendation",
}
_CODE_KEYS = {"code", "label", "also", "description", "valid_from", "valid_until", *CROSSWALKS}
_NEEDED_KEYS = {"title", "source", "version", "provenance", "codes"}
_LIST_KEYS = {*_NEEDED_KEYS, "valid_from", "notes", "nulls"}


class BadCodeList(ValueError):
    """A code list file is not in order; the message names the list and the entry."""


class UnknownCode(KeyError):
    """A code is not in the list that was asked for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """One entry of a code list; `crosswalk` maps another standard's name to its codes for the same thing.

    `also` are other names that people write for it; one that several codes have is ambiguous.
    """

    code: str
    label: str
    also: tuple[str, ...] = ()
    description: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    crosswalk: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CodeList:
    """A named list of codes with where it comes from."""

    name: str
    title: str
    source: str
    version: str
    provenance: str
    codes: tuple[Code, ...]
    valid_from: date | None = None
    notes: str = ""
    nulls: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    _by_code: Mapping[str, Code] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {one.code: one for one in self.codes})

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)

    def __len__(self) -> int:
        return len(self.codes)

    def get(self, code: str) -> Code:
        """Return the entry of a code; raises `UnknownCode` naming code and list."""
        try:
            return self._by_code[code]
        except KeyError:
            raise UnknownCode(f"the code list {self.name} has no code {code!r}") from None

    def accepts(self, value: str) -> bool:
        """Tell whether a coded field may hold the value: a code of the list, or why there is none."""
        return value in self._by_code or value in NULL_REASONS

    def label(self, code: str) -> str:
        """Return the English words for a code or a null reason; a code unknown here is returned as it is."""
        entry = self._by_code.get(code)
        if entry is not None:
            return entry.label
        return NullReason(code).label if code in NULL_REASONS else code

    def from_crosswalk(self, standard: str, foreign: str) -> tuple[str, ...]:
        """List the codes, or null reasons, that mean the same as a code of another standard."""
        codes = [one.code for one in self.codes if foreign in one.crosswalk.get(standard, ())]
        codes += [reason for reason, walks in self.nulls.items() if foreign in walks.get(standard, ())]
        return tuple(codes)

    def to_crosswalk(self, standard: str, code: str) -> tuple[str, ...]:
        """List the codes of another standard for a code or null reason: the same, else wider ones."""
        if code in NULL_REASONS:
            return self.nulls.get(code, {}).get(standard, ())
        walks = self.get(code).crosswalk
        return walks.get(standard) or walks.get(f"{standard}_broader", ())


@cache
def code_list(name: str) -> CodeList:
    """Return the code list of that name; raises `UnknownCode` when there is none."""
    if not name.isidentifier():
        raise UnknownCode(f"there is no code list {name!r}")
    file = resources.files("amparo.vocab").joinpath("codes").joinpath(f"{name}.yaml")
    if not file.is_file():
        raise UnknownCode(f"there is no code list {name!r}")
    return read_code_list(name, file.read_text(encoding="utf-8"))


def code_list_names() -> tuple[str, ...]:
    """List the names of all code lists, in alphabetical order."""
    folder = resources.files("amparo.vocab").joinpath("codes")
    return tuple(sorted(file.name[:-5] for file in folder.iterdir() if file.name.endswith(".yaml")))


def read_code_list(name: str, text: str) -> CodeList:
    """Read a code list from the text of its file; raises `BadCodeList` that names the entry at fault."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = yaml.load(text, Loader=loader)  # noqa: S506  # both loaders are safe
    if not isinstance(content, dict) or not content.keys() >= _NEEDED_KEYS:
        raise BadCodeList(f"code list {name}: needs title, source, version, provenance and codes")
    if unknown := content.keys() - _LIST_KEYS:
        raise BadCodeList(f"code list {name}: does not know {sorted(unknown)}")
    if content["provenance"] not in PROVENANCES:
        raise BadCodeList(f"code list {name}: provenance is one of {', '.join(PROVENANCES)}, in quotes")
    codes = tuple(_read_code(name, entry) for entry in content["codes"])
    seen: set[str] = set()
    for one in codes:
        if one.code in seen:
            raise BadCodeList(f"code list {name}: {one.code} is listed twice")
        seen.add(one.code)
    return CodeList(
        name=name,
        title=str(content["title"]),
        source=str(content["source"]),
        version=str(content["version"]),
        provenance=content["provenance"],
        valid_from=content.get("valid_from"),
        notes=str(content.get("notes", "")),
        nulls={
            _null_reason(name, reason): {key: _texts(name, reason, walks[key]) for key in walks}
            for reason, walks in content.get("nulls", {}).items()
        },
        codes=codes,
    )


def _null_reason(name: str, reason: Any) -> str:
    if reason not in NULL_REASONS:
        raise BadCodeList(f"code list {name}: {reason!r} under nulls is no null reason")
    return str(reason)


def _read_code(name: str, entry: Any) -> Code:
    if not isinstance(entry, dict) or not isinstance(entry.get("code"), str):
        # YAML reads NO (Norway), yes and 01 as something else than text.
        raise BadCodeList(f"code list {name}: the code of {entry!r} is not text; put it in quotes")
    code = entry["code"]
    if unknown := entry.keys() - _CODE_KEYS:
        raise BadCodeList(f"code list {name}, {code}: does not know {sorted(unknown)}")
    if code in NULL_REASONS or code != code.strip() or not code:
        raise BadCodeList(f"code list {name}: {code!r} is a null reason, empty or has spaces round it")
    if not isinstance(entry.get("label"), str):
        raise BadCodeList(f"code list {name}, {code}: needs a label in quotes")
    crosswalk = {key: _texts(name, code, entry[key]) for key in CROSSWALKS if entry.get(key)}
    return Code(
        code=code,
        label=entry["label"],
        also=_texts(name, code, entry.get("also", [])),
        description=str(entry.get("description", "")),
        valid_from=entry.get("valid_from"),
        valid_until=entry.get("valid_until"),
        crosswalk=crosswalk,
    )


def _texts(name: str, code: str, values: Any) -> tuple[str, ...]:
    listed = values if isinstance(values, list) else [values]
    if not all(isinstance(value, str) for value in listed):
        raise BadCodeList(f"code list {name}, {code}: names and crosswalk codes are text; put them in quotes")
    return tuple(value.strip() for value in listed)
