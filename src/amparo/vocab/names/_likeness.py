"""How like two written names are, in any scripts: for ranking after opening, and for small caseloads."""

from collections.abc import Callable, Mapping, Sequence, Set
from functools import cache
from operator import mul
from typing import Final, NamedTuple

from rapidfuzz.distance.JaroWinkler import similarity as jaro_winkler
from rapidfuzz.process import extract

from amparo.vocab.names._keys import word_keys
from amparo.vocab.names._normal import is_without_vowels, latin_of, surname_forms
from amparo.vocab.names._scripts import script_of
from amparo.vocab.names._text import words_of
from amparo.vocab.names._words import Part, joining_words, parts_of

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
# Names are compared as if written as one word only where one of their words is as like as this: a half of a word that was
# parted is much more.
_WORTH_JOINING: Final = 0.75
_LIFTED: Final = (_WORTH_JOINING - _KEY_IN_ONE_SCRIPT) / (1 - _KEY_IN_ONE_SCRIPT) - 1e-9
_ROUNDING: Final = 1e-9
_LEAST_SKELETON: Final = 0.5  # with less of it no word is worth a key, however it is written


_Pair = tuple[float, int]  # how like, and which of the words asked for
# Of a written word: of how many parts it is, how it reads in Latin, and how like each word asked for it may be; empty for like none.
_Brief = tuple[int, str, Sequence[float]]


class _Piece(NamedTuple):
    """Words of a name that are read together, and which of them are like which asked for: (how much, asked, place)."""

    parts: list[Part]
    pairs: list[tuple[float, int, int]]
    is_open: bool  # a joining word without what it joins


def likeness(one: str, other: str) -> float:
    """Return how like two written names are, 0 to 1: words in any order, words may be missing on one side."""
    return max(NameQuery(one).likeness(other), NameQuery(other).likeness(one))


class NameQuery:
    """A name that many others are compared with. It remembers words it has met: keep it for one search only."""

    def __init__(self, text: str) -> None:
        self._keys_of = cache(word_keys)  # its own, for names are kept no longer than their search
        self._words = [_Word(part, self._keys_of) for part in parts_of(text)]
        self._met: dict[Part, list[_Pair]] = {}
        self._unlike: set[str] = set()
        # Of words met together, bare, how like each asked for they are but for their keys.
        self._likes: list[dict[str, float]] = []
        self._pieces: dict[str, _Piece] = {}
        self._plain: dict[str, str] = {}  # words met together, bare, and how these are in plain letters
        self._latins: dict[str, str] = {}
        self._briefs: dict[str, _Brief | None] = {}
        self._whole = "".join(word.latin for word in self._words)
        self._weights = [word.weight for word in self._words]
        self._nothing = [0.0] * len(self._words)

    def likeness(self, text: str, *, at_least: float = 0.0) -> float:
        """Return how like a written name is to the one asked for, 0 to 1; 0 when no word is like another.

        What is surely less than `at_least` may be given as 0.
        """
        if self._is_surely_less(text, at_least):
            return 0.0
        parts: list[Part] = []
        pairs: list[tuple[float, int, int]] = []
        for piece in self._pieces_of(text):
            if piece.pairs:
                pairs += [(value, asked, place + len(parts)) for value, asked, place in piece.pairs]
            parts += piece.parts
        missing = abs(len(parts) - len(self._words))
        if not pairs:
            return 0.0
        best = max(pairs)[0]
        if best < at_least and (not missing or best < _WORTH_JOINING):
            return 0.0
        found = self._matched(pairs, min(len(parts), len(self._words)))
        if not missing:
            return found
        found -= min(_MISSING_WORD * missing, _MOST_MISSING)
        if found < _SURE and best >= _WORTH_JOINING:
            whole = "".join(latin_of(part.word) for part in parts)
            found = max(found, jaro_winkler(self._whole, whole) - _MISSING_WORD)
        return max(0.0, found)

    def _is_surely_less(self, text: str, at_least: float) -> bool:
        """Tell by the words that were met together whether a name's can be as like as this, were each at its best."""
        if not self._plain:
            return False
        parts, whole = 0, ""
        best = self._nothing
        for word in text.split():
            brief = self._briefs[word] if word in self._briefs else self._brief_of(word)
            if brief is None:
                return False
            parts, whole = parts + brief[0], whole + brief[1]
            if brief[2]:
                best = list(map(max, best, brief[2]))
        if parts < len(self._words):
            return False
        # What is not paired off counts as nothing, as a word does here that nothing is like.
        if sum(map(mul, best, self._weights)) >= (at_least - _ROUNDING) * sum(self._weights):
            return False
        return parts == len(self._words) or jaro_winkler(self._whole, whole) - _MISSING_WORD < at_least

    def _brief_of(self, word: str) -> _Brief | None:
        """Tell of how many parts a word is, how it reads, and how like each word asked for it may be; None if it joins."""
        bare = self._plain.get(word)
        brief: _Brief | None = None
        if bare is not None:
            brief = 1, self._latins[bare], () if bare in self._unlike else self._most_of(bare)
        else:
            piece = self._pieces.get(word) or self._read(word)
            if not piece.is_open:
                most = list(self._nothing)
                for value, asked, _place in piece.pairs:
                    most[asked] = max(most[asked], value)
                brief = len(piece.parts), "".join(latin_of(part.word) for part in piece.parts), most
        self._briefs[word] = brief
        return brief

    def telling(self, words: Set[str]) -> set[str]:
        """Return the words of which a name has at least one whose likeness is 0.75 or more.

        Words are written names cut at their spaces. Thousands are met at once, many times quicker than one by one. One that
        shares its key with a word asked for may be among them although it is a little less.
        """
        plain = _bares(words)
        latins = {bare: latin_of(bare) for bare in plain.values()}
        near = self._near(latins)
        self._plain, self._latins, self._briefs = plain, latins, {}
        self._unlike |= latins.keys() - near.keys()
        alike = {word: near[bare] for word, bare in plain.items() if bare in near}
        alike |= dict.fromkeys(words - plain.keys(), _LIFTED)
        # Most that are near are so little like that in one script no key lifts them: they are not looked at one by one.
        least = _LIFTED if all(own.script == "latin" for own in self._words) else 0.0
        return {
            word
            for word, value in alike.items()
            if value >= _WORTH_JOINING
            or ((value >= least or not word.isascii()) and self._is_telling(word, plain.get(word, ""), value))
        }

    def _is_telling(self, word: str, bare: str, value: float) -> bool:
        """Look closely at a word that is as like as this without its key."""
        if value < _LIFTED and all(own.script == script_of(word[0]) for own in self._words):
            return False
        if bare and word.isascii():
            keys = self._keys_of(bare)
            return not all(own.keys.isdisjoint(keys) for own in self._words)
        piece = self._pieces.get(word) or self._read(word)
        return piece.is_open or any(value >= _WORTH_JOINING for value, _asked, _place in piece.pairs)

    def _near(self, latins: Mapping[str, str]) -> dict[str, float]:
        """Return which of many bare words are worth a key, and how like they are without it."""
        bares, written = list(latins), list(latins.values())
        skeletons = "\n".join(written).translate(_SKELETON).split("\n") if written else []  # all in one piece
        blind = {at for at, bare in enumerate(bares) if not bare.isascii() and is_without_vowels(bare)}
        near: dict[str, float] = {}
        self._likes = [{} for _own in self._words]
        for own, likes in zip(self._words, self._likes, strict=True):
            # A skeleton that is less like than the word counts only where vowels are not written.
            least = _LEAST_SKELETON if own.is_without_vowels else _WORTH_A_KEY
            for form, skeleton in zip(own.forms, own.skeletons, strict=True):
                alike = _alike(form, written, at_least=_WORTH_A_KEY)
                bare_alike = _alike(skeleton, skeletons, at_least=least)
                if not own.is_without_vowels:
                    bare_alike |= {at: jaro_winkler(skeleton, skeletons[at]) for at in blind}
                for at in bare_alike.keys() - alike.keys():
                    alike[at] = jaro_winkler(form, written[at])
                for at, like in alike.items():
                    half_blind = own.is_without_vowels or at in blind
                    value = _mixed(like, bare_alike.get(at, 0.0), half_blind=half_blind)
                    if value > _WORTH_A_KEY and value > likes.get(bares[at], 0.0):
                        likes[bares[at]] = value
            near |= {bare: value for bare, value in likes.items() if value > near.get(bare, 0.0)}
        return near

    def _most_of(self, bare: str) -> list[float]:
        """Tell how like each word asked for one met together may be at the most: as if they shared a key."""
        script, most = script_of(bare[0]), list(self._nothing)
        for asked, (own, likes) in enumerate(zip(self._words, self._likes, strict=True)):
            if bare in likes:
                share = _KEY_IN_ONE_SCRIPT if own.script == script else _KEY_ACROSS_SCRIPTS
                most[asked] = likes[bare] + share * (1 - likes[bare])
        return most

    def _pieces_of(self, text: str) -> list[_Piece]:
        """Cut a name into words, each with what only joins it to others: they are read one by one, and each once.

        A name that ends in a joining word is not cut, as its last word is taken for a name.
        """
        found: list[_Piece] = []
        joining = ""
        for word in text.split():
            run = f"{joining} {word}" if joining else word
            piece = self._pieces.get(run) or self._read(run)
            if piece.is_open:
                joining = run
            else:
                joining = ""
                found.append(piece)
        return [self._whole_piece(text, is_open=True)] if joining else found

    def _read(self, run: str) -> _Piece:
        words, known = words_of(run), joining_words().every
        if not words or words[-1] in known:
            piece = _Piece([], [], True)
        elif run.isascii() and known.isdisjoint(words):
            piece = self._piece([Part(word) for word in words], is_open=False)
        else:
            piece = self._whole_piece(run)
        self._pieces[run] = piece
        return piece

    def _whole_piece(self, text: str, *, is_open: bool = False) -> _Piece:
        return self._piece(parts_of(text), is_open=is_open)

    def _piece(self, parts: list[Part], *, is_open: bool) -> _Piece:
        pairs = [
            (value, asked, place)
            for place, part in enumerate(parts)
            for value, asked in (self._met[part] if part in self._met else self._meet(part))
        ]
        return _Piece(parts, pairs, is_open)

    def _meet(self, part: Part) -> list[_Pair]:
        """Compare a word with each word asked for; remember those it is like, and how much."""
        met: list[_Pair] = []
        if part.joined or part.word not in self._unlike:
            word = _Word(part, self._keys_of)
            likenesses = ((own.likeness(word), asked) for asked, own in enumerate(self._words))
            met = [pair for pair in likenesses if pair[0] > _HOPELESS]
        self._met[part] = met
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

    def __init__(self, part: Part, keys_of: Callable[[str], Sequence[str]]) -> None:
        self.written = part.word
        self._keys_of = keys_of
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
            self._keys = frozenset(self._keys_of(self.written))
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


def _bares(words: Set[str]) -> dict[str, str]:
    """Return written words bare, but those that are several words, only join others, or have more than one reading."""
    known = joining_words().every
    found = {word: word.lower() for word in words if word.isascii() and word.isalpha()}
    for word in words:
        if not word.isascii():
            bare = words_of(word)
            if len(bare) == 1 and script_of(bare[0][0]) not in {"han", "hangul"}:
                found[word] = bare[0]
    return (
        found
        if known.isdisjoint(found.values())
        else {word: bare for word, bare in found.items() if bare not in known}
    )


def _alike(text: str, others: Sequence[str], *, at_least: float) -> dict[int, float]:
    """Return at which places texts are as like as this, and how much."""
    found = extract(text, others, scorer=jaro_winkler, score_cutoff=at_least, limit=None)
    return {place: value for _text, value, place in found}


def _form_likeness(one: str, one_bare: str, other: str, other_bare: str, *, half_blind: bool) -> float:
    written = jaro_winkler(one, other)
    if not half_blind and written < _BEYOND_SKELETON:
        return written
    return _mixed(written, jaro_winkler(one_bare, other_bare), half_blind=half_blind)


def _mixed(written: float, bare: float, *, half_blind: bool) -> float:
    """Weigh how like two words are as they are written and without their vowels."""
    if half_blind:
        return 0.15 * written + 0.85 * bare
    if written < _BEYOND_SKELETON:
        return written
    return max(written, 0.65 * written + 0.35 * bare)
