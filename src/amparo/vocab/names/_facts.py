"""What is stored of a person for search, and what is asked: at least two facts at a time, never a single name."""

from collections.abc import Iterable, Iterator
from typing import Final

from amparo.vocab.names._keys import name_keys

Fact = tuple[str, str]
_MOST_PAIRS: Final = 24
_YEARS_APART: Final = (-1, 0, 1)


def search_facts(
    *, given: str, family: str = "", fathers: str = "", mothers: str = "", birth_year: int | None = None
) -> frozenset[Fact]:
    """Return the facts under which a person is stored, as kind and normal form.

    - `gs`: a key of the given name and one of the surname. The two are put in alphabetical order, so that one
      form serves both orders.
    - `gy`, `sy`: a key of the given name, or of the surname, and the year of birth.
    - `gms`: a key of the given name and one of the father's or mother's name, in this order.

    At most 24 pairs of a kind are given out: names of many words would give hundreds.
    """
    facts = set(_named("gs", _unordered(name_keys(given), name_keys(family))))
    facts |= set(_named("gms", _ordered(name_keys(given), (*name_keys(fathers), *name_keys(mothers)))))
    if birth_year is not None:
        facts |= {("gy", f"{key} {birth_year}") for key in name_keys(given)}
        facts |= {("sy", f"{key} {birth_year}") for key in name_keys(family)}
    return frozenset(facts)


def possible_facts(
    *, given: str = "", family: str = "", fathers: str = "", mothers: str = "", birth_year: int | None = None
) -> frozenset[Fact]:
    """Return the facts that find a person of whom this is known: given name and surname may be exchanged, and
    the year of birth may be wrong by one. Empty when only one fact is known: a name alone is never searched.
    """
    facts = set(_named("gs", _unordered(name_keys(given), name_keys(family))))
    facts |= set(_named("gms", _ordered(name_keys(given), (*name_keys(fathers), *name_keys(mothers)))))
    if birth_year is not None:
        for key in (*name_keys(given), *name_keys(family)):
            facts |= {
                (kind, f"{key} {birth_year + apart}") for kind in ("gy", "sy") for apart in _YEARS_APART
            }
    return frozenset(facts)


def _ordered(ones: Iterable[str], others: Iterable[str]) -> Iterator[str]:
    others = tuple(others)
    return (f"{one} {other}" for one in ones for other in others)


def _unordered(ones: Iterable[str], others: Iterable[str]) -> Iterator[str]:
    others = tuple(others)
    return (" ".join(sorted((one, other))) for one in ones for other in others)


def _named(kind: str, forms: Iterator[str]) -> Iterator[Fact]:
    unique = dict.fromkeys(forms)
    return ((kind, form) for form in list(unique)[:_MOST_PAIRS])
