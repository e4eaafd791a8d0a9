"""Han characters by pinyin, Hangul by its letters, and the surnames of both that are spelled otherwise."""

import re
import unicodedata
from functools import cache
from typing import Final

from amparo.vocab.names._tables import letters, rows

_SYLLABLE: Final = re.compile(r"([zcs]h|[bpmfdtnlgkhjqxrzcsyw]?)([aeiouv]+)(ng|n|r)?")
_INITIALS: Final = {
    **dict.fromkeys(("zh", "ch", "sh", "z", "c", "s", "j", "q", "x"), "S"),
    **dict.fromkeys("bpf", "P"),
    **dict.fromkeys("dt", "T"),
    **dict.fromkeys("gk", "K"),
    "m": "M",
    "n": "N",
    "l": "L",
    "h": "H",
    "r": "Q",
    "w": "W",
}
_VOWELS: Final = str.maketrans("eov", "iuu")
_COMPOUND_LENGTH: Final = 2


@cache
def pinyin() -> dict[str, str]:
    """Return the table of characters to their usual reading, without tones."""
    return {character: syllable for syllable, characters in rows("han") for character in characters}


@cache
def surnames() -> dict[str, tuple[str, ...]]:
    """Return surnames in Han and Hangul with their reading and their other customary spellings."""
    found = {}
    for written, reading, others in rows("surnames"):
        for surname in written.split():
            found[surname] = (reading, *others.split())
    return found


def han_latin(run: str) -> list[str]:
    """Return the syllables of a run of Han characters; one without a reading in the table is left out."""
    if run in surnames():
        return surnames()[run][0].split("'")
    table = pinyin()
    return [table[character] for character in run if character in table]


def han_sounds(run: str) -> str:
    """Return the sounds of a run of Han characters."""
    return "".join(_syllable_sounds(syllable) for syllable in han_latin(run))


def _syllable_sounds(syllable: str) -> str:
    match = _SYLLABLE.fullmatch(syllable)
    if match is None:
        return "N" if syllable.startswith("n") else "M"
    initial, vowels, final = match.groups()
    if initial == "y":
        first = "I" if vowels[0] in "ei" else "Y"
    else:
        first = _INITIALS.get(initial, "")
    ending = {None: "", "r": "R", "n": "N", "ng": "N"}[final]
    return first + vowels.translate(_VOWELS) + ending


def hangul_sounds(run: str) -> str:
    """Return the sounds of a run of Hangul syllables or letters."""
    table = letters("hangul")
    jamo = unicodedata.normalize("NFD", run)
    sounds = "".join(table[letter].sounds for letter in jamo if letter in table)
    return re.sub("y(?=[aiu])", "Y", sounds)


def split_full_name(word: str) -> list[str]:
    """Split a word of three or four characters that begins with a surname into surname and given name."""
    for length in (_COMPOUND_LENGTH, 1):
        if length + 2 == len(word) and word[:length] in surnames():
            return [word[:length], word[length:]]
    return [word]
