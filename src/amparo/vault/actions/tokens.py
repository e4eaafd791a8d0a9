"""Write, delete and look up blind tokens.

Rows that are written by one statement can be told by where they lie and by their transaction. So tokens wait until many
persons are written together, in random order; nobody waits for them, as one's own people are found without.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from random import Random, SystemRandom
from uuid import UUID

from django.db import connection, transaction

from amparo.vault.models import PersonKeys, SearchDay, Token, TokenOrder
from amparo.vault.queries import keeper
from amparo.vault.rules import SYSTEM, Asker, Compartment, IndexMissing, Member
from amparo.vault.rules.tokens import (
    POSTING_BYTES,
    SEARCHES_A_DAY,
    Fact,
    IndexKey,
    numbers_of,
    postings_of,
    token_of,
)

AT_ONCE = 5_000
MOST_HITS = 2_000  # rows that one search reads; the most frequent pair of names has far fewer
FactsByPerson = Mapping[UUID, Collection[Fact]]

_TAKE = """
    INSERT INTO vault_searchday AS known (searcher, day, used) VALUES (%s, %s, 1)
    ON CONFLICT (searcher, day) DO UPDATE SET used = known.used + 1 WHERE known.used < %s
    RETURNING used
"""
_HITS = "SELECT token, posting FROM vault_token WHERE token = ANY(%s) LIMIT %s"
_PERSONS = """
    SELECT person, search_number FROM keyring.person_keys
    WHERE search_number = ANY (%s) AND compartment = ANY (%s::text[])
"""
_ORDER_ALL = """
    INSERT INTO vault_tokenorder (person, ordered_at) SELECT DISTINCT person, %s::timestamptz FROM keyring.person_keys
    ON CONFLICT DO NOTHING
"""


class IndexKeys(dict[Compartment, IndexKey]):
    """The keys of one search or one batch, each asked for once, and kept no longer."""

    def __init__(self, by: Asker = SYSTEM) -> None:
        super().__init__()
        self._by = by

    def __missing__(self, compartment: Compartment) -> IndexKey:
        self[compartment] = keeper().index_key(compartment, by=self._by)
        return self[compartment]


class SearchesUsedUp(Exception):
    """Somebody searched as often today as one may; the message says whom to ask."""

    def __init__(self) -> None:
        super().__init__("No search is left for today. Ask your supervisor to search for you.")


def order_tokens(persons: Collection[UUID], *, now: datetime, enough: int) -> bool:
    """Have the tokens of persons written with the next batch; tells whether so many wait now that it is time to write them."""
    TokenOrder.objects.bulk_create(
        [TokenOrder(person=person, ordered_at=now) for person in persons], ignore_conflicts=True
    )
    return TokenOrder.objects.all()[:enough].count() == enough  # not all are counted, of fifty thousand


def order_tokens_of_all(*, now: datetime) -> None:
    """Have the tokens of everybody written, as when the search is new or its rules have changed."""
    with connection.cursor() as cursor:
        cursor.execute(_ORDER_ALL, [now])


def waiting_persons() -> list[UUID]:
    """List whose tokens are to be written, whoever waits longest first."""
    return list(TokenOrder.objects.order_by("ordered_at", "person").values_list("person", flat=True))


@transaction.atomic
def write_tokens(facts: FactsByPerson, *, rng: Random | None = None) -> int:
    """Write the tokens of persons in random order, and take their orders away; gives how many rows were made.

    Whoever has no keys gets none. It may be run again: a row that stands there already stays.
    """
    rows = [Token(token=token, posting=posting) for token, posting in _rows(facts)]
    (rng or SystemRandom()).shuffle(rows)
    Token.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)
    TokenOrder.objects.filter(person__in=list(facts)).delete()
    return len(rows)


@transaction.atomic
def delete_tokens(facts: FactsByPerson) -> int:
    """Delete exactly the tokens of these facts of these persons, by making them once more; gives how many there were.

    To be called while their keys stand: without its number nothing tells whose a posting is, but `sweep_tokens`.
    """
    try:
        postings = [posting for _, posting in _rows(facts)]
    except IndexMissing:
        return 0  # where there never was a key, there is no token
    deleted = 0
    for start in range(0, len(postings), AT_ONCE):
        deleted += Token.objects.filter(posting__in=postings[start : start + AT_ONCE]).delete()[0]
    return deleted


def sweep_tokens() -> int:
    """Delete what no key opens or what belongs to nobody in the keyring any more; gives how many rows that were."""
    keys = IndexKeys()
    swept, after = 0, b""
    while rows := _read_after(after):
        after, lost = rows[-1][1], rows
        for compartment in Compartment:
            if lost:
                lost = _nobodys(lost, numbers_of(lost, key=keys[compartment]))
        swept += Token.objects.filter(posting__in=[posting for _, posting in lost]).delete()[0]
    return swept


@transaction.atomic
def find_persons(
    facts: Collection[Fact],
    *,
    compartments: Collection[Compartment],
    searcher: int,
    day: date,
    by: Member | None = None,
) -> dict[UUID, frozenset[str]]:
    """Spend one search of the day, and give the persons whom any of these facts fits, with the kinds that fit.

    Raises `SearchesUsedUp`; `KeysAway` spends nothing.
    """
    _take_one(searcher, day)
    return persons_of(facts, compartments=compartments, by=Asker.named(by, action="vault.search"))


def persons_of(
    facts: Collection[Fact], *, compartments: Collection[Compartment], by: Asker = SYSTEM
) -> dict[UUID, frozenset[str]]:
    """Give the persons whom any of these facts fits, with the kinds that fit. Whoever shows them to people counts first."""
    keys = IndexKeys(by)
    found: dict[int, set[str]] = {}
    for compartment in compartments:
        kinds = {token_of(fact, key=keys[compartment]): fact[0] for fact in facts}
        rows = _hits(list(kinds))
        for (token, _), number in zip(rows, numbers_of(rows, key=keys[compartment]), strict=True):
            if number is not None:
                found.setdefault(number, set()).add(kinds[token])
    return {person: frozenset(found[number]) for person, number in _persons(list(found), compartments)}


def searches_left(*, searcher: int, day: date) -> int:
    """Tell how many searches somebody has left on that day."""
    used = SearchDay.objects.filter(searcher=searcher, day=day).values_list("used", flat=True).first()
    return max(SEARCHES_A_DAY - (used or 0), 0)


def forget_search_days(*, before: date) -> int:
    """Remove the counts of days that are over."""
    return SearchDay.objects.filter(day__lt=before).delete()[0]


def _take_one(searcher: int, day: date) -> None:
    """Count in the database: two requests at once take two."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [searcher, day, SEARCHES_A_DAY])
        if cursor.fetchone() is None:
            raise SearchesUsedUp


def _hits(tokens: list[int]) -> list[tuple[int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(_HITS, [tokens, MOST_HITS])
        return [(token, bytes(posting)) for token, posting in cursor.fetchall()]


def _persons(numbers: list[int], compartments: Collection[Compartment]) -> list[tuple[UUID, int]]:
    """Find whose numbers these are: thousands, which as one array are read many times quicker than as a list of values."""
    if not numbers:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_PERSONS, [numbers, list(compartments)])
        persons: list[tuple[UUID, int]] = cursor.fetchall()
    return persons


def _read_after(after: bytes) -> list[tuple[int, bytes]]:
    rows = Token.objects.filter(posting__gt=after).order_by("posting").values_list("token", "posting")
    return [(token, bytes(posting)) for token, posting in rows[:AT_ONCE] if len(posting) == POSTING_BYTES]


def _rows(facts: FactsByPerson) -> Iterator[tuple[int, bytes]]:
    held, keys = PersonKeys.objects.filter(person__in=list(facts)), IndexKeys()
    for person, number, home in held.values_list("person", "search_number", "compartment").distinct():
        if facts[person]:
            key = keys[Compartment(home)]
            tokens = sorted({token_of(fact, key=key) for fact in facts[person]})
            yield from zip(tokens, postings_of(tokens, number=number, key=key), strict=True)


def _nobodys(rows: list[tuple[int, bytes]], numbers: list[int | None]) -> list[tuple[int, bytes]]:
    """Keep the rows of which the number stands for nobody. Looked up after the rows were read: keys come before tokens."""
    there = {number for number in numbers if number is not None}
    known = set(PersonKeys.objects.filter(search_number__in=there).values_list("search_number", flat=True))
    return [row for row, number in zip(rows, numbers, strict=True) if number not in known]
