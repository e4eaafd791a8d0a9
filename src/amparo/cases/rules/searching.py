"""By what a person is found beyond one's own cases: two facts at least, never a single name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from amparo.cases.rules.deriving import birth_year
from amparo.cases.rules.person import Contact, PersonDetails
from amparo.vocab.names import (
    BadIdentifier,
    address_key,
    document_key,
    email_key,
    name_parts,
    possible_facts,
    search_facts,
    telephone_key,
)
from amparo.vocab.null import NullReason
from amparo.vocab.text import N_

Fact = tuple[str, str]

# The attributes of a person from which the facts of the search are made.
SEARCHED = frozenset({"names", "birth", "stated_age", "papers", "contacts"})
_WHOLE_NAMES = ("own_script", "nickname", "alias", "other")
_TELEPHONES = ("mobile_phone", "home_phone", "messaging_app")
_EXACT = frozenset({"doc", "eml", "url"})
_NUMBERS = frozenset({"tel", "end", "num"})
_TWO_NAMES = frozenset({"gs", "gms"})
_NAME_AND_YEAR = frozenset({"gy", "sy"})
_FEWEST_SIGNS = 4  # of the number of a paper: a shorter one is anybody's


TOO_ALIKE = N_("Too many people are alike")
LEFT_OUT = N_(
    "Very many people share a name or a year that you wrote, and nobody is listed for that alone. If you do not find her, search again with more: the year of birth, the name of a parent, the number of a paper, or a telephone number."
)


class SearchPurpose(StrEnum):
    """Why somebody looks beyond her own cases; it stands in the log."""

    DUPLICATE_CHECK = "duplicate_check"
    URGENT_HELP = "urgent_help"
    IDENTIFICATION = "identification"
    MISSING_PERSON = "missing_person"

    @property
    def label(self) -> str:
        """Return the purpose in words."""
        return _PURPOSES[self]


_PURPOSES = {
    SearchPurpose.DUPLICATE_CHECK: N_("To see whether she has a case already"),
    SearchPurpose.URGENT_HELP: N_("To help her today"),
    SearchPurpose.IDENTIFICATION: N_("To decide on her identification"),
    SearchPurpose.MISSING_PERSON: N_("To look for a missing person"),
}


class Certainty(StrEnum):
    """How likely it is that a case is hers. It never says which fact fits: that would be told about her."""

    NEARLY_CERTAIN = "nearly_certain"
    LIKELY = "likely"
    POSSIBLE = "possible"

    @property
    def label(self) -> str:
        """Return the certainty in words."""
        return _CERTAINTIES[self]


_CERTAINTIES = {
    Certainty.NEARLY_CERTAIN: N_("nearly certain"),
    Certainty.LIKELY: N_("likely"),
    Certainty.POSSIBLE: N_("possible"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is known of somebody who is looked for."""

    given: str = ""
    family: str = ""
    parent: str = ""
    birth_year: int | None = None
    paper_country: str = ""
    paper_kind: str = ""
    paper_number: str = ""
    telephone: str = ""


def person_facts(person: PersonDetails, *, country: str) -> frozenset[Fact]:
    """Return the facts under which a person is found. `country` is where her telephone would be dialled as written."""
    texts = {kind: _texts(person, kind) for kind in ("given", "middle", "family", "father", "mother")}
    year = birth_year(person)
    facts: set[Fact] = set()
    for given in texts["given"] or [""]:
        for family in texts["family"] or [""]:
            facts |= search_facts(
                given=" ".join([given, *texts["middle"]]),
                family=family,
                fathers=" ".join(texts["father"]),
                mothers=" ".join(texts["mother"]),
                birth_year=year,
            )
    for kind in _WHOLE_NAMES:
        for text in _texts(person, kind):
            first, rest = _split(text)
            facts |= search_facts(given=first, family=rest, birth_year=year)
    for paper in person.papers:
        facts.update(_paper_facts(paper.country, paper.kind, paper.number))
    for contact in person.contacts:
        facts.update(_contact_facts(contact, country))
    return frozenset(facts)


def wanted_facts(wanted: Wanted, *, country: str) -> frozenset[Fact]:
    """Return the facts that find who is wanted; none when what is known is too little to ask."""
    given, family = wanted.given, wanted.family
    if not (given and family) and not wanted.parent:
        given, family = _split(given or family)
    facts = set(
        possible_facts(given=given, family=family, fathers=wanted.parent, birth_year=wanted.birth_year)
    )
    facts.update(_paper_facts(wanted.paper_country, wanted.paper_kind, wanted.paper_number))
    facts.update(_telephone_facts(wanted.telephone, country))
    return frozenset(facts)


def certainty_of(kinds: Iterable[str]) -> Certainty:
    """Tell how likely a person in whom facts of these kinds fit is the one: a number may be shared, a name is."""
    fitting = set(kinds)
    by_name = bool(fitting & (_TWO_NAMES | _NAME_AND_YEAR))
    if fitting & _EXACT or (fitting & _NUMBERS and by_name):
        return Certainty.NEARLY_CERTAIN
    if fitting & _NUMBERS or (fitting & _TWO_NAMES and fitting & _NAME_AND_YEAR):
        return Certainty.LIKELY
    return Certainty.POSSIBLE


def wanted_of(person: PersonDetails) -> Wanted:
    """Return what is asked about a person who is about to be entered: her names and the year of her birth."""

    def first(kind: str) -> str:
        return next(iter(_texts(person, kind)), "")

    given, family = first("given"), first("family")
    if not (given or family):
        given = first("own_script")
    return Wanted(given=given, family=family, birth_year=birth_year(person))


def _texts(person: PersonDetails, kind: str) -> list[str]:
    return [name.text for name in person.names if name.kind == kind]


def _split(text: str) -> tuple[str, str]:
    first, *rest = name_parts(text) or ("",)
    return first, " ".join(rest)


def _paper_facts(country: str, kind: str, number: str) -> Iterator[Fact]:
    """A number without its paper may be another paper's: it is a weaker fact of its own."""
    try:
        whole, bare = document_key(_known(country), _known(kind), number), document_key("", "", number)
    except BadIdentifier:
        return
    if whole and bare and len(bare.strip()) >= _FEWEST_SIGNS:
        yield "doc", whole
        yield "num", bare


def _contact_facts(contact: Contact, country: str) -> Iterator[Fact]:
    if contact.channel in _TELEPHONES or contact.value.strip().startswith("+"):
        yield from _telephone_facts(contact.value, country)
    elif mail := email_key(contact.value):
        yield "eml", mail
    elif len(forms := address_key(contact.value)) > 1:
        yield "url", forms[0]  # a page of somebody's own; its domain alone says nothing


def _telephone_facts(text: str, country: str) -> Iterator[Fact]:
    forms = telephone_key(text, country)
    yield from (("tel" if form.startswith("+") else "end", form) for form in forms)


def _known(code: str) -> str:
    return "" if code in set(NullReason) else code
