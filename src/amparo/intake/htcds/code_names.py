"""Finds the codes that a cell names: by code, by label, or by another name in use; and the nearest where it names none."""

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from amparo.intake.htcds.layouts import codes_of, other_names
from amparo.vocab.codes import code_list

MOST_SUGGESTED = 3
_SEPARATORS = re.compile(r"[;,|\n]")
_WORDS = re.compile(r"[^\W\d_]+")
_NEAR, _AS_NEAR = 0.72, 0.04
MOST_KEPT = 2_000  # texts that are read once: people write the same few again and again


def resolve(codes: str, text: str) -> str | None:
    """Return the code for one code, label or other name of a list; None when it is none, or one of several codes.

    Case, accents, spaces and punctuation are forgiven, except for a country's two letters: "na" may mean
    "not available", and only NA is Namibia.
    """
    found = meanings(codes, text)
    return found[0] if len(found) == 1 else None


def resolve_all(codes: str, text: str) -> tuple[str, ...] | None:
    """Return the codes for a text of one or several names, None when a part of it names none."""
    named = named_parts(codes, text)
    return tuple(code for _, code in named) or None


@lru_cache(maxsize=MOST_KEPT)
def meanings(codes: str, text: str) -> tuple[str, ...]:
    """Return the code for a name, none when it is no name, or all the codes that an ambiguous name may mean."""
    bare = text.strip()
    if codes == "country" and bare.casefold() == "na":
        return ("NA",) if bare == "NA" else ()
    if found := _exact_names(codes).get(bare) or _lower_names(codes).get(bare.casefold()):
        return (found,)
    return () if _is_several_codes(codes, bare) else _relaxed_names(codes).get(_relaxed(bare), ())


@lru_cache(maxsize=MOST_KEPT)
def named_parts(codes: str, text: str) -> tuple[tuple[str, str], ...]:
    """Return each name in a text with its code, nothing when a part of the text is no name.

    Names are divided by semicolons, commas, bars, line ends, or spaces. Some labels hold commas and
    semicolons themselves, so the longest run of parts that is a name wins.
    """
    marks = [match.start() for match in _SEPARATORS.finditer(text)]
    starts, ends = [0, *(mark + 1 for mark in marks)], [*marks, len(text)]
    found: list[tuple[str, str]] = []
    place = 0
    while place < len(starts):
        if not text[starts[place] : ends[place]].strip():
            place += 1
            continue
        for last in range(min(len(ends), place + 8) - 1, place - 1, -1):
            name = text[starts[place] : ends[last]].strip()
            code = resolve(codes, name)
            if code is not None:
                found.append((name, code))
                place = last + 1
                break
        else:
            words = _divided_by_spaces(codes, text[starts[place] : ends[place]])
            if not words:
                return ()
            found += words
            place += 1
    return tuple(found)


@lru_cache(maxsize=MOST_KEPT)
def mistakable(codes: str, text: str) -> tuple[str, str, str] | None:
    """Return the first name in a text that is also in use for another code: the name, its code, the other code.

    "Congo" is the standard's name of one country, and many write it for its neighbour.
    """
    own_and_others = _also_others(codes)
    for name, code in named_parts(codes, text) if own_and_others else ():
        if name != code and (others := own_and_others.get(_relaxed(name))):
            return name, code, others[0]
    return None


def unresolved_part(codes: str, text: str) -> str:
    """Return the first part of a text that names no code."""
    parts = (one for one in _SEPARATORS.split(text) if one.strip() and not resolve_all(codes, one))
    return next(parts, text).strip()


def nearest(codes: str, text: str) -> tuple[str, ...]:
    """Return the codes that a text which is no name most likely means, none where nothing is near."""
    return (
        meanings(codes, text)
        or _by_three_letters(codes, text)
        or near_spelled(codes, text)
        or _by_words(codes, text)
    )


def near_spelled(codes: str, text: str) -> tuple[str, ...]:
    """Return the codes whose code or name is spelled nearly as the text is."""
    names = {_relaxed(code): (code,) for code in codes_of(codes) if len(code) > 3} | dict(
        _relaxed_names(codes)
    )
    key = _relaxed(text)
    close = difflib.get_close_matches(key, names, n=MOST_SUGGESTED, cutoff=_NEAR)
    ratios = {name: difflib.SequenceMatcher(None, name, key).ratio() for name in close}
    best = [name for name in close if ratios[name] >= ratios[close[0]] - _AS_NEAR]
    return tuple(dict.fromkeys(code for name in best for code in names[name]))[:MOST_SUGGESTED]


def shown(codes: str, code: str) -> str:
    """Return a code as a message shows it; short ones with their label."""
    return f"{code} ({codes_of(codes)[code][0]})" if len(code) <= 3 else code


def _divided_by_spaces(codes: str, text: str) -> list[tuple[str, str]]:
    named = [(word, resolve(codes, word)) for word in text.split()]
    known = [(word, code) for word, code in named if code is not None]
    return known if len(known) == len(named) else []


def _by_three_letters(codes: str, text: str) -> tuple[str, ...]:
    if codes != "country":
        return ()
    if text.strip() == "na":
        return ("NA",)
    three = {walk: one.code for one in code_list("country") for walk in one.crosswalk.get("ctdc", ())}
    code = three.get(text.strip().upper())
    return () if code is None else (code,)


def _by_words(codes: str, text: str) -> tuple[str, ...]:
    """Return the codes of names whose words are all in the text, or that have all words of the text."""
    words = _words_of(text)
    if not any(len(word) > 3 for word in words):
        return ()
    found = {code: None for name, code in _names(codes) if words <= (its := _words_of(name)) or its <= words}
    return tuple(found) if len(found) <= MOST_SUGGESTED else ()


def _names(codes: str) -> Iterator[tuple[str, str]]:
    for code, labels in codes_of(codes).items():
        yield from ((name, code) for name in (*labels, *other_names(codes).get(code, ())))


def _words_of(text: str) -> frozenset[str]:
    return frozenset(_relaxed(word) for word in _WORDS.findall(text))


def _relaxed(text: str) -> str:
    """Return the letters and digits of a text without case and accents."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return re.sub(r"[\W_]+", "", bare.casefold())


def _is_several_codes(codes: str, text: str) -> bool:
    """Tell codes side by side from a label: "PE;RU" is Peru and Russia, although it reads like "Peru"."""
    words = re.split(r"[;,|\s]+", text.casefold().strip(";,| "))
    return len(words) > 1 and all(word in _lower_names(codes) for word in words)


@cache
def _exact_names(codes: str) -> Mapping[str, str]:
    """Map every code and label as it stands; of the languages, Ga is a label, and ga is the code of Irish."""
    names = {label: code for code, labels in codes_of(codes).items() for label in labels}
    return {**names, **{code: code for code in codes_of(codes)}}


@cache
def _lower_names(codes: str) -> Mapping[str, str]:
    """Map every code in lower case to itself; short codes are met only this way, as "N/A" is not Namibia."""
    names = {code.casefold(): code for code in codes_of(codes)}
    if codes == "language":
        for one in code_list("language"):
            names |= {other: one.code for other in one.crosswalk.get("htcds", ()) if other not in names}
    return names


@cache
def _relaxed_names(codes: str) -> Mapping[str, tuple[str, ...]]:
    """Map names as `_relaxed` writes them: to the code whose own they are, else to all codes that are called so."""
    own = {_relaxed(label): (code,) for code, labels in codes_of(codes).items() for label in labels}
    own |= {_relaxed(code): (code,) for code in codes_of(codes) if len(code) > 3}
    return {**_also_names(codes), **own}


@cache
def _also_names(codes: str) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, names in other_names(codes).items():
        for key in {_relaxed(name) for name in names}:
            found[key] = (*found.get(key, ()), code)
    return found


@cache
def _also_others(codes: str) -> Mapping[str, tuple[str, ...]]:
    """Map the names that are one code's own and in use for others to these others."""
    labels = {_relaxed(label): code for code, its in codes_of(codes).items() for label in its}
    found = {
        key: tuple(code for code in called if code != labels[key])
        for key, called in _also_names(codes).items()
        if key in labels
    }
    return {key: others for key, others in found.items() if others}
