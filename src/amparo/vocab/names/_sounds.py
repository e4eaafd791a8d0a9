"""Turns a word in any script into sounds.

The alphabet of sounds. Settled: P (b p v f), K (k q g), S (s z sh ch j ts), T (t d), M, N, L, R; the vowels
a, i (e i y), u (o u), and E for a final vowel that is i or a. Open, with a hard and a soft reading, because
one letter or another spelling of it is read both ways: H (k, or silent), W (p, or silent), Y (y at the start,
else silent), I (y, or silent), J (s, or y), G (k, or s), C (s, or k), D (t, or s), X (ks, or s), Z (rs, or s), Q (r, or s),
F (r, or l). `-` is a silent letter that keeps its neighbours apart.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Final

from amparo.vocab.names._scripts import SCRIPT_SOUNDS, script_of
from amparo.vocab.names._tables import letters, rows

# The first letter, or class of letters, of a rule of spelling, after what it only looks back at.
_BEGINS: Final = re.compile(r"(?:\^|\(\?<=[^)]*\))*([a-z]|\[[a-z]+\])")
# Tifinagh letters are named ya with their sound behind it: yab, yad, yu.
_BERBER: Final = re.compile("^ya?(?=.)")
_FIRST_I: Final = re.compile(r"^i+(?=[au])")
_FIRST_U: Final = re.compile(r"^u(?=[ai])")
# Abdullah, Abdulaziz, عبدالعزيز: the article inside is no part of the name; nor is it in Nuraldin.
_SERVANT: Final = re.compile(r"^aP-?T-?(?:[aiu]{0,2}L+-?(?=L)|[aiu]{1,2}L-?(?!a?[H-]*$))")
_OF_FAITH: Final = re.compile(r"(?<=[A-Z])-?[aiu]L-?(?=T-?i+N)")


def sounds_of(word: str) -> str:
    """Return the sounds of one bare word."""
    sounds = "".join(_sounds_of_run(script, run) for script, run in _runs(word))
    # Thousands are read in one search, and few begin so.
    if sounds.startswith(("i", "u")):
        sounds = _FIRST_U.sub("W", _FIRST_I.sub("I", sounds))
    if sounds.startswith("aP"):
        sounds = _SERVANT.sub("aPT", sounds)
    return _OF_FAITH.sub("", sounds) if "L" in sounds and "N" in sounds else sounds


def _runs(word: str) -> list[tuple[str, str]]:
    """Cut a word where its script changes; marks go with the letter before them."""
    if word.isascii():
        return [("latin", word)]
    runs: list[tuple[str, str]] = []
    for letter in word:
        script = script_of(letter)
        if runs and (script == runs[-1][0] or script == "mark"):
            runs[-1] = (runs[-1][0], runs[-1][1] + letter)
        elif script != "mark":
            runs.append((script, letter))
    return runs


def _sounds_of_run(script: str, run: str) -> str:
    if script == "latin":
        return _latin_sounds(run)
    return SCRIPT_SOUNDS.get(script, _sounds_by_name)(run)


def _latin_sounds(word: str) -> str:
    if not word.isascii():
        return _spell(_without_marks(word))
    return _spell(word)


def _without_marks(word: str) -> str:
    """Keep the letters a to z; a letter whose mark changes its sound becomes the sound, in capitals."""
    table = letters("latin")
    kept = []
    for letter in word:
        if letter.isascii():
            kept.append(letter)
        elif letter in table:
            kept.append(table[letter].sounds)
        else:
            bare = unicodedata.normalize("NFKD", letter)[0]
            kept.append(bare if bare.isascii() else table[bare].sounds if bare in table else "")
    return "".join(kept)


_NO_RULES: Final[tuple[Callable[[str, int], None], tuple[str, ...]]] = (lambda _word, _place: None, ())


@cache
def _spelling() -> dict[str, tuple[Callable[[str, int], re.Match[str] | None], tuple[str, ...]]]:
    """Return the rules of Latin spelling by the letters that they can begin with, in the order of the table.

    Those of one letter are one expression, and its group tells which of them fits: no rule has a group of its own.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for rule, sounds, _ in rows("spelling"):
        begins = _BEGINS.match(rule)
        assert begins is not None, rule
        assert not re.compile(rule).groups, rule
        for letter in begins[1].strip("[]"):
            found.setdefault(letter, []).append((rule, sounds))
    return {
        letter: (
            re.compile("|".join(f"({rule})" for rule, _ in rules)).match,
            tuple(sound for _, sound in rules),
        )
        for letter, rules in found.items()
    }


def _spell(word: str) -> str:
    """Read a word in the letters a to z by the first rule that fits at each place; capitals are sounds already."""
    rules = _spelling()
    read = []
    place = 0
    while place < len(word):
        letter = word[place]
        fits, sounds = rules.get(letter, _NO_RULES)
        match = fits(word, place)
        if match is None or match.lastindex is None:
            read.append(letter)
            place += 1
        else:
            read.append(sounds[match.lastindex - 1])
            place = match.end()
    return "".join(read)


def _sounds_by_name(run: str) -> str:
    """Read letters of a script without a table by their Unicode names: TIFINAGH LETTER YAB, THAANA LETTER HAA."""
    return "".join(_spell(latin_by_name(letter)) for letter in run)


def latin_by_name(letter: str) -> str:
    """Return the letters a to z by which Unicode names a letter, or nothing."""
    script, found, named = unicodedata.name(letter, "").partition(" LETTER ")
    words = named.split()
    if not found or not words:
        return ""
    latin = re.sub("[^a-z]", "", words[-1].lower())
    return _BERBER.sub("", latin) if script.startswith("TIFINAGH") else latin
