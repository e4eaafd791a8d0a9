"""What a person is called on a page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence, Set

from amparo.cases.rules.person import Name
from amparo.vocab.names import NameQuery, name_parts

ORDER = ("given", "middle", "father", "family")
ALIKE = 0.86  # from here on two names are worth a look; the vectors of the names say what lies on which side
AS_TYPED = 2.0
WORD_MISSING = 0.1


def display_name(called: str, names: Sequence[Name]) -> str:
    """Return how she wants to be called, else her names in the order given, father's, family; empty when unknown."""
    if called:
        return called
    first_of_kind: dict[str, str] = {}
    for name in names:
        first_of_kind.setdefault(name.kind, name.text)
    ordered = [first_of_kind[kind] for kind in ORDER if kind in first_of_kind]
    return " ".join(ordered) if ordered else next((name.text for name in names), "")


class _Folding(dict[int, str | None]):
    """What becomes of a letter that was taken apart: itself, or nothing of a mark on it. Filled as letters are met."""

    def __missing__(self, point: int) -> str | None:
        letter = chr(point)
        self[point] = kept = None if unicodedata.combining(letter) else letter
        return kept


_FOLDING = _Folding()


def search_form(text: str) -> str:
    """Fold a text for comparing: case, accents, vowel marks and the lengthening stroke do not count."""
    if text.isascii():
        return text.casefold()
    return unicodedata.normalize("NFKD", text.replace("ـ", "")).translate(_FOLDING).casefold()


class NameSearch:
    """A name that is looked for among those of many people: as it is written, and as it may be in any script."""

    def __init__(self, text: str) -> None:
        self._typed = search_form(text).split()
        self._beginnings = tuple(self._typed)
        self._begun: dict[str, int] = {}  # which of the words typed a written one begins as, a bit for each
        self._query = NameQuery(text)
        self._count = len(name_parts(text))

    def telling(self, words: Set[str]) -> set[str]:
        """Return the words of which somebody has at least one whose names fit, of all the words of many people's names."""
        beginning = self._beginning(words)
        self._begun = dict.fromkeys(words - beginning, 0)
        return beginning | self._query.telling(words)

    def _beginning(self, words: Set[str]) -> set[str]:
        """Return the words that begin as it was typed. Those in plain letters are folded in one piece."""
        plain = [word for word in words if word.isascii()]
        folded = zip(plain, search_form(" ".join(plain)).split(), strict=True)
        found = {word for word, form in folded if form.startswith(self._beginnings)}
        for word in words:
            if not word.isascii():
                form = search_form(word)
                if form.startswith(self._beginnings) or " " in form:  # one sign may stand for several words
                    found.add(word)
        return found

    def score(self, names: Iterable[str]) -> float:
        """Return how well one of a person's names fits, 0 for not at all: what begins as it was typed comes first."""
        texts = [name for name in names if name]
        if not self._typed or not texts:
            return 0.0
        begun = 0
        for text in texts:
            for word in text.split():
                begun |= self._begun[word] if word in self._begun else self._begins(word)
        if begun == (1 << len(self._typed)) - 1:
            return AS_TYPED
        return max(map(self._likeness, texts))

    def _begins(self, word: str) -> int:
        """Tell as which of the words typed a written word begins; one sign may stand for several words."""
        forms = search_form(word).split()
        begun = 0
        for at, typed in enumerate(self._typed):
            if any(form.startswith(typed) for form in forms):
                begun |= 1 << at
        self._begun[word] = begun
        return begun

    def _likeness(self, name: str) -> float:
        found = self._query.likeness(name, at_least=ALIKE)
        if found < ALIKE:
            return 0.0
        # Who is looked for by two names is hardly found by one of them.
        found -= WORD_MISSING * max(self._count - len(name_parts(name)), 0)
        return found if found >= ALIKE else 0.0


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
