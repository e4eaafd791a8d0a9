"""Decide whether a password is too easy to guess. Nothing is asked about capital letters, digits or signs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from enum import StrEnum
from typing import Final

LEAST_CHARACTERS: Final = 12
LEAST_CHARACTERS_ALONE: Final = 15  # where no second step stands behind it (NIST SP 800-63B-4)
MOST_CHARACTERS: Final = 256
LEAST_DIFFERENT: Final = 5
LEAST_LEFT: Final = 8  # of what somebody who knows the owner and the house has to guess
LEAST_WORD: Final = 4
LONGEST_UNIT: Final = 6

# What hands walk along without thinking: the rows of keyboards, the letters, the digits.
_WALKS: Final = (
    "0123456789" * 3,
    "abcdefghijklmnopqrstuvwxyz" * 2,
    "qwertyuiopasdfghjklzxcvbnm" * 2,
    "qwertzuiopasdfghjklyxcvbnm" * 2,
    "azertyuiopqsdfghjklmwxcvbn" * 2,
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "йцукенгшщзхъфывапролджэячсмитьбю",
    "ضصثقفغعهخحجدشسيبلاتنمكطئءؤرلاىةوزظ",
)
_EDGES: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_DISGUISES: Final = str.maketrans(
    {"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}
)


class Weakness(StrEnum):
    """Why a password is refused."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    SIMPLE = "simple"
    KNOWN_WORDS = "known_words"


def plain_form(typed: str) -> str:
    """Give the one form of a password, however a keyboard composes its letters (NFKC)."""
    return unicodedata.normalize("NFKC", typed)


def weakness_of(
    typed: str, *, common: Collection[str], words: Collection[str] = (), least: int = LEAST_CHARACTERS
) -> Weakness | None:
    """Say why a password is too easy to guess, or None.

    `common` holds passwords that many people have, in small letters; `words` what is known of the owner and the house.
    """
    password = plain_form(typed)
    if len(password) < least:
        return Weakness.SHORT
    if len(password) > MOST_CHARACTERS:
        return Weakness.LONG
    folded = password.casefold()
    if _is_common(folded, common):
        return Weakness.COMMON
    if _is_simple(folded):
        return Weakness.SIMPLE
    if len(_without(folded, words)) < LEAST_LEFT and len(_without(folded, words)) < len(_letters(folded)):
        return Weakness.KNOWN_WORDS
    return None


def _is_common(folded: str, common: Collection[str]) -> bool:
    """Tell whether it is a common password, also with digits and signs around it or letters in disguise."""
    undisguised = folded.translate(_DISGUISES)
    stems = {folded, _EDGES.sub("", folded), undisguised, _EDGES.sub("", folded).translate(_DISGUISES)}
    return any(stem in common for stem in stems if stem)


def _is_simple(folded: str) -> bool:
    if len(set(folded)) < LEAST_DIFFERENT:
        return True
    repeats = any(
        folded == (folded[:size] * len(folded))[: len(folded)] for size in range(1, LONGEST_UNIT + 1)
    )
    stem = "".join(folded.split())
    return repeats or any(stem in walk or stem[::-1] in walk for walk in _WALKS)


def _letters(folded: str) -> str:
    """Leave out what is between and around words."""
    return "".join(character for character in folded if character.isalnum())


def _without(folded: str, words: Collection[str]) -> str:
    """Take the known words away, the longest first, and give what somebody who knows them has to guess."""
    left = folded
    parts = {part for word in words for part in (_letters(plain_form(word).casefold()), *_parts(word))}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= LEAST_WORD:
            left = left.replace(part, " ")
    return _letters(left)


def _parts(word: str) -> list[str]:
    return re.split(r"[\W_]+", plain_form(word).casefold())
