"""What a person is called on a page."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from amparo.cases.rules.person import Name

ORDER = ("given", "middle", "father", "family")


def display_name(called: str, names: Sequence[Name]) -> str:
    """Return how she wants to be called, else her names in the order given, father's, family; empty when unknown."""
    if called:
        return called
    first_of_kind: dict[str, str] = {}
    for name in names:
        first_of_kind.setdefault(name.kind, name.text)
    ordered = [first_of_kind[kind] for kind in ORDER if kind in first_of_kind]
    return " ".join(ordered) if ordered else next((name.text for name in names), "")


def search_form(text: str) -> str:
    """Fold a text for comparing: case, accents, vowel marks and the lengthening stroke do not count."""
    decomposed = unicodedata.normalize("NFKD", text.replace("ـ", ""))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def matches(wanted: str, names: Sequence[str]) -> bool:
    """Tell whether each word that was typed begins a word of the names."""
    words = [word for name in names for word in search_form(name).split()]
    return all(any(word.startswith(typed) for word in words) for typed in search_form(wanted).split())


_SCRIPTS = {
    "LATIN": "latn", "ARABIC": "arab", "CYRILLIC": "cyrl", "THAI": "thai", "ETHIOPIC": "ethi", "CJK": "hans",
    "DEVANAGARI": "deva", "BENGALI": "beng", "KHMER": "khmr", "LAO": "laoo", "MYANMAR": "mymr", "HANGUL": "kore",
    "HIRAGANA": "jpan", "KATAKANA": "jpan", "GREEK": "grek", "HEBREW": "hebr", "ARMENIAN": "armn",
    "GEORGIAN": "geor", "SINHALA": "sinh", "TAMIL": "taml",
}  # fmt: skip


def script_of(text: str) -> str:
    """Return the code of the script that a name is written in, or "unknown" when it mixes several or has no letter."""
    found = {
        _SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0], "unknown")
        for letter in text
        if letter.isalpha()
    }
    return found.pop() if len(found) == 1 else "unknown"
