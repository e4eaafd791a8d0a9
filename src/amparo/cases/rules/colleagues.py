"""By what a member of staff and a person of a case are told to be the same human being.

A name alone tells nothing of that: it makes no fact here. Each fact is enough by itself: a whole name with the date of birth
(with the year, where no more is known of the person), a telephone number, an address of mail, the number of a paper.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Set
from dataclasses import dataclass
from typing import Final

from amparo.cases.rules.person import Contact, Name, Paper, PersonDetails
from amparo.cases.rules.searching import Fact, person_facts
from amparo.vocab.dates import PartialDate

_ALONE: Final = frozenset({"eml", "tel"})
_BARE_ALONE: Final = (
    7  # signs of a paper's number that another paper has by chance less often than a name is shared
)
_TWO_NAMES, _NUMBER = "gs", "num"


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnFacts:
    """What a member of staff is known by herself; her name and her address of mail stand in her account."""

    name: str = ""
    email: str = ""
    birth: PartialDate | None = None
    telephones: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()

    @property
    def as_person(self) -> PersonDetails:
        """Return what would be recorded of her as a person."""
        mail = (Contact(channel="email", value=self.email),) if self.email else ()
        return PersonDetails(
            names=(Name(text=self.name, kind="own_script"),),
            birth=self.birth,
            papers=tuple(Paper(number=number) for number in self.papers),
            contacts=(*mail, *(Contact(channel="mobile_phone", value=number) for number in self.telephones)),
        )


def own_facts(own: OwnFacts, *, country: str) -> tuple[frozenset[Fact], frozenset[Fact]]:
    """Return what tells that somebody is this member of staff, and by what those are searched for who may be she."""
    facts = person_facts(own.as_person, country=country)
    born = () if own.birth is None else (_day(own.birth), str(own.birth.year))
    sought = {_NUMBER, *_ALONE, *([_TWO_NAMES] if own.birth is not None else [])}
    return frozenset(_telling(facts, born)), frozenset(fact for fact in facts if fact[0] in sought)


def telling_facts(facts: Set[Fact], birth: PartialDate | None, *, year: int | None) -> frozenset[Fact]:
    """Return what tells that a member of staff is this person, of whom these facts of the search are known.

    A day of birth that is known speaks against whoever was born on another day of that year.
    """
    is_day = birth is not None and birth.day is not None and not birth.is_approximate
    born = _day(birth) if is_day and birth is not None else "" if year is None else str(year)
    return frozenset(_telling(facts, [born] if born else []))


def _telling(facts: Set[Fact], born: Collection[str]) -> Iterator[Fact]:
    names = [form for kind, form in facts if kind == _TWO_NAMES]
    for name in names:
        yield from (("born", f"{name} {each}") for each in born)
    for kind, form in facts:
        if kind in _ALONE or (kind == _NUMBER and len(form.strip()) >= _BARE_ALONE):
            yield kind, form
        elif kind == _NUMBER:
            yield from (("paper", f"{name} {form}") for name in names)


def _day(birth: PartialDate) -> str:
    return f"{birth.year:04}-{birth.month or 0:02}-{birth.day or 0:02}"
