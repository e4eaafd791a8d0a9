"""Case references that tell nothing about a person and catch a slip of the pen or of the ear.

A reference is a prefix of letters, eight random characters and a check character: ``XA-7Q4K-9X2M-C``. The
characters are Crockford's (no I, L, O, U); the check is ISO 7064 MOD 37,36 over prefix and characters. That
check finds every single wrong character and nearly every swap of neighbours; a reference for which a swap
would go unseen is not given out.
"""

import re
from typing import Protocol

from amparo.vocab.text import N_, ToldError

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BODY = 8
_FORGIVEN = str.maketrans("OIL", "011")
PREFIX = re.compile(r"[A-Z]{2,4}")
# Spaces, dashes of all lengths, dots, slashes, and the marks that keep a reference whole in Arabic text.
_IGNORED = re.compile(r"[\s\-\u2010-\u2015./\u200e\u200f\u2066-\u2069]+")


class BadReference(ToldError):
    """A text is no case reference; the message says what to look at."""


class _Random(Protocol):
    def choice(self, seq: str, /) -> str: ...


def make_reference(prefix: str, rng: _Random) -> str:
    """Make a new reference under `prefix` (two to four letters), drawn from `rng`."""
    if not PREFIX.fullmatch(prefix):
        raise BadReference(
            N_("A reference prefix is two to four capital letters, not %(prefix)s."), prefix=prefix
        )
    while True:
        body = "".join(rng.choice(_LETTERS) for _ in range(_BODY))
        check = _check_character(prefix + body)
        if check in _LETTERS and _shows_every_swap(prefix + body + check):
            return _written(prefix, body + check)


def parse_reference(text: str) -> str:
    """Return the canonical form of a reference typed or read aloud by a person.

    Forgives case, spaces, missing or other dashes, and O for 0, I or L for 1. Raises `BadReference` when a
    character is missing, is none of a reference, or the check character tells that something was mistyped.
    """
    bare = _IGNORED.sub("", text).upper()
    prefix, body = bare[: -_BODY - 1], bare[-_BODY - 1 :].translate(_FORGIVEN)
    if not PREFIX.fullmatch(prefix):
        raise BadReference(
            N_("A reference is two to four letters and nine characters, such as XA-7Q4K-9X2M-C.")
        )
    wrong = sorted(set(body) - set(_LETTERS))
    if wrong:
        raise BadReference(
            N_("The character %(character)s is in no reference. Look at it again."), character=wrong[0]
        )
    if _check_character(prefix + body[:-1]) != body[-1]:
        raise BadReference(
            N_("One character is wrong, or two have changed places. Compare it with the paper.")
        )
    return _written(prefix, body)


def _written(prefix: str, body: str) -> str:
    return f"{prefix}-{body[:4]}-{body[4:8]}-{body[8:]}"


def _check_character(text: str) -> str:
    product = 36
    for character in text:
        product = (product + _ALPHABET.index(character)) % 36 or 36
        product = product * 2 % 37
    return _ALPHABET[(37 - product) % 36]


def _shows_every_swap(text: str) -> bool:
    for place in range(len(text) - 1):
        first, second = text[place], text[place + 1]
        swapped = text[:place] + second + first + text[place + 2 :]
        if first != second and _check_character(swapped[:-1]) == swapped[-1]:
            return False
    return True
