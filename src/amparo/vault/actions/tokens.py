"""Write, delete and look up blind tokens.

Rows that are written by one statement can be told by where they lie and by their transaction. So tokens wait until many
persons are written together, in random order; nobody waits for them, as one's own people are found without.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
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
    numbers_under,
    part_of,
    parts_of,
    postings_of,
    postings_under,
)

AT_ONCE = 5_000
MOST_READ = 2_000  # postings of one fact; with more it only confirms whom others name
MOST_ALONE = 500  # persons whom one fact alone may name, the rarest facts first
FactsByPerson = Mapping[UUID, Collection[Fact]]

_TAKE = """
    INSERT INTO vault_searchday AS known (searcher, day, used) VALUES (%s, %s, 1)
    ON CONFLICT (searcher, day) DO UPDATE SET used = known.used + 1 WHERE known.used < %s
    RETURNING used
"""
# All postings of a token come as one value. One of another length is nobody's, and would move those behind it.
_POSTINGS = f"""
    SELECT wanted.token, string_agg(posting, '') FROM unnest(%s::bigint[]) AS wanted (token),
    LATERAL (SELECT posting FROM vault_token
             WHERE token = wanted.token AND octet_length(posting) = {POSTING_BYTES} LIMIT %s) AS held
    GROUP BY wanted.token
"""  # noqa: S608 - a number of ours
_STANDING = """
    SELECT posting FROM vault_token JOIN unnest(%s::bigint[], %s::bytea[]) AS wanted (token, posting) USING (token, posting)
"""
_DELETE = """
    DELETE FROM vault_token USING unnest(%s::bigint[], %s::bytea[]) AS gone (token, posting)
    WHERE vault_token.token = gone.token AND vault_token.posting = gone.posting
"""
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Hits:
    """Whom facts fit, with the kinds that fit; and whether persons are left out whom only a fact of very many fits."""

    kinds: Mapping[UUID, frozenset[str]]
    are_all: bool


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
        rows = list(_rows(facts))
    except IndexMissing:
        return 0  # where there never was a key, there is no token
    return _delete(rows)


def sweep_tokens() -> int:
    """Delete what no key opens or what belongs to nobody in the keyring any more; gives how many rows that were."""
    keys = IndexKeys()
    swept, after = 0, (-(2**63), b"")
    while rows := _read_after(after):
        after, lost = rows[-1], rows
        for compartment in Compartment:
            if lost:
                lost = _nobodys(lost, numbers_of(lost, key=keys[compartment]))
        swept += _delete(lost)
    return swept


@transaction.atomic
def find_persons(
    facts: Collection[Fact],
    *,
    compartments: Collection[Compartment],
    searcher: int,
    day: date,
    by: Member | None = None,
) -> Hits:
    """Spend one search of the day, and give whom these facts fit.

    A fact that fits very many tells nothing alone: of each fact the persons are named while the rarer ones have named few, the
    others by two kinds of facts. Nobody is left out without `are_all` saying so. Raises `SearchesUsedUp`; `KeysAway` spends
    nothing.
    """
    _take_one(searcher, day)
    keys = IndexKeys(Asker.named(by, action="vault.search"))
    named, many = _named(facts, compartments, keys)
    found: defaultdict[int, set[str]] = defaultdict(set)
    alone: set[int] = set()
    for kind, numbers in sorted(named, key=lambda each: len(each[1])):
        if len(alone) + len(numbers) <= MOST_ALONE:
            alone.update(numbers)
        for number in numbers:
            found[number].add(kind)
    for fact, key in many:
        for number in _confirmed(found.keys(), fact, key):
            found[number].add(fact[0])
    meant = [number for number, kinds in found.items() if number in alone or len(kinds) > 1]
    kinds = {person: frozenset(found[number]) for person, number in _persons(meant, compartments)}
    return Hits(kinds=kinds, are_all=not many and len(meant) == len(found))


def persons_of(
    facts: Collection[Fact], *, compartments: Collection[Compartment], by: Asker = SYSTEM
) -> frozenset[UUID]:
    """Give every person whom any of these facts fits, however many there are. It is not for showing them to people."""
    keys = IndexKeys(by)
    numbers: set[int] = set()
    for compartment in compartments:
        key = keys[compartment]
        for token, postings in _postings(
            [part for fact in facts for part in parts_of(fact, key=key)], most=None
        ):
            numbers.update(numbers_under(token, postings, key=key))
    return frozenset(person for person, _ in _persons(list(numbers), compartments))


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


def _named(
    facts: Collection[Fact], compartments: Collection[Compartment], keys: IndexKeys
) -> tuple[list[tuple[str, list[int]]], list[tuple[Fact, IndexKey]]]:
    """Read whom each fact names, as kinds and numbers; those of very many are not read, but given with their key."""
    named, many = [], []
    for compartment in compartments:
        key = keys[compartment]
        owners = {part: fact for fact in facts for part in parts_of(fact, key=key)}
        held: defaultdict[Fact, list[tuple[int, bytes]]] = defaultdict(list)
        for token, postings in _postings(list(owners), most=MOST_READ + 1):
            held[owners[token]].append((token, postings))
        for fact, parts in held.items():
            if sum(len(postings) for _, postings in parts) > MOST_READ * POSTING_BYTES:
                many.append((fact, key))
            else:
                numbers = [
                    number for token, postings in parts for number in numbers_under(token, postings, key=key)
                ]
                named.append((fact[0], numbers))
    return named, many


def _confirmed(numbers: Iterable[int], fact: Fact, key: IndexKey) -> list[int]:
    """Tell of which of these persons a fact stands: how the posting of each would look is known."""
    known = list(numbers)
    if not known:
        return []
    tokens, postings = postings_under(fact, known, key=key)
    wanted = dict(zip(postings, known, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [tokens, postings])
        return [wanted[bytes(posting)] for (posting,) in cursor.fetchall()]


def _postings(tokens: list[int], *, most: int | None) -> list[tuple[int, bytes]]:
    """Read the postings of tokens, each token's joined and at most so many; a token without any is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTINGS, [tokens, most])
        return [(token, bytes(joined)) for token, joined in cursor.fetchall()]


def _delete(rows: list[tuple[int, bytes]]) -> int:
    deleted = 0
    with connection.cursor() as cursor:
        for start in range(0, len(rows), AT_ONCE):
            tokens, postings = zip(*rows[start : start + AT_ONCE], strict=True)
            cursor.execute(_DELETE, [list(tokens), list(postings)])
            deleted += cursor.rowcount
    return deleted


def _persons(numbers: list[int], compartments: Collection[Compartment]) -> list[tuple[UUID, int]]:
    """Find whose numbers these are: thousands, which as one array are read many times quicker than as a list of values."""
    if not numbers:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_PERSONS, [numbers, list(compartments)])
        persons: list[tuple[UUID, int]] = cursor.fetchall()
    return persons


def _read_after(after: tuple[int, bytes]) -> list[tuple[int, bytes]]:
    rows = Token.objects.filter(pk__gt=after).order_by("pk").values_list("token", "posting")
    return [(token, bytes(posting)) for token, posting in rows[:AT_ONCE] if len(posting) == POSTING_BYTES]


def _rows(facts: FactsByPerson) -> Iterator[tuple[int, bytes]]:
    held, keys = PersonKeys.objects.filter(person__in=list(facts)), IndexKeys()
    for person, number, home in held.values_list("person", "search_number", "compartment").distinct():
        if facts[person]:
            key = keys[Compartment(home)]
            tokens = sorted({part_of(fact, number=number, key=key) for fact in facts[person]})
            yield from zip(tokens, postings_of(tokens, number=number, key=key), strict=True)


def _nobodys(rows: list[tuple[int, bytes]], numbers: list[int | None]) -> list[tuple[int, bytes]]:
    """Keep the rows of which the number stands for nobody. Looked up after the rows were read: keys come before tokens."""
    there = {number for number in numbers if number is not None}
    known = set(PersonKeys.objects.filter(search_number__in=there).values_list("search_number", flat=True))
    return [row for row, number in zip(rows, numbers, strict=True) if number not in known]
