"""Reads the tables of the scripts, once each, when first asked for."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Reading:
    """How a letter, or a group of letters, is written in Latin and what it sounds like."""

    latin: str
    sounds: str


def rows(name: str) -> Iterator[list[str]]:
    """Go through the rows of a table in its order; lines that start with # are for readers."""
    file = resources.files("amparo.vocab.names").joinpath("tables").joinpath(f"{name}.tsv")
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


@cache
def letters(name: str) -> dict[str, Reading]:
    """Return a script's table: letters, in the normal form that names are brought to, to their reading."""
    if name == "indic_all":
        return letters("indic") | letters("indic_own")
    return {
        unicodedata.normalize("NFKC", written): Reading(latin, "" if sounds == "-" else sounds)
        for written, latin, sounds in rows(name)
    }


@cache
def longest_first(name: str) -> re.Pattern[str]:
    """Return the pattern that finds a script's letters and groups of letters, the longest first."""
    return re.compile("|".join(re.escape(key) for key in sorted(letters(name), key=len, reverse=True)))
