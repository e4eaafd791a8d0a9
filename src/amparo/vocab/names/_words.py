"""Tells which words of a written name are names, and which only join them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from amparo.vocab.names._han import split_full_name
from amparo.vocab.names._scripts import script_of
from amparo.vocab.names._tables import rows
from amparo.vocab.names._text import words_of


@dataclass(frozen=True, slots=True)
class JoiningWords:
    """The words of names that are no name of their own, by what they do (tables/words.tsv)."""

    articles: frozenset[str]
    links: frozenset[str]
    titles: frozenset[str]
    servants: frozenset[str]
    shorts: dict[str, str]
    every: frozenset[str]


@cache
def joining_words() -> JoiningWords:
    """Return the table of joining words."""
    found: dict[str, list[str]] = {"article": [], "link": [], "title": [], "servant": [], "short": []}
    for kind, words in rows("words"):
        found[kind] += words.split()
    bare = {kind: frozenset(one for word in words for one in words_of(word)) for kind, words in found.items()}
    shorts = {
        word: full
        for pair in found["short"]
        for short, full in [pair.split("=")]
        for word in words_of(short)[:1]
    }
    return JoiningWords(
        articles=bare["article"],
        links=bare["link"],
        titles=bare["title"],
        servants=bare["servant"],
        shorts=shorts,
        every=frozenset().union(*bare.values(), shorts),
    )


class Part(NamedTuple):
    """A word of a name, with the joining word before it where they may be written as one."""

    word: str
    joined: str = ""


def parts_of(text: str) -> list[Part]:
    """Return the parts of a written name; a name of nothing but joining words is taken as it stands."""
    words = words_of(text)
    if not text.isascii():
        words = [one for word in words for one in _split(word)]
    if joining_words().every.isdisjoint(words):
        return [Part(word) for word in words]
    return list(_parts(words)) or [Part(word) for word in words]


def name_parts(text: str) -> tuple[str, ...]:
    """Return the names that a written name is made of, in its order, without the words that only join them.

    A name of three or four characters in Han or Hangul is cut behind its surname.
    """
    return tuple(part.word for part in parts_of(text))


def _split(word: str) -> list[str]:
    if 3 <= len(word) <= 4 and script_of(word[0]) in {"han", "hangul"}:
        return split_full_name(word)
    return [word]


def _parts(words: list[str]) -> Iterator[Part]:
    known = joining_words()
    names = [word for word in words if word not in known.titles] or words
    before = ""
    for place, word in enumerate(names):
        is_last = place == len(names) - 1
        if word in known.shorts:
            yield Part(known.shorts[word])
        elif word in known.servants and not is_last:
            before = "abd"
        elif word in known.articles and (before == "abd" or not is_last):
            continue
        elif word in known.links and not is_last:
            before = word
        else:
            yield Part(f"abd{word}") if before == "abd" else Part(word, before + word if before else "")
            before = ""
