"""How like two written names are, in any scripts: for ranking after opening, and for small caseloads."""

from typing import Final

from rapidfuzz.distance.JaroWinkler import similarity as jaro_winkler

from amparo.vocab.names._keys import word_keys
from amparo.vocab.names._normal import is_without_vowels, latin_of, surname_forms
from amparo.vocab.names._scripts import script_of
from amparo.vocab.names._words import Part, parts_of

# Consonants by class, vowels and h out: what is left when vowels are not written and h is.
_SKELETON: Final = str.maketrans("bvfwqcgzxjd", "pppp" + "kkk" + "sss" + "t", "aeiouyh")
_MISSING_WORD: Final = 0.03
_MOST_MISSING: Final = 0.12
_WORTH_A_KEY: Final = 0.6
# A word less like than this counts as not like at all; below the second the skeleton cannot save it.
_HOPELESS: Final = 0.62
_BEYOND_SKELETON: Final = 0.42
_KEY_IN_ONE_SCRIPT: Final = 0.25
_KEY_ACROSS_SCRIPTS: Final = 0.6
_SURE: Final = 0.9


_Pair = tuple[float, int]


def likeness(one: str, other: str) -> float:
    """Return how like two written names are, 0 to 1: words in any order, words may be missing on one side."""
    return max(NameQuery(one).likeness(other), NameQuery(other).likeness(one))


class NameQuery:
    """A name that many others are compared with. It remembers words it has met: keep it for one search only."""

    def __init__(self, text: str) -> None:
        self._words = [_Word(part) for part in parts_of(text)]
        self._met: dict[Part, list[_Pair]] = {}
        self._whole = "".join(word.latin for word in self._words)

    def likeness(self, text: str) -> float:
        """Return how like a written name is to the one asked for, 0 to 1; 0 when no word is like another."""
        parts = parts_of(text)
        pairs = [
            (value, asked, place)
            for place, part in enumerate(parts)
            for value, asked in (self._met[part] if part in self._met else self._meet(part))
        ]
        if not pairs:
            return 0.0
        found = self._matched(pairs, min(len(parts), len(self._words)))
        missing = abs(len(parts) - len(self._words))
        if not missing:
            return found
        found -= min(_MISSING_WORD * missing, _MOST_MISSING)
        if found < _SURE:
            whole = "".join(latin_of(part.word) for part in parts)
            found = max(found, jaro_winkler(self._whole, whole) - _MISSING_WORD)
        return max(0.0, found)

    def _meet(self, part: Part) -> list[_Pair]:
        """Compare a word with each word asked for; remember those it is like, and how much."""
        word = _Word(part)
        likenesses = ((own.likeness(word), asked) for asked, own in enumerate(self._words))
        met = self._met[part] = [pair for pair in likenesses if pair[0] > _HOPELESS]
        return met

    def _matched(self, pairs: list[tuple[float, int, int]], count: int) -> float:
        """Pair words off, the likest first; return the mean over `count` words by the weight of those asked for."""
        pairs.sort(reverse=True)
        unused = dict(enumerate(word.weight for word in self._words))
        places: set[int] = set()
        total = weight = 0.0
        for value, asked, place in pairs:
            if asked in unused and place not in places:
                places.add(place)
                own = unused.pop(asked)
                total += value * own
                weight += own
        unmatched = count - len(places)
        if unmatched and unused:
            weight += unmatched * sum(unused.values()) / len(unused)
        return total / weight


class _Word:
    """A word of a name with what it is compared by."""

    def __init__(self, part: Part) -> None:
        self.written = part.word
        self.latin = latin_of(part.word)
        self.forms: tuple[str, ...] = (self.latin,)
        if part.joined:
            self.forms += (latin_of(part.joined),)
        if not part.word.isascii():
            self.forms += surname_forms(part.word)
        self.skeletons = tuple(form.translate(_SKELETON) for form in self.forms)
        self.weight = float(min(max(len(self.latin), 2), 8))
        self.script = script_of(part.word[0])
        self.is_without_vowels = is_without_vowels(part.word)
        self._keys: frozenset[str] | None = None

    @property
    def keys(self) -> frozenset[str]:
        """The word's keys, made when first needed."""
        if self._keys is None:
            self._keys = frozenset(word_keys(self.written))
        return self._keys

    def likeness(self, other: "_Word") -> float:
        """Return how like two words are, 0 to 1."""
        if self.latin == other.latin:
            return 1.0
        half_blind = self.is_without_vowels or other.is_without_vowels
        found = _form_likeness(
            self.latin, self.skeletons[0], other.latin, other.skeletons[0], half_blind=half_blind
        )
        if len(self.forms) > 1 or len(other.forms) > 1:
            found = max(
                _form_likeness(mine, bare, theirs, their_bare, half_blind=half_blind)
                for mine, bare in zip(self.forms, self.skeletons, strict=True)
                for theirs, their_bare in zip(other.forms, other.skeletons, strict=True)
            )
        if found > _WORTH_A_KEY and not self.keys.isdisjoint(other.keys):
            # In one script the letters say more than the key: Hassan is not Hussein.
            share = _KEY_IN_ONE_SCRIPT if self.script == other.script else _KEY_ACROSS_SCRIPTS
            return found + share * (1 - found)
        return found


def _form_likeness(one: str, one_bare: str, other: str, other_bare: str, *, half_blind: bool) -> float:
    written = jaro_winkler(one, other)
    if half_blind:
        return 0.15 * written + 0.85 * jaro_winkler(one_bare, other_bare)
    if written < _BEYOND_SKELETON:
        return written
    return max(written, 0.65 * written + 0.35 * jaro_winkler(one_bare, other_bare))
