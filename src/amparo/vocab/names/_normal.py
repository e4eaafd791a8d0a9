"""The folded Latin form of a name, for comparing letter by letter. It is quick and rough: one letter at a time."""

import unicodedata
from functools import cache
from typing import Final

from amparo.vocab.names._han import pinyin, surnames
from amparo.vocab.names._scripts import script_of
from amparo.vocab.names._sounds import latin_by_name
from amparo.vocab.names._tables import letters
from amparo.vocab.names._text import words_of

# A consonant's own vowel, and what takes it away.
_OWN: Final = "\x01"
_NO_OWN: Final = "\x02"
_ALPHABETS: Final = frozenset(
    {"latin", "greek", "cyrillic", "armenian", "georgian", "hebrew", "arabic", "thai", "lao"}
)
_WITH_OWN_VOWEL: Final = frozenset({"indic", "sinhala", "khmer", "burmese"})
_ORDERS: Final = ("e", "u", "i", "a", "e", "", "o", "wa")


def normal_form(text: str) -> str:
    """Return the name in the letters a to z, words parted by single spaces; empty when it has no letters."""
    words = words_of(text)
    if not text.isascii():
        words = [latin_of(word) for word in words]
    return " ".join(word for word in words if word)


def latin_of(word: str) -> str:
    """Return one bare word in the letters a to z."""
    if word.isascii():
        return word
    latin = word.translate(_readings())
    if _OWN in latin or _NO_OWN in latin:
        latin = latin.replace(_OWN + _NO_OWN, "").removesuffix(_OWN).replace(_OWN, "a").replace(_NO_OWN, "")
    return latin


@cache
def _readings() -> "_Readings":
    return _Readings()


class _Readings(dict[int, str]):
    """What a letter becomes; filled as letters are met."""

    def __missing__(self, point: int) -> str:
        latin = self[point] = _latin_letter(chr(point))
        return latin


def _latin_letter(letter: str) -> str:
    if "a" <= letter <= "z":
        return letter
    script = script_of(letter)
    if script == "han":
        return pinyin().get(letter, "").replace("v", "u")
    if script == "hangul":
        return "".join(_entry("hangul", jamo) for jamo in unicodedata.normalize("NFD", letter))
    if script == "ethiopic":
        row = _entry(script, chr(ord(letter) & ~7))
        return row + _ORDERS[ord(letter) & 7]
    if script == "kana":
        return _entry(script, chr(ord(letter) + 0x60) if "ぁ" <= letter <= "ゖ" else letter)
    if script in _WITH_OWN_VOWEL:
        return _with_own_vowel(script, letter)
    if script in _ALPHABETS:
        return _entry(script, letter) or _entry(script, unicodedata.normalize("NFKD", letter)[0])
    return latin_by_name(letter)


def _entry(script: str, letter: str) -> str:
    reading = letters(script).get(letter)
    if reading is not None:
        return reading.latin
    return letter if "a" <= letter <= "z" else ""


def _with_own_vowel(script: str, letter: str) -> str:
    if script == "indic":
        script = "indic_all"
        if letter not in letters(script):
            letter = chr(0x0900 + (ord(letter) & 0x7F))
    reading = letters(script).get(letter)
    if reading is None:
        return ""
    if unicodedata.category(letter)[0] == "M":
        takes = reading.sounds[:1] in {"a", "i", "u"} or unicodedata.combining(letter) == 9
        return _NO_OWN + reading.latin if takes else reading.latin
    return reading.latin + _OWN if reading.sounds[:1].isupper() or reading.sounds == "y" else reading.latin


def is_without_vowels(word: str) -> bool:
    """Tell whether a word is written in letters that leave vowels out (Arabic, Hebrew)."""
    return (
        not word.isascii() and "\u0590" <= word[0] <= "\u08ff" and script_of(word[0]) in {"arabic", "hebrew"}
    )


def surname_forms(word: str) -> tuple[str, ...]:
    """Return the customary Latin spellings of a surname in Han or Hangul."""
    forms = surnames().get(word)
    return tuple(form.replace("'", "").replace("v", "u") for form in forms) if forms else ()
