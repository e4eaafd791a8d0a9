"""Could this be a person who is known already? Reasons are given; a human being decides."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from enum import StrEnum

from amparo.cases.rules.naming import search_form
from amparo.vocab.dates import PartialDate
from amparo.vocab.names import NameQuery, likeness, name_parts
from amparo.vocab.text import N_

SURELY_ALIKE = 0.9
WORTH_A_LOOK = 0.75


class Likeness(StrEnum):
    """One reason to ask whether two records speak of the same person."""

    SAME_NAMES = "same_names"
    ALIKE_NAMES = "alike_names"
    NAME_IN_COMMON = "name_in_common"
    SAME_BIRTH = "same_birth"
    POSSIBLE_BIRTH = "possible_birth"

    @property
    def label(self) -> str:
        """Return the reason in words."""
        return LABELS[self]


LABELS = {
    Likeness.SAME_NAMES: N_("the same names"),
    Likeness.ALIKE_NAMES: N_("names that are alike in sound or spelling"),
    Likeness.NAME_IN_COMMON: N_("a name in common"),
    Likeness.SAME_BIRTH: N_("the same date of birth"),
    Likeness.POSSIBLE_BIRTH: N_("dates of birth that may be the same"),
}


class Described:
    """Somebody whom others are compared with. It remembers words it has met: keep it for one search only."""

    def __init__(self, names: Sequence[str], birth: PartialDate | None) -> None:
        self.birth = birth
        self._words = _words(names)
        # Whole names of two words at least: a single one is shared by many.
        self._whole = {text: NameQuery(text) for text in names if len(name_parts(text)) > 1}

    def telling(self, words: Set[str]) -> set[str]:
        """Return the words of which a person has at least one whose names may be a reason, of those of many people."""
        shared = {word for word in words if not self._words.isdisjoint(_words([word]))}
        return shared.union(*(query.telling(words) for query in self._whole.values()))

    def name_likeness(self, names: Sequence[str]) -> Likeness | None:
        """Return what the names have in common; a name in common is no reason by itself."""
        words = _words(names)
        if self._words & words and (self._words <= words or words <= self._words):
            return Likeness.SAME_NAMES
        if any(self._is_alike(text) for text in dict.fromkeys(names) if text):
            return Likeness.ALIKE_NAMES
        return Likeness.NAME_IN_COMMON if self._words & words else None

    def reasons(self, by_name: Likeness | None, birth: PartialDate | None) -> tuple[Likeness, ...]:
        """Return the reasons to ask whether two persons are one; none when there is too little to ask.

        All words of the shorter name alike, or whole names alike in sound or spelling, are enough to ask, whatever the
        births say: either may be wrong. One word in common is enough only with births that may agree.
        """
        by_birth = _birth_likeness(self.birth, birth)
        if by_name is None or (by_name is Likeness.NAME_IN_COMMON and by_birth is None):
            return ()
        return (by_name,) if by_birth is None else (by_name, by_birth)

    def _is_alike(self, text: str) -> bool:
        near = [whole for whole, query in self._whole.items() if query.likeness(text) >= WORTH_A_LOOK]
        if not near or len(name_parts(text)) == 1:
            return False
        return any(likeness(whole, text) >= SURELY_ALIKE for whole in near)


def likenesses(
    names: Sequence[str],
    birth: PartialDate | None,
    *,
    known_names: Sequence[str],
    known_birth: PartialDate | None,
) -> tuple[Likeness, ...]:
    """Return the reasons to ask whether two persons are one."""
    one = Described(names, birth)
    return one.reasons(one.name_likeness(known_names), known_birth)


def _birth_likeness(birth: PartialDate | None, known: PartialDate | None) -> Likeness | None:
    if birth is None or known is None:
        return None
    if birth == known and birth.day is not None:
        return Likeness.SAME_BIRTH
    may_agree = birth.earliest() <= known.latest() and known.earliest() <= birth.latest()
    return Likeness.POSSIBLE_BIRTH if may_agree else None


def _words(names: Sequence[str]) -> frozenset[str]:
    """Split names into words that can be compared; a single Latin letter is an initial and proves nothing."""
    words = {word for name in names for word in re.findall(r"\w+", search_form(name))}
    return frozenset(word for word in words if len(word) > 1 or not word.isascii())
