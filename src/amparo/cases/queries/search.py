"""Find people by name: in one's own caseload by opening and comparing, beyond it by blind tokens of at least two facts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from operator import itemgetter
from typing import NamedTuple, Protocol
from uuid import UUID

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db.models import Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from amparo.access.actions import Refused, begin_reading, require
from amparo.access.beyond import ask_beyond
from amparo.access.context import acting_as
from amparo.access.rules import Basis, Permission, Scope, Viewer, basis_of
from amparo.audit.actions import record
from amparo.audit.rules.labels import found_labels
from amparo.cases.models import Person
from amparo.cases.queries.lists import PAGE, CaseRow, row_of
from amparo.cases.queries.visible import visible_cases
from amparo.cases.rules.naming import ORDER, NameSearch, display_name
from amparo.cases.rules.person import Name
from amparo.cases.rules.searching import Certainty, SearchPurpose, Wanted, certainty_of, wanted_facts
from amparo.vault.actions import SearchesUsedUp, find_persons, searches_left
from amparo.vault.fields import VaultField
from amparo.vault.queries import open_column, plain_of
from amparo.vault.rules import Compartment
from amparo.vault.storing import fetch_binary, opened_fields
from amparo.vocab.state import load_state
from amparo.vocab.text import N_, ToldError

OWN_CASELOAD = 5_000
MOST_FOUND = 20
SEARCH_ACTION = "cases.person.search"
_KIND_AND_TEXT = itemgetter("kind", "text")
_TEXT = itemgetter("text")
# What she is called, in what is sealed: the vault writes it without spaces between, and a mark within a text after a backslash.
_SAID = re.compile(rb'"(?:called|text)":"([^"]*)"')
_BETWEEN = b'"text":"\n"'  # between two persons, as no name has the end of a line in it but after such a mark
# Joined after the newest are chosen: a joined row is not sorted, and the texts are carried along once.
_OWN = """
    SELECT own.turn, own.id, own.person_id, own.organisation_id, own.team_id, person.names
    FROM ({own}) AS own JOIN cases_person AS person ON person.id = own.person_id
"""
_TURN = itemgetter(0)


class TooLittle(ToldError):
    """One fact alone finds nobody: a list of everybody of one name would be a list for whoever hunts them."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This is too little. Write a given name and a family name, or one name with the year of birth, or the number of a paper, or a telephone number."
            )
        )


class _OwnRow(NamedTuple):
    """Where a case of the own caseload stands."""

    id: UUID
    organisation_id: int
    team_id: int | None
    worker_id: int | None


class _OwnCases(NamedTuple):
    """What is fetched of the own caseload, column by column: the cases, their persons, what these are called, sealed."""

    turns: Sequence[int] = ()
    ids: Sequence[UUID] = ()
    persons: Sequence[UUID] = ()
    organisations: Sequence[int] = ()
    teams: Sequence[int | None] = ()
    stored: Sequence[bytes | None] = ()

    def standing(self, viewer: Viewer) -> list[_OwnRow]:
        """Return where they stand: of those in the viewer's organisation one is enough, as all of them are her own."""
        home, organisations = viewer.organisation_id, self.organisations
        chosen = [at for at, organisation in enumerate(organisations) if organisation != home]
        if home in organisations:
            chosen.append(organisations.index(home))
        return [_OwnRow(self.ids[at], organisations[at], self.teams[at], viewer.user_id) for at in chosen]


class OwnNames(NamedTuple):
    """What a person of the own caseload is called, in the newest of her cases there."""

    case: UUID
    person: UUID
    called: str
    plain: tuple[tuple[str, str], ...]  # kinds and texts: thousands are compared, few are shown

    @property
    def shown(self) -> str:
        """Return what she is called on a page."""
        return display_name(self.called, [Name(kind=kind, text=text) for kind, text in self.plain])

    @property
    def texts(self) -> list[str]:
        """Return what she is called, her names as they are said together, and those that are not among them."""
        first: dict[str, str] = {}
        for kind, text in self.plain:
            first.setdefault(kind, text)
        together = " ".join(first[kind] for kind in ORDER if kind in first)
        said = set(together.split())
        others = (text for _kind, text in self.plain if not said.issuperset(text.split()))
        return [text for text in (self.called, together, *others) if text]


class _Search(Protocol):
    """What people are compared with."""

    def telling(self, words: Set[str]) -> set[str]:
        """Return the words of which somebody has at least one who may be found, of those of many people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundPerson:
    """Where somebody may be known. Her name is not told: whoever may see the case finds it there, others ask."""

    person: UUID
    reference: str
    organisation: str
    organisation_id: int
    certainty: Certainty
    is_within_reach: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundPersons:
    """What a search found, the likeliest first, and how many searches are left for today.

    Without `are_all`, persons are left out with whom very many have in common the one thing by which they fit.
    """

    rows: tuple[FoundPerson, ...]
    is_more: bool
    are_all: bool
    left: int


def search_own_caseload(
    viewer: Viewer, name: str, *, now: datetime, limit: int = PAGE, skip: int = 0
) -> tuple[CaseRow, ...]:
    """Return the viewer's own cases whose person has a name like this, in any script, the likest first.

    Own means: the viewer is the worker of the case. At most 5,000 newest cases are compared, in memory.
    """
    search = NameSearch(name)
    scores = {
        own.case: (score, own)
        for own in own_people(viewer, search, action="cases.case.search_own", now=now)
        if (score := search.score(own.texts))
    }
    best = sorted(scores, key=lambda case: scores[case][0], reverse=True)[skip : skip + limit]
    found = visible_cases(viewer).select_related("person", "organisation", "worker").in_bulk(best)
    if best:
        record(
            "cases.case.find_own", by=viewer, at=now, persons=sorted({scores[case][1].person for case in best}),
            fields=found_labels(found[case].reference for case in best), count=len(best),
            basis=basis_of(viewer, *found.values()),
        )  # fmt: skip
    return tuple(row_of(found[case], scores[case][1].shown) for case in best)


def own_people(
    viewer: Viewer, search: _Search, *, action: str, now: datetime, one_a_person: bool = False
) -> list[OwnNames]:
    """Open what the persons of the viewer's own caseload are called, in one logged reading; give those who may be meant.

    The newest case comes first. All the words of their names are met together, each once: who has none that tells is left.
    """
    own = _own_cases(viewer)
    if not own.ids:
        return []
    reading = begin_reading(
        viewer,
        action=action,
        persons=own.persons,
        basis=basis_of(viewer, *own.standing(viewer)),
        fields=opened_fields(Person, only=("names",)),
        now=now,
    )
    chosen: Sequence[int] = range(len(own.persons))
    if one_a_person:
        chosen = list(dict(zip(reversed(own.persons), reversed(chosen), strict=True)).values())
    place = _names_field().place(row=own.persons[0], person=own.persons[0])
    opened = open_column(reading, [(own.persons[at], own.stored[at]) for at in chosen], place=place)
    said = _said_of(opened)
    telling = search.telling(set(chain.from_iterable(map(str.split, said))))
    return [
        _own_names(own.ids[at], own.persons[at], text)
        for at, text, words in zip(chosen, opened, said, strict=True)
        if text is not None and not telling.isdisjoint(words.split())
    ]


def _said_of(opened: Sequence[bytes | None]) -> list[str]:
    """Return all that each person is called, in one line; few texts must be read for that."""
    joined = _BETWEEN.join([text or b"" for text in opened])
    said = b" ".join(_SAID.findall(joined)).decode().split("\n")
    marked = (at for at, text in enumerate(opened) if text is not None and b"\\" in text)
    for at in marked if b"\\" in joined else ():
        plain = plain_of(opened[at] or b"")
        said[at] = " ".join([*map(_TEXT, plain.get("names", ())), plain.get("called", "")])
    return said


def _own_names(case: UUID, person: UUID, text: bytes) -> OwnNames:
    plain = plain_of(text)
    return OwnNames(case, person, plain.get("called", ""), tuple(map(_KIND_AND_TEXT, plain.get("names", ()))))


def _own_cases(viewer: Viewer) -> _OwnCases:
    """Fetch the own caseload, the newest case first."""
    if viewer.user_id is None:
        return _OwnCases()
    newest = ("-opened_date", "-id")
    own = visible_cases(viewer).filter(worker_id=viewer.user_id).order_by(*newest)
    own = own.annotate(turn=Window(RowNumber(), order_by=newest))
    columns = ("turn", "id", "person_id", "organisation_id", "team_id")
    try:
        statement, parameters = own.values_list(*columns)[:OWN_CASELOAD].query.sql_with_params()
    except EmptyResultSet:  # no compartment is open to her
        return _OwnCases()
    rows = sorted(fetch_binary(_OWN.format(own=statement), parameters), key=_TURN)
    return _OwnCases(*zip(*rows, strict=True))


def search_persons(viewer: Viewer, wanted: Wanted, *, purpose: SearchPurpose, now: datetime) -> FoundPersons:
    """Ask whether somebody is known anywhere in the compartments of the viewer: where, and how certainly.

    Each search counts and is written down, with the kinds of facts that were asked and never with what was typed. Raises
    `TooLittle`, `SearchesUsedUp` or `Refused`.
    """
    require(viewer, Permission.PERSON_SEARCH)
    if viewer.user_id is None or viewer.organisation_id is None or viewer.scope is Scope.NONE:
        raise Refused(
            _("Your role does not include this. The people who give out roles are listed under Me.")
        )
    facts = wanted_facts(wanted, country=load_state(settings.AMPARO_STATE).country)
    if not facts:
        raise TooLittle
    kinds, day = sorted({kind for kind, _form in facts}), timezone.localdate(now)
    try:
        hits = find_persons(
            facts, compartments=compartments_of(viewer), searcher=viewer.user_id, day=day, by=viewer
        )
    except SearchesUsedUp:
        record(SEARCH_ACTION, by=viewer, at=now, fields=kinds, purpose=purpose, outcome="used_up")
        raise
    rows = _places_of(viewer, hits.kinds)
    outcome = "none" if not rows else "one" if len(rows) == 1 else "several"
    record(
        SEARCH_ACTION, by=viewer, at=now, persons=sorted({row.person for row in rows}), count=len(rows),
        fields=(*kinds, *found_labels(row.reference for row in rows[:MOST_FOUND])),
        purpose=purpose, basis=Basis.SEARCH, outcome=outcome,
    )  # fmt: skip
    return FoundPersons(
        rows=rows[:MOST_FOUND],
        is_more=len(rows) > MOST_FOUND,
        are_all=hits.are_all,
        left=searches_left(searcher=viewer.user_id, day=day),
    )


def searches_left_of(viewer: Viewer, *, now: datetime) -> int:
    """Tell how often the viewer may still search beyond her own cases today."""
    return searches_left(searcher=viewer.known_user_id, day=timezone.localdate(now))


def compartments_of(viewer: Viewer) -> Collection[Compartment]:
    """Return in which compartments the viewer may look: no person is at home in that of places, and nobody finds the unit's."""
    return sorted(viewer.homes - {Compartment.INTEGRITY})


class KnownPlace(NamedTuple):
    """A case of a person, of which the viewer may be told the reference and the organisation."""

    person: UUID
    organisation_id: int
    organisation: str
    reference: str
    opened_date: date


def known_places(viewer: Viewer, persons: Collection[UUID]) -> list[KnownPlace]:
    """Return where persons have a case of which the viewer may be told, the newest first.

    The one getter that goes beyond the scope, so the database answers it by a function of its own. Whatever is hidden from
    everybody but a few is hidden here: a restricted or sealed case, one behind a wall, one of a compartment in which the
    viewer does not work. Of whom the keys lie in such a compartment `find_persons` gives nothing in the first place.
    """
    with acting_as(viewer):
        return [KnownPlace(*row) for row in ask_beyond("amparo_known_places", list(persons))]


def _places_of(viewer: Viewer, hits: Mapping[UUID, frozenset[str]]) -> tuple[FoundPerson, ...]:
    """Return where the persons have cases, each organisation once a person, by its newest case."""
    newest: dict[tuple[UUID, int], KnownPlace] = {}
    for place in known_places(viewer, hits.keys()):
        newest.setdefault((place.person, place.organisation_id), place)
    within = _within_reach(viewer, [place.reference for place in newest.values()])
    rows = [
        FoundPerson(
            person=place.person,
            reference=place.reference,
            organisation=place.organisation,
            organisation_id=place.organisation_id,
            certainty=certainty_of(hits[place.person]),
            is_within_reach=place.reference in within,
        )
        for place in newest.values()
    ]
    order = list(Certainty)
    return tuple(sorted(rows, key=lambda row: (order.index(row.certainty), row.organisation, row.reference)))


def _within_reach(viewer: Viewer, references: Sequence[str]) -> frozenset[str]:
    cases = visible_cases(viewer).filter(reference__in=references)
    return frozenset(cases.values_list("reference", flat=True))


def _names_field() -> VaultField:
    field = Person._meta.get_field("names")
    assert isinstance(field, VaultField)
    return field
