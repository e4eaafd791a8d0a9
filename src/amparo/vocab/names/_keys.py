"""The phonetic consonant keys of names: a hard and a soft one for each part, so that spellings meet.

Two written forms of a name are taken for the same when they share a key. A key keeps the start of the name
(any vowel is one sign), the classes of its consonants, and, for a name of one or two signs, its last vowel.
Where a letter is read in two ways (h and kh, j and y, w and v) the hard key takes the strong reading and the
soft key the weak one. What keys cannot tell apart stands in `tests/vectors/names.yaml` under `known_collisions`.
"""

import re
from typing import Final

from amparo.vocab.names._han import surnames
from amparo.vocab.names._sounds import sounds_of
from amparo.vocab.names._words import Part, parts_of

# Raise it with every change to a rule or table that changes a key.
NAME_KEY_VERSION: Final = 1

_SETTLED: Final = {"P": "p", "K": "k", "S": "s", "T": "t", "M": "m", "N": "n", "L": "l", "R": "r"}
_HARD: Final = str.maketrans(
    _SETTLED
    | {
        "H": "k",
        "W": "p",
        "Y": "y",
        "I": "y",
        "J": "s",
        "G": "k",
        "C": "s",
        "D": "t",
        "X": "ks",
        "Z": "rs",
        "Q": "r",
    }
    | {"F": "r", "E": "i"}
)
_SOFT: Final = str.maketrans(
    _SETTLED
    | {
        "H": "-",
        "W": "-",
        "Y": "y",
        "I": "-",
        "J": "y",
        "G": "s",
        "C": "k",
        "D": "s",
        "X": "s",
        "Z": "s",
        "Q": "s",
    }
    | {"F": "l", "E": "a"}
)
_DOUBLE: Final = re.compile(r"([kpstmnlr])\1+")
_LONGEST: Final = 10
_SHORT: Final = 2
_MOST_PARTS: Final = 4
_VOWELS: Final = "aiu"
_NOT_CONSONANTS: Final = str.maketrans("", "", "aiu-y")


def name_keys(text: str) -> tuple[str, ...]:
    """Return the keys under which a given name, a surname or a whole name is found; none for a text without letters.

    A name of several words gives the keys of each word (the first four) and of all of them written as one.
    The keys are of the letters a to z, at most ten long; their order is stable.
    """
    parts = parts_of(text)[:_MOST_PARTS]
    keys: dict[str, None] = {}
    for part in parts:
        for word in _spellings(part):
            keys.update(dict.fromkeys(word_keys(word)))
    if len(parts) > 1:
        keys.update(dict.fromkeys(word_keys("".join(part.word for part in parts))))
    return tuple(keys)


def word_keys(word: str) -> tuple[str, ...]:
    """Return the hard and the soft key of one bare word; one if they are the same, none if it has no sound."""
    sounds = sounds_of(word)
    if not sounds.strip("-"):
        return ()
    hard, soft = _key(sounds.translate(_HARD)), _key(sounds.translate(_SOFT))
    return (hard,) if hard == soft else (hard, soft)


def _spellings(part: Part) -> list[str]:
    words = [part.word]
    if part.joined:
        words.append(part.joined)
    if part.word in surnames():
        words += surnames()[part.word][1:]
    article = part.word[:2]
    if article in {"al", "el"} and len(part.word) > 6 and part.word[2] not in "aeiouyl":
        words.append(part.word[2:])
    if part.word.startswith("ال") and len(part.word) > 4:
        words.insert(0, part.word[2:])
    return words


def _key(read: str) -> str:
    """Make a key of sounds that are settled."""
    start = "a" if read[0] in "aiu-" else "y" if read[0] == "y" else ""
    consonants = _DOUBLE.sub(r"\1", read.replace("y", "-")).translate(_NOT_CONSONANTS)
    key = start + consonants
    if len(key) > _SHORT:
        return key[:_LONGEST]
    vowels = [sound for sound in read if sound in _VOWELS]
    last = vowels[-1] if vowels else "a"
    if not consonants or read.rstrip("-y")[-1:] in _VOWELS:
        return key + last
    return key[:-1] + last + key[-1]
