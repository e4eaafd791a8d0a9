"""Could this be a person who is known already? Reasons are given; a human being decides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from amparo.cases.rules.naming import search_form
from amparo.vocab.dates import PartialDate
from amparo.vocab.text import N_


class Likeness(StrEnum):
    """One reason to ask whether two records speak of the same person."""

    SAME_NAMES = "same_names"
    NAME_IN_COMMON = "name_in_common"
    SAME_BIRTH = "same_birth"
    POSSIBLE_BIRTH = "possible_birth"

    @property
    def label(self) -> str:
        """Return the reason in words."""
        return LABELS[self]


LABELS = {
    Likeness.SAME_NAMES: N_("the same names"),
    Likeness.NAME_IN_COMMON: N_("a name in common"),
    Likeness.SAME_BIRTH: N_("the same date of birth"),
    Likeness.POSSIBLE_BIRTH: N_("dates of birth that may be the same"),
}


def likenesses(
    names: Sequence[str],
    birth: PartialDate | None,
    *,
    known_names: Sequence[str],
    known_birth: PartialDate | None,
) -> tuple[Likeness, ...]:
    """Return the reasons to ask whether two persons are one; none when there is too little to ask.

    All words of the shorter name alike is enough to ask, whatever the births say: either may be wrong. One word in common
    is enough only with births that may agree.
    """
    words, known_words = _words(names), _words(known_names)
    if not words & known_words:
        return ()
    is_contained = words <= known_words or known_words <= words
    by_birth = _birth_likeness(birth, known_birth)
    if not is_contained and by_birth is None:
        return ()
    by_name = Likeness.SAME_NAMES if is_contained else Likeness.NAME_IN_COMMON
    return (by_name,) if by_birth is None else (by_name, by_birth)


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
